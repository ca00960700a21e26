"""Policies over HTTP, on both databases: read by all, proposed by one official, adopted by another."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from audit.verify import verify
from domain.policy import Policy
from projections.catalogue import all_projections
from tests.api.conftest import House


def next_text(house: House, **changes: Any) -> dict[str, Any]:
    policy = house.world.view.policies["kota-serang/2026-01"]
    document = copy.deepcopy(policy.model_dump(mode="json"))
    since = house.world.today + timedelta(days=1)
    return document | {"id": "kota-serang/2099-01", "effective_from": since.isoformat()} | changes


def stricter(house: House) -> dict[str, Any]:
    document = next_text(house)
    document["rules"]["tenure_minimum"]["parameters"]["years"] = 3
    return document


def test_law_is_made_by_two_people_and_read_by_everybody(house: House) -> None:
    head, mayor = house.world.holder("agency_head"), house.world.holder("appointing_official")
    document = stricter(house)
    proposed = house.post(head, "/v1/policies", {"document": document})
    assert proposed.status_code == 201, proposed.text
    where = proposed.headers["Location"]
    assert where == "/v1/policies/kota-serang/2099-01"
    shown = house.get(house.a_stranger(), where).json()
    assert (shown["status"], shown["proposed_by"]["id"], shown["adopted_by"]) == ("proposed", head, None)
    assert shown["before"] == "kota-serang/2026-01"
    assert [c["where"] for c in shown["differences"]] == [
        "effective_from", "id", "rules.tenure_minimum.parameters.years",
    ]  # fmt: skip
    assert shown["hash"] == Policy.model_validate(document).hash
    assert Policy.model_validate(shown["document"]).hash == shown["hash"]
    adopted = house.post(mayor, f"{where}/adoption", {"hash": shown["hash"]}, Idempotency_Key="once")
    assert adopted.status_code == 200, adopted.text
    assert (adopted.json()["status"], adopted.json()["adopted_by"]["id"]) == ("adopted", mayor)
    assert adopted.json()["receipt"]["version"] == 2
    again = house.post(mayor, f"{where}/adoption", {"hash": shown["hash"]}, Idempotency_Key="once")
    assert again.headers["Idempotent-Replay"] == "true"
    listed = house.get(house.a_stranger(), "/v1/policies").json()["items"]
    assert [(item["version"], item["status"]) for item in listed] == [
        ("2099-01", "adopted"), ("2026-01", "in_force"),
    ]  # fmt: skip
    assert listed[1]["last_day"] == house.world.today.isoformat()
    page = house.get(head, "/v1/policies", limit=1).json()
    rest = house.get(head, "/v1/policies", limit=1, cursor=page["next"]).json()
    assert [item["version"] for item in (*page["items"], *rest["items"])] == ["2099-01", "2026-01"]
    installation = house.world.installation
    found = verify(
        installation.reader.engine,
        keys=[installation.signer.vkey],
        sealing_key=installation.sealing_key,
        projections=all_projections(),
        origin=installation.signer.name,
        kept_checkpoints=[],
    )
    assert found.findings == ()


def test_each_refusal_is_a_problem_that_says_why(house: House) -> None:
    head, mayor = house.world.holder("agency_head"), house.world.holder("appointing_official")
    document = stricter(house)
    assert house.post(house.a_stranger(), "/v1/policies", {"document": document}).status_code == 403
    assert house.post(house.key("actions:write"), "/v1/policies", {"document": document}).status_code == 403
    faulty = next_text(house, committee=document["committee"] | {"quorum": 9})
    answer = house.post(head, "/v1/policies", {"document": faulty})
    assert (answer.status_code, answer.json()["code"]) == (422, "policy-unsound")
    assert answer.json()["faults"][0]["code"] == "quorum-impossible"
    assert house.post(head, "/v1/policies", {"document": {}}).json()["code"] == "policy-unsound"
    old = next_text(house, effective_from="2026-01-05")
    answer = house.post(head, "/v1/policies", {"document": old})
    assert (answer.status_code, answer.json()["code"]) == (422, "policy-backdated")
    assert answer.json()["earliest"] == house.world.today.isoformat()
    where = "/v1/policies/kota-serang/2099-01"
    assert house.get(head, where).status_code == 404
    assert house.post(mayor, f"{where}/adoption", {"hash": "0" * 64}).status_code == 404
    assert house.post(head, "/v1/policies", {"document": document}).status_code == 201
    answer = house.post(mayor, f"{where}/adoption", {"hash": "0" * 64})
    assert (answer.status_code, answer.json()["code"]) == (409, "policy-text-differs")
    assert house.post(head, f"{where}/adoption", {"hash": answer.json()["hash"]}).status_code == 403


def test_deep_and_strange_documents_are_refused_and_break_nothing(house: House) -> None:
    head = house.world.holder("agency_head")
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    for value in (deep, 10**40, 1.5, {"é": 1}, "x" * 1000):
        document = next_text(house)
        document["rules"]["tenure_minimum"]["parameters"]["years"] = value
        answer = house.post(head, "/v1/policies", {"document": document})
        assert answer.json()["code"] in ("policy-unsound", "invalid-details"), answer.text
    assert house.post(head, "/v1/policies", {"document": {"x": "y" * 600_000}}).status_code == 413


def test_no_body_is_nested_deeper_than_can_be_written_again(house: House) -> None:
    headers = house.headers(house.world.holder("agency_head")) | {"Content-Type": "application/json"}
    state = house.a_case()
    task = f"/v1/tasks/{state.open_tasks[0].id}/decision"
    for levels in (300, 100_000):
        nested = "[" * levels + "]" * levels
        bodies = {"/v1/policies": f'{{"document":{{"x":{nested}}}}}'}
        if levels == 300:
            bodies[task] = f'{{"outcome":"approve","details":{{"x":{nested}}}}}'
        for path, body in bodies.items():
            answer = house.client.post(path, content=body, headers=headers)
            assert answer.status_code in (400, 422), (levels, path, answer.text)
