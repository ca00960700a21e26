"""Tasks through HTTP: one winner, the right people and nobody else, singly and in bulk."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2 as httpx

from domain.personnel_action import ActionState
from tests.api.conftest import House

APPROVAL = {"outcome": "approve", "comment": ""}


def _analysts(house: House) -> list[str]:
    return sorted(house.world.offices.holders("personnel_analyst", house.world.today))


def _verification(house: House) -> tuple[ActionState, str, dict[str, Any]]:
    """A case whose open task many analysts own, with a valid decision."""
    state = house.world.walk(house.a_case(), until="analyst_verification")
    task = state.open_tasks[0]
    return state, task.id, APPROVAL | {"details": house.world.form(state, task)}


def _everybody_at_once(house: House, requests: list[tuple[str, str, Any, str]]) -> list[httpx.Response]:
    """`(token, path, body, key)` sent together to the running application."""

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=house.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return list(
                await asyncio.gather(
                    *(
                        client.post(
                            path,
                            json=body,
                            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
                        )
                        for token, path, body, key in requests
                    )
                )
            )

    return asyncio.run(send())


def test_of_forty_deciders_one_wins_and_the_others_hear_who(house: House) -> None:
    _, task_id, body = _verification(house)
    owners = _analysts(house)
    requests = []
    for index in range(40):
        token = house.token(owners[index % len(owners)])
        if index % 2:
            bulk = {"items": [{"task_id": task_id, **body}]}
            requests.append((token, "/v1/tasks/decisions", bulk, f"k{index}"))
        else:
            requests.append((token, f"/v1/tasks/{task_id}/decision", body, f"k{index}"))
    answers = _everybody_at_once(house, requests)
    outcomes = []
    for answer, (_, path, _, _) in zip(answers, requests, strict=True):
        assert answer.status_code != 500, answer.text
        outcomes.append(answer.json()["items"][0] if path.endswith("decisions") else answer.json())
    winners = [index for index, outcome in enumerate(outcomes) if outcome.get("receipt")]
    assert len(winners) == 1
    for index, outcome in enumerate(outcomes):
        if index in winners:
            continue
        assert (outcome["status"], outcome["code"]) == (409, "task-already-decided"), outcome
        assert outcome["decided_by"]["id"] in owners
        assert outcome["decided_by"]["name"]
        assert outcome["decided_at"]
    again = _everybody_at_once(house, [requests[winners[0]]])[0]
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json() == answers[winners[0]].json()


def test_the_subject_cannot_act_by_any_route(house: House) -> None:
    state, task_id, body = _verification(house)
    subject = state.subject_id
    path = f"/v1/tasks/{task_id}"
    assert house.post(subject, f"{path}/decision", body).status_code == 403
    assert house.post(subject, f"{path}/claim", {}).status_code == 403
    assert house.post(subject, f"{path}/comments", {"comment": "tolong"}).status_code == 403
    bulk = house.post(subject, "/v1/tasks/decisions", {"items": [{"task_id": task_id, **body}]})
    assert bulk.json()["items"][0]["status"] == 403
    to_subject = {"to_nip": house.nip(subject), "reason": "dinas luar"}
    delegated = house.post(_analysts(house)[0], f"{path}/delegation", to_subject)
    assert (delegated.status_code, delegated.json()["code"]) == (403, "excluded-owner")
    assert house.post(house.key("actions:write", "actions:read"), f"{path}/decision", body).status_code == 403


def test_a_stranger_learns_nothing_of_a_task(house: House) -> None:
    _, task_id, body = _verification(house)
    stranger = house.a_stranger()
    assert house.get(stranger, f"/v1/tasks/{task_id}").status_code == 404
    assert house.post(stranger, f"/v1/tasks/{task_id}/decision", body).status_code == 404
    assert house.post(stranger, f"/v1/tasks/{task_id}/decision", body, If_Match='"1"').status_code == 404
    bulk = house.post(stranger, "/v1/tasks/decisions", {"items": [{"task_id": task_id, **body}]})
    assert bulk.json()["items"][0]["status"] == 404
    assert house.get(stranger, "/v1/tasks/nonsense").status_code == 404


def test_a_claim_holds_until_it_is_released(house: House) -> None:
    _, task_id, body = _verification(house)
    first, second = _analysts(house)[:2]
    path = f"/v1/tasks/{task_id}"
    claimed = house.post(first, f"{path}/claim", {})
    assert claimed.json()["state"] == "RESERVED"
    assert claimed.json()["claimed_by"] == first
    again = house.post(first, f"{path}/claim", {})
    assert again.json()["receipt"] == claimed.json()["receipt"]
    refused = house.post(second, f"{path}/decision", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "task-claimed")
    assert "release" in house.get(first, path).json()["allowed"]
    assert "claim" not in house.get(second, path).json()["allowed"]
    assert house.post(first, f"{path}/release", {}).status_code == 200
    assert house.post(second, f"{path}/decision", body).status_code == 200


def test_the_inbox_is_paged_and_shows_what_the_single_task_shows(house: House) -> None:
    for index in range(3):
        house.world.walk(house.a_case(index), until="analyst_verification")
    analyst = _analysts(house)[0]
    first = house.get(analyst, "/v1/tasks", limit=2, state="ready").json()
    rest = house.get(analyst, "/v1/tasks", limit=2, state="ready", cursor=first["next"]).json()
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(set(ids)) == 3
    assert rest["next"] is None
    task = house.get(analyst, f"/v1/tasks/{ids[0]}").json()
    assert task["form"]["examples"]
    assert task["case"]["id"] == task["action_id"]
    assert {"claim", "decide", "delegate", "comment", "declare_conflict"} <= set(task["allowed"])
    assert task["findings"]


def test_a_preview_decides_nothing(house: House) -> None:
    _, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    items = [{"task_id": task_id, **body}, {"task_id": task_id, "outcome": "reject", "comment": ""}]
    preview = house.post(analyst, "/v1/tasks/decisions", {"items": items, "preview": True}).json()
    assert [item["status"] for item in preview["items"]] == [200, 422]
    assert house.get(analyst, f"/v1/tasks/{task_id}").json()["state"] == "READY"


def test_a_wrong_form_and_a_stale_version_are_refused(house: House) -> None:
    state, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    path = f"/v1/tasks/{task_id}/decision"
    wrong = house.post(analyst, path, APPROVAL | {"details": {"no_discipline": "entah"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-details")
    assert wrong.json()["errors"]
    assert house.post(analyst, path, body, If_Match='"1"').status_code == 412
    assert house.post(analyst, path, body, If_Match=f'"{state.version}"').status_code == 200


def test_a_declared_conflict_shuts_the_case(house: House) -> None:
    state, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    path = f"/v1/personnel-actions/{state.id}/conflicts"
    assert house.post(analyst, path, {"reason": "saudara kandung"}).status_code == 200
    refused = house.post(analyst, f"/v1/tasks/{task_id}/decision", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "excluded-owner")
    assert task_id not in [item["id"] for item in house.get(analyst, "/v1/tasks").json()["items"]]


def test_reading_somebody_elses_case_is_recorded_once(house: House) -> None:
    _, task_id, _ = _verification(house)
    analyst = _analysts(house)[0]
    for _ in range(3):
        assert house.get(analyst, f"/v1/tasks/{task_id}").status_code == 200
    house.app.state.services.access_log.flush()
    with house.world.installation.reader.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT COUNT(*) FROM events WHERE type = 'PersonalDataRead'")
        assert found.scalar_one() == 1


def test_no_answer_to_a_form_is_a_500(house: House) -> None:
    _, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    odd: list[Any] = [10**30, -1, 1.5, [], {}, None, "🦄", True, [{"year": 10**30, "predicate": "BAIK"}]]
    for value in odd:
        for field in ("no_discipline", "performance", "lain", "ÿ"):
            details = body["details"] | {field: value}
            if details == body["details"]:
                continue
            items = {"items": [{"task_id": task_id, **body, "details": details}], "preview": True}
            found = house.post(analyst, "/v1/tasks/decisions", items)
            assert found.status_code == 200, (field, value, found.text)
    big = APPROVAL | {"details": body["details"] | {"performance": [{"year": 10**30, "predicate": "BAIK"}]}}
    assert house.post(analyst, f"/v1/tasks/{task_id}/decision", big).status_code == 422
    far = APPROVAL | {"details": body["details"] | {"performance": [{"year": 0, "predicate": "BAIK"}]}}
    assert house.post(analyst, f"/v1/tasks/{task_id}/decision", far).status_code in (200, 422)
