"""One person's evaluation, walked by its people through HTTP."""

from __future__ import annotations

from typing import Any

from domain.offices import COMMITTEE
from projections.action_state import state_of
from tests.api.conftest import House

PERIOD = {"period_start": "2026-01-01", "period_end": "2026-06-30"}


def a_request(house: House, subject: str, **changes: Any) -> dict[str, Any]:
    return {"kind": "evaluation", "subject_nip": house.nip(subject)} | PERIOD | changes


def started(house: House, subject: str) -> dict[str, Any]:
    answer = house.post(house.key("actions:write"), "/v1/personnel-actions", a_request(house, subject))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def owners(house: House, action_id: str) -> list[str]:
    """Who finds the open task in their inbox."""
    with house.world.installation.reader.engine.connect() as connection:
        state = state_of(connection, action_id)
    assert state is not None
    task = state.open_tasks[0]
    return [person for person in house.world.owners(state, task) if person not in task.excluded]


def act(house: House, action_id: str, **changes: Any) -> list[dict[str, Any]]:
    """The owners of the open task answer its form with its example, until the step is done."""
    with house.world.installation.reader.engine.connect() as connection:
        state = state_of(connection, action_id)
    assert state is not None
    task = state.open_tasks[0]
    answers = []
    for person in owners(house, action_id):
        inbox = house.get(person, "/v1/tasks", limit=200).json()["items"]
        assert task.id in {item["id"] for item in inbox}, task.step
        shown = house.get(person, f"/v1/tasks/{task.id}").json()
        details = shown["form"]["examples"][0] | changes
        body = {"outcome": "approve", "comment": "", "details": details}
        answer = house.post(person, f"/v1/tasks/{task.id}/decision", body)
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
        if answers[-1]["state"] == "COMPLETED" or task.office != COMMITTEE:
            return answers
    raise AssertionError(f"nobody finished {task.step}")


def walk(house: House, action_id: str, until: str) -> dict[str, Any]:
    while True:
        shown: dict[str, Any] = house.get(
            house.key("actions:read"), f"/v1/personnel-actions/{action_id}"
        ).json()
        if until in (shown["status"], *(task["step"] for task in shown["open_tasks"])):
            return shown
        act(house, action_id)


def test_an_evaluation_is_walked_to_its_end(house: House) -> None:
    action = started(house, house.plain()[0])
    assert (action["kind"], action["variant"], action["status"]) == ("evaluation", "six_monthly", "in_review")
    assert (action["period_start"], action["period_end"]) == ("2026-01-01", "2026-06-30")
    done = walk(house, action["id"], "completed")
    assert done["final"] is True
    assert [j["at_step"] for j in done["judgements"]] == ["rating", "calibration"]
    assert done["judgements"][-1]["predicate"] == "BAIK"
    listed = house.get(house.key("actions:read"), "/v1/personnel-actions", kind="evaluation").json()["items"]
    assert [item["id"] for item in listed] == [action["id"]]


def test_the_person_evaluated_does_not_rate_themself(house: House) -> None:
    subject = house.plain()[0]
    action = walk(house, started(house, subject)["id"], "rating")
    task = action["open_tasks"][0]["id"]
    details = {"result": "ABOVE", "conduct": "ABOVE", "evidence": "saya sendiri"}
    body = {"outcome": "approve", "comment": "", "details": details}
    refused = house.post(subject, f"/v1/tasks/{task}/decision", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "excluded-owner")


def test_an_objection_is_decided_above_the_assessor(house: House) -> None:
    action_id = started(house, house.plain()[0])["id"]
    walk(house, action_id, "result_response")
    raters = {
        d["decided_by"]["id"]
        for d in walk(house, action_id, "result_response")["decisions"]
        if d["step"] == "rating"
    }
    act(house, action_id, response="object", reasons="bukti tidak dibaca")
    assert walk(house, action_id, "objection_decision")["phase"] == "objection"
    assert not raters & set(owners(house, action_id)[:1])
    act(house, action_id)
    done = walk(house, action_id, "completed")
    assert done["judgements"][-1]["at_step"] == "objection_decision"


def test_the_same_period_is_evaluated_once(house: House) -> None:
    subject = house.plain()[0]
    started(house, subject)
    again = house.post(house.key("actions:write"), "/v1/personnel-actions", a_request(house, subject))
    assert (again.status_code, again.json()["code"]) == (409, "evaluation-exists")


def test_a_transfer_names_only_what_ordered_it(house: House) -> None:
    subject = house.world.movable()[3]
    evaluation = started(house, subject)["id"]
    key = house.key("actions:write")
    for follows in (evaluation, "1b671a64-40d5-491e-99b0-da01ff1f3341"):
        request = house.a_request(subject_nip=house.nip(subject), follows=follows)
        answer = house.post(key, "/v1/personnel-actions", request)
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-reference")
        assert answer.json()["field"] == "follows"


def test_a_turned_period_is_refused(house: House) -> None:
    body = a_request(house, house.plain()[0], period_start="2026-06-30", period_end="2026-01-01")
    refused = house.post(house.key("actions:write"), "/v1/personnel-actions", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "date-out-of-order")


def test_a_stranger_learns_nothing_by_asking(house: House) -> None:
    known, unknown = a_request(house, house.plain()[0]), a_request(house, house.plain()[0])
    unknown["subject_nip"] = "199901012020011001"
    answers = [house.post(house.a_stranger(), "/v1/personnel-actions", body) for body in (known, unknown)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()


def test_a_rating_is_the_persons_to_read_when_it_was_delivered(house: House) -> None:
    """Before that the committee may still change it, and the time to object has not begun."""
    subject = house.plain()[0]
    action_id = started(house, subject)["id"]
    path = f"/v1/personnel-actions/{action_id}"
    walk(house, action_id, "delivery")
    shown = house.get(subject, path).json()
    rating = next(d for d in shown["decisions"] if d["step"] == "rating")
    assert (shown["judgements"], rating["details"], rating["comment"]) == ([], None, None)
    events = house.get(subject, f"{path}/events").json()["items"]
    told = [e["personal"] for e in events if e["type"] == "PerformanceJudged"]
    assert told == [None] * len(told) != []
    assert "AS_EXPECTED" not in house.get(subject, f"/v1/tasks/{rating['task_id']}").text
    assert len(house.get(house.key("actions:read"), path).json()["judgements"]) == 2

    walk(house, action_id, "result_response")
    assert len(house.get(subject, path).json()["judgements"]) == 2
    events = house.get(subject, f"{path}/events").json()["items"]
    assert all(e["personal"] for e in events if e["type"] == "PerformanceJudged")
