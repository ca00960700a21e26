"""Personnel actions through HTTP alone: started, walked, seen by those who may, undone."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from tests.api.conftest import House


def _walk(house: House, action_id: str) -> list[dict[str, Any]]:
    """Decide every open task by whoever finds it in their inbox, knowing only the contract's surface."""
    receipts: list[dict[str, Any]] = []
    auditor = house.key("actions:read")
    for _ in range(60):
        action = house.get(auditor, f"/v1/personnel-actions/{action_id}").json()
        if action["status"] in ("completed", "refused", "rejected"):
            return receipts
        if not action["open_tasks"]:
            house.world.step(_state(house, action_id))  # the decree and the effect are the system's
            continue
        task_id = action["open_tasks"][0]["id"]
        receipts.append(_decide_by_somebody(house, action_id, task_id))
    raise AssertionError("the case does not end")


def _state(house: House, action_id: str) -> Any:
    from projections.action_state import state_of

    with house.world.installation.reader.engine.connect() as connection:
        return state_of(connection, action_id)


def _decide_by_somebody(house: House, action_id: str, task_id: str) -> dict[str, Any]:
    state = _state(house, action_id)
    for person in house.world.owners(state, state.open_tasks[0]):
        found = {item["id"]: item for item in house.get(person, "/v1/tasks", limit=200).json()["items"]}
        if task_id not in found:
            continue
        task = found[task_id]
        assert "decide" in task["allowed"]
        body = {
            "outcome": "approve",
            "comment": "",
            "details": task["form"]["examples"][0] if task["form"] else {},
            "overrides": [{"rule": r, "reason": "alasan tertulis"} for r in task["overrides_required"]],
        }
        answer = house.post(person, f"/v1/tasks/{task_id}/decision", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["receipt"])
    raise AssertionError(f"nobody has {state.open_tasks[0].step} in their inbox")


def test_a_transfer_walks_from_request_to_completion(house: House) -> None:
    started = house.post(house.key("actions:write"), "/v1/personnel-actions", house.a_request())
    assert started.status_code == 201, started.text
    action = started.json()
    assert started.headers["Location"] == f"/v1/personnel-actions/{action['id']}"
    assert started.headers["ETag"] == f'"{action["version"]}"'
    receipts = _walk(house, action["id"])
    assert len(receipts) > 8
    done = house.get(house.key("actions:read"), f"/v1/personnel-actions/{action['id']}").json()
    assert done["status"] == "completed"
    assert done["decree"]["number"]
    history = house.get(house.key("actions:read"), f"/v1/personnel-actions/{action['id']}/events").json()
    hashes = {item["position"]: item["leaf_hash"] for item in history["items"]}
    for item in history["items"]:
        record = base64.b64decode(item["record_base64"])
        assert hashlib.sha256(b"\x00" + record).hexdigest() == item["leaf_hash"]
    assert all(hashes[receipt["position"]] == receipt["leaf_hash"] for receipt in receipts)


def test_a_case_can_be_seen_as_it_stood(house: House) -> None:
    state = house.world.walk(house.a_case(), until="analyst_verification")
    reader = house.key("actions:read")
    path = f"/v1/personnel-actions/{state.id}"
    history = house.get(reader, f"{path}/events").json()["items"]
    then = house.get(reader, path, at_position=history[2]["position"]).json()
    assert then["version"] == 3
    assert then["open_tasks"][0]["step"] == "unit_file_check"
    assert house.get(reader, path, at=history[2]["recorded_at"]).json()["version"] >= 3
    assert house.get(reader, path, at_position=0).status_code == 404
    assert house.get(reader, path, at="2020-01-01T00:00:00Z").status_code == 404
    assert house.get(reader, path, at="kapan").status_code == 422


def test_a_stranger_does_not_see_the_case_and_its_subject_does(house: House) -> None:
    state = house.a_case()
    path = f"/v1/personnel-actions/{state.id}"
    stranger = house.a_stranger()
    assert house.get(stranger, path).status_code == 404
    assert house.get(stranger, f"{path}/events").status_code == 404
    assert house.get(stranger, "/v1/personnel-actions").json()["items"] == []
    assert house.post(stranger, f"{path}/withdrawal", {"reason": "coba"}).status_code == 404
    assert house.post(stranger, f"{path}/annulment", {"reason": "coba"}).status_code == 404
    assert house.get(state.subject_id, path).json()["id"] == state.id
    assert house.post(state.subject_id, f"{path}/withdrawal", {"reason": "coba"}).status_code == 403
    assert house.get(None, path).status_code == 401


def test_the_initiator_withdraws_and_a_stale_version_is_refused(house: House) -> None:
    key = house.key("actions:write")
    action = house.post(key, "/v1/personnel-actions", house.a_request()).json()
    path = f"/v1/personnel-actions/{action['id']}/withdrawal"
    body = {"reason": "diajukan keliru"}
    assert house.post(key, path, body, If_Match='"1"').status_code == 412
    answer = house.post(key, path, body, If_Match=f'W/"{action["version"]}"')
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "withdrawn"
    assert answer.json()["receipt"]["version"] == answer.json()["version"]
    assert house.post(key, path, body).status_code == 409


def test_the_register_is_paged_and_filtered(house: House) -> None:
    cases = [house.a_case(index) for index in range(3)]
    reader = house.key("actions:read")
    first = house.get(reader, "/v1/personnel-actions", limit=2).json()
    assert len(first["items"]) == 2
    rest = house.get(reader, "/v1/personnel-actions", limit=2, cursor=first["next"]).json()
    assert rest["next"] is None
    assert {item["id"] for item in first["items"] + rest["items"]} == {case.id for case in cases}
    mine = house.get(reader, "/v1/personnel-actions", subject_nip=house.nip(cases[0].subject_id)).json()
    assert [item["id"] for item in mine["items"]] == [cases[0].id]
    assert house.get(reader, "/v1/personnel-actions", status="completed").json()["items"] == []
    assert house.get(reader, "/v1/personnel-actions", cursor="x").status_code == 422


def test_what_the_request_names_has_to_exist(house: House) -> None:
    key = house.key("actions:write")
    unknown = house.post(key, "/v1/personnel-actions", house.a_request(subject_nip="199901012020011001"))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-reference")
    assert unknown.json()["field"] == "subject_nip"
    missing = house.a_request(document_ids=["7f8a5c52-4a06-4f9b-9a5c-000000000000"])
    assert house.post(key, "/v1/personnel-actions", missing).status_code == 422
    other = house.post(key, "/v1/personnel-actions", {"kind": "dismissal"})
    assert (other.status_code, other.json()["code"]) == (422, "invalid-request")


def test_asking_for_somebody_tells_a_stranger_nothing_about_who_exists(house: House) -> None:
    stranger = house.a_stranger()
    garbage = ["7f8a5c52-4a06-4f9b-9a5c-000000000000"]
    for changes in ({}, {"document_ids": garbage}, {"suggested_by_nip": "199901012020011001"}):
        answers = [
            house.post(stranger, "/v1/personnel-actions", house.a_request(subject_nip=nip, **changes))
            for nip in (house.nip(house.plain()[0]), "199901012020011001")
        ]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert answers[0].json() == answers[1].json()
        assert answers[0].json()["code"] == "unknown-reference"
    candidate = {"name": "Siti", "birth_date": "1985-03-12", "employment_kind": "PNS", "grade": "III/d"}
    incoming = {"variant": "inter_agency_in", "subject_nip": None, "partner_agency": "Provinsi Banten"}
    found = [
        house.post(
            stranger,
            "/v1/personnel-actions",
            house.a_request(**incoming, candidate=candidate | {"nip": nip}),
        )
        for nip in (house.nip(house.plain()[0]), "198503122010011007")
    ]
    assert [answer.status_code for answer in found] == [403, 403]
    assert found[0].json() == found[1].json()


def test_who_sees_a_person_and_may_not_move_them_hears_so(house: House) -> None:
    auditor = min(house.world.offices.holders("auditor", house.world.today))
    refused = house.post(auditor, "/v1/personnel-actions", house.a_request())
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")


def test_a_repeat_hears_the_first_answer_although_the_person_has_moved_out_of_sight(house: House) -> None:
    world = house.world
    officer, subject = next(
        (head, person)
        for person in house.plain()
        for head in sorted(world.offices.holders(f"unit_head@{_apparatus(house, person)}", world.today))
        if not world.offices.titles_of(head, world.today) & {"agency_head", "regional_secretary"}
    )
    elsewhere = next(
        post
        for post in world.vacancies()
        if world.agency.apparatus_of(world.agency.posts[post].unit_id) != _apparatus(house, subject)
    )
    body = house.a_request(subject_nip=house.nip(subject), target_position_id=elsewhere)
    first = house.post(officer, "/v1/personnel-actions", body, Idempotency_Key="sekali")
    assert first.status_code == 201, first.text
    world.walk(_state(house, first.json()["id"]))
    again = house.post(officer, "/v1/personnel-actions", body, Idempotency_Key="sekali")
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again.headers["Idempotent-Replay"] == "true"
    anew = house.post(officer, "/v1/personnel-actions", body, Idempotency_Key="lagi")
    assert (anew.status_code, anew.json()["code"]) == (422, "unknown-reference")


def _apparatus(house: House, person: str) -> str | None:
    agency = house.world.agency
    return agency.apparatus_of(agency.unit_of(agency.people[person].position_id))
