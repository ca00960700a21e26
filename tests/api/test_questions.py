"""The auditors' questions through HTTP: who may ask, what an answer says, and how pages go on."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import House


def auditor(house: House) -> str:
    return min(house.world.offices.holders("auditor", house.world.today))


def haste(house: House, **given: Any) -> Any:
    return house.get(auditor(house), "/v1/audit/questions/approvals_within_seconds", **given).json()


def test_auditors_alone_may_ask(house: House) -> None:
    for end in ("", "/overrides", "/overrides/summary"):
        path = f"/v1/audit/questions{end}"
        assert house.get(house.a_stranger(), path).status_code == 403
        assert house.get(house.key("actions:read"), path).status_code == 403
        assert house.get(None, path).status_code == 401
        assert house.get(auditor(house), path).status_code == 200
        assert house.get(house.key("audit:read"), path).status_code == 200


def test_every_question_tells_what_it_means_and_on_which_law_it_rests(house: House) -> None:
    items = house.get(auditor(house), "/v1/audit/questions").json()["items"]
    assert len(items) == 11
    assert all(item["title"] and item["definition"] and item["citation"] for item in items)
    english = house.client.get(
        "/v1/audit/questions", headers=house.headers(auditor(house)) | {"Accept-Language": "en"}
    ).json()["items"]
    assert [item["title"] for item in items] != [item["title"] for item in english]
    for item in items:
        answer = house.get(auditor(house), f"/v1/audit/questions/{item['name']}")
        assert answer.status_code == 200, answer.text
        assert house.get(auditor(house), f"/v1/audit/questions/{item['name']}/summary").status_code == 200
    assert house.get(auditor(house), "/v1/audit/questions/nobody-asks").status_code == 404


def test_answers_are_explained_paged_and_summed(house: House) -> None:
    """Tests decide at once: every approval of theirs came within seconds."""
    state = house.world.walk(house.a_case(), until="analyst_verification")
    whole = haste(house)["items"]
    mine = [item for item in whole if item["action_id"] == state.id]
    assert len(mine) >= 2
    assert all(item["person_id"]["name"] and "milidetik" in item["explanation"] for item in mine)
    paged: list[Any] = []
    cursor: str | None = None
    while True:
        page = haste(house, limit=1, **({"cursor": cursor} if cursor else {}))
        paged += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert paged == whole
    summed = house.get(auditor(house), "/v1/audit/questions/approvals_within_seconds/summary").json()
    assert summed["complete"]
    assert summed["answers"] == len(whole)
    assert sum(group["count"] for group in summed["groups"]["step"]) == len(whole)
    newest = whole[0]["recorded_at"]
    assert whole[0] not in haste(house, to=newest)["items"]
    assert whole[0] in haste(house, **{"from": newest})["items"]


def test_waiting_times_count_every_task_of_the_cases_asked_about(house: House) -> None:
    state = house.world.walk(house.a_case(), until="analyst_verification")
    path = "/v1/audit/waiting-times"
    assert house.get(house.a_stranger(), path).status_code == 403
    found = house.get(auditor(house), path).json()
    assert (found["cases"], found["complete"]) == (1, True)
    decided = sum(waits["decided"] for waits in found["step"].values())
    assert decided == sum(task.outcome is not None for task in state.tasks)
    assert found["step"]["analyst_verification"]["open"] == 1
    assert found["unit"][state.origin_unit_id or ""]["decided"] == decided
    assert house.get(auditor(house), path, to="2001-01-01").json()["cases"] == 0
