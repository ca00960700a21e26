"""What each person saw and could do at a moment of the past, through HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.commands import EmployeeRow, RegisterEmployees
from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from ledger.record import StoredEvent
from tests.api.conftest import House
from tests.world import new_id


def events_of(house: House, state: ActionState) -> list[StoredEvent]:
    reader = house.world.installation.reader
    with reader.engine.connect() as connection:
        return reader.stream(connection, f"personnel-action/{state.id}")


def first(events: list[StoredEvent], type_: str) -> StoredEvent:
    return next(stored for stored in events if stored.type == type_)


def auditor(house: House) -> str:
    return min(house.world.offices.holders("auditor", house.world.today))


def leave(house: House, person_id: str) -> None:
    """The roster says that the person holds no post any more."""
    world = house.world
    person = world.agency.people[person_id]
    command = RegisterEmployees(
        command_id=new_id(),
        actor=SYSTEM,
        rows=(
            EmployeeRow(
                person_id=person_id,
                nip=house.nip(person_id),
                name="Pegawai",
                birth_date=birth_date(house, person_id),
                employment_kind=person.employment_kind,
                grade=person.grade,
                employment_status=person.employment_status,
                position_id=None,
            ),
        ),
    )
    world.installation.ledger.execute(command)


def birth_date(house: House, person_id: str) -> date:
    digits = house.nip(person_id)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


def test_a_past_case_says_who_could_decide_and_what_came_since(house: House) -> None:
    state = house.world.walk(house.a_case(), until="analyst_verification")
    history = events_of(house, state)
    opened, decided = first(history, "TaskOpened"), first(history, "TaskCompleted")
    path = f"/v1/personnel-actions/{state.id}"
    reader = house.key("actions:read")
    then = house.get(reader, path, at_position=opened.position).json()
    (task,) = then["tasks_then"]
    by_id = {owner["person"]["id"]: owner for owner in task["owners"]}
    assert "decide" in by_id[decided.actor.id]["allowed"]
    assert by_id[decided.actor.id]["capacity"] == "D"
    assert then["as_of"]["position"] == opened.position
    assert then["as_of"]["policy_in_force"]["id"] == then["policy"]["id"]
    since = then["since"]
    assert [e["version"] for e in since["events"]] == list(range(opened.version + 1, state.version + 1))
    changed = {difference["field"]: difference for difference in since["differences"]}
    assert changed["version"] == {"field": "version", "then": opened.version, "now": state.version}
    assert changed["open_tasks"]["now"][0]["step"] == "analyst_verification"
    newest = house.get(reader, path, at_position=history[-1].position).json()
    assert newest["since"] == {"differences": [], "events": []}
    assert "tasks_then" not in house.get(reader, path).json()


def test_who_has_left_the_office_since_is_still_an_owner_then(house: House) -> None:
    state = house.world.walk(house.a_case(), until="analyst_verification")
    decided = first(events_of(house, state), "TaskCompleted")
    before = house.get(house.key("employees:read"), f"/v1/employees/{house.nip(decided.actor.id)}").json()
    leave(house, decided.actor.id)
    path = f"/v1/personnel-actions/{state.id}"
    then = house.get(house.key("actions:read"), path, at_position=decided.position - 1).json()
    owners = [owner["person"]["id"] for task in then["tasks_then"] for owner in task["owners"]]
    assert decided.actor.id in owners
    file_path = f"/v1/employees/{house.nip(decided.actor.id)}"
    now = house.get(house.key("employees:read"), file_path).json()
    assert now["position"] is None
    past = house.get(house.key("employees:read"), file_path, at_position=decided.position).json()
    assert past["position"] == before["position"]
    assert past["offices"]
    fields = {difference["field"] for difference in past["since"]["differences"]}
    assert {"position", "unit"} <= fields


def test_an_inbox_of_the_past_shows_the_task_as_it_lay_there(house: House) -> None:
    state = house.world.walk(house.a_case(), until="analyst_verification")
    history = events_of(house, state)
    opened, decided = first(history, "TaskOpened"), first(history, "TaskCompleted")
    person, task_id = decided.actor.id, opened.event.model_dump()["task_id"]
    page = house.get(person, "/v1/tasks", at_position=opened.position).json()
    (shown,) = [item for item in page["items"] if item["id"] == task_id]
    assert "decide" in shown["allowed"]
    assert shown["state"] == "READY"
    assert shown["now"]["state"] == "COMPLETED"
    assert shown["now"]["decided_by"]["id"] == person
    assert task_id not in [item["id"] for item in house.get(person, "/v1/tasks").json()["items"]]
    after = house.get(person, "/v1/tasks", at_position=decided.position).json()
    assert task_id not in [item["id"] for item in after["items"]]


def test_the_newest_inbox_of_the_past_is_the_inbox_of_now(house: House) -> None:
    for index in range(3):
        house.a_case(index)
    state = house.a_case(3)
    for person in house.world.owners(state, state.open_tasks[0]):
        now = house.get(person, "/v1/tasks", limit=200).json()["items"]
        then = house.get(person, "/v1/tasks", limit=200, at="2100-01-01T00:00:00Z").json()["items"]
        assert [item["id"] for item in then] == [item["id"] for item in now]
        paged: list[str] = []
        cursor = None
        while True:
            given = {"limit": 1, "at": "2100-01-01T00:00:00Z"} | ({"cursor": cursor} if cursor else {})
            page = house.get(person, "/v1/tasks", **given).json()
            paged += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert paged == [item["id"] for item in now]


def test_only_auditors_look_into_the_inbox_of_somebody_else(house: House) -> None:
    state = house.a_case()
    opened = first(events_of(house, state), "TaskOpened")
    owner = house.world.owners(state, state.open_tasks[0])[0]
    asked = {"owner_nip": house.nip(owner), "at_position": opened.position}
    shown = house.get(auditor(house), "/v1/tasks", **asked).json()
    assert state.open_tasks[0].id in [item["id"] for item in shown["items"]]
    assert house.get(owner, "/v1/tasks", **asked).status_code == 403
    assert house.get(auditor(house), "/v1/tasks", owner_nip=house.nip(owner)).status_code == 422
    nobody = asked | {"owner_nip": "199901012020011001"}
    assert house.get(auditor(house), "/v1/tasks", **nobody).status_code == 404


def test_there_is_nothing_before_the_first_event(house: House) -> None:
    person = house.a_stranger()
    past = {"at": "2001-01-01T00:00:00Z"}
    assert house.get(person, "/v1/tasks", **past).status_code == 404
    assert house.get(person, f"/v1/employees/{house.nip(person)}", **past).status_code == 404
    assert house.get(person, "/v1/tasks", at="2026-11-24", at_position=3).status_code == 422


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "2100-01-01T00:00:00-23:59"])
def test_a_moment_to_come_is_now(house: House, at: str) -> None:
    found = house.get(house.a_stranger(), "/v1/tasks", at=at)
    assert found.status_code == 200, found.text
    assert datetime.fromisoformat(found.json()["as_of"]["at"]) <= datetime.now(UTC)
