"""The same request twice is one command; the same key with another body is none."""

from __future__ import annotations

from domain.personnel_action import ActionState
from projections.action_state import state_of
from tests.api.conftest import House


def _now(house: House, action_id: str) -> ActionState:
    with house.world.installation.reader.engine.connect() as connection:
        state = state_of(connection, action_id)
    assert state is not None
    return state


def test_a_repeated_start_gets_the_first_answer(house: House) -> None:
    key, body = house.key("actions:write", "actions:read"), house.a_request()
    first = house.post(key, "/v1/personnel-actions", body, Idempotency_Key="satu")
    again = house.post(key, "/v1/personnel-actions", body, Idempotency_Key="satu")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert len(house.get(key, "/v1/personnel-actions").json()["items"]) == 1


def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    key, body = house.key("actions:write"), house.a_request()
    house.post(key, "/v1/personnel-actions", body, Idempotency_Key="satu")
    other = house.post(key, "/v1/personnel-actions", body | {"reason": "lain"}, Idempotency_Key="satu")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_the_same_key_of_another_caller_is_another_command(house: House) -> None:
    body = house.a_request()
    house.post(house.key("actions:write"), "/v1/personnel-actions", body, Idempotency_Key="satu")
    other = house.post(
        house.key("actions:write", "audit:read"), "/v1/personnel-actions", body, Idempotency_Key="satu"
    )
    assert (other.status_code, other.json()["code"]) == (409, "open-action-exists")


def test_a_first_answer_stays_the_first_after_the_case_moved_on(house: House) -> None:
    state = house.world.walk(house.a_case(), until="analyst_verification")
    task = state.open_tasks[0]
    person = house.world.owners(state, task)[0]
    body = {"outcome": "approve", "comment": "", "details": house.world.form(state, task)}
    first = house.post(person, f"/v1/tasks/{task.id}/decision", body, Idempotency_Key="satu")
    assert first.status_code == 200, first.text
    house.world.step(_now(house, state.id))
    again = house.post(person, f"/v1/tasks/{task.id}/decision", body, Idempotency_Key="satu")
    assert again.json()["receipt"] == first.json()["receipt"]
    assert again.json()["action"] == first.json()["action"]


def test_a_key_that_is_no_key_is_refused(house: House) -> None:
    key, body = house.key("actions:write"), house.a_request()
    for wrong in ("", "k" * 256):
        assert house.post(key, "/v1/personnel-actions", body, Idempotency_Key=wrong).status_code == 422
