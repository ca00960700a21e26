"""Verdicts on documents and the completeness of files, as an outside client meets them."""

from __future__ import annotations

import time
from typing import Any

from audit.verify import verify
from projections.catalogue import all_projections
from proofs.checkpoint import origin_of
from tests.api.conftest import House
from tests.api.test_documents import file

ACCEPTED = {"outcome": "accepted"}
REJECTED = {"outcome": "rejected", "reason": "halaman dua tidak terbaca"}


def filed(house: House, person: str, document_type: str = "SK_JABATAN") -> str:
    answer = file(house, person, house.nip(person), document_type=document_type)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def verdict(house: House, who: str, document: str, body: Any = ACCEPTED, **headers: str) -> Any:
    return house.post(who, f"/v1/documents/{document}/verification", body, **headers)


def required(house: House, person: str, document_type: str = "SK_JABATAN") -> dict[str, Any]:
    shown = house.get(person, f"/v1/employees/{house.nip(person)}/documents").json()["completeness"]
    return next(item for item in shown["types"] if item["document_type"] == document_type)


def test_an_officer_s_verdict_is_in_the_file_and_in_the_ledger(house: House) -> None:
    person, analyst = house.plain()[0], house.world.holder("personnel_analyst")
    document = filed(house, person)
    assert required(house, person)["state"] == "unverified"
    answer = verdict(house, analyst, document, ACCEPTED | {"valid_until": "2030-01-01"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == '"2"'
    assert answer.json()["receipt"]["version"] == 2
    assert required(house, person) | {"name": ""} == {
        "document_type": "SK_JABATAN",
        "name": "",
        "siasn_id": 872,
        "state": "verified",
        "document_id": document,
        "valid_until": "2030-01-01",
    }
    again = verdict(house, analyst, document, ACCEPTED | {"valid_until": "2030-01-01"})
    assert (again.status_code, again.json()["code"]) == (409, "already-exists")


def test_a_rejection_says_why_to_the_person_and_seals_it_in_the_ledger(house: House) -> None:
    person, analyst = house.plain()[0], house.world.holder("personnel_analyst")
    document = filed(house, person)
    without = verdict(house, analyst, document, {"outcome": "rejected"})
    assert (without.status_code, without.json()["code"]) == (422, "reason-required")
    assert verdict(house, analyst, document, REJECTED).status_code == 200
    (item,) = house.get(person, f"/v1/employees/{house.nip(person)}/documents").json()["items"]
    assert (item["state"], item["reason"]) == ("rejected", REJECTED["reason"])
    with house.world.installation.reader.engine.connect() as connection:
        records = connection.exec_driver_sql(
            "SELECT record FROM events WHERE type = 'DocumentVerified'"
        ).scalars()
        assert [REJECTED["reason"].encode() in bytes(record) for record in records] == [False]


def test_who_may_give_a_verdict(house: House) -> None:
    person, other = house.plain()[:2]
    analyst = house.world.holder("personnel_analyst")
    document = filed(house, person)
    for who, status in (
        (person, 403),
        (other, 404),
        (house.world.holder("inspector"), 403),
        (house.key("documents:write", "employees:read"), 403),
        (analyst, 200),
    ):
        assert verdict(house, who, document).status_code == status, who
    own_upload = file(house, analyst, house.nip(person)).json()["id"]
    refused = verdict(house, analyst, own_upload)
    assert (refused.status_code, refused.json()["code"]) == (403, "excluded-owner")
    assert verdict(house, analyst, "nothing").status_code == 404


def test_a_repeat_is_answered_as_before_and_an_old_version_is_refused(house: House) -> None:
    analyst = house.world.holder("personnel_analyst")
    document = filed(house, house.plain()[0])
    headers = {"Idempotency_Key": "satu", "If_Match": '"1"'}
    first, again = (verdict(house, analyst, document, **headers) for _ in range(2))
    assert first.status_code == 200, first.text
    assert first.json()["receipt"] == again.json()["receipt"]
    assert again.headers["Idempotent-Replay"] == "true"
    stale = verdict(house, analyst, document, REJECTED, If_Match='"1"')
    assert stale.status_code == 412


def test_totals_of_units_are_of_those_whom_one_may_see(house: House) -> None:
    person, analyst = house.plain()[0], house.world.holder("personnel_analyst")
    agency = house.world.agency
    unit = agency.apparatus_of(agency.unit_of(agency.people[person].position_id))
    assert unit is not None
    verdict(house, analyst, filed(house, person))
    started = time.monotonic()
    everything = house.get(analyst, "/v1/documents/completeness").json()
    assert time.monotonic() - started < 5
    assert everything["total"]["people"] == len(agency.people)
    assert everything["total"]["verified"] == 1
    for name in ("people", "required", "missing", "verified"):
        assert everything["total"][name] == sum(item[name] for item in everything["items"])
    mine = house.get(analyst, "/v1/documents/completeness", unit=unit).json()
    assert mine["total"]["verified"] == 1
    assert mine["items"] == [item for item in everything["items"] if item["unit_id"] == unit]
    assert house.get(person, "/v1/documents/completeness", unit=unit).status_code == 404
    assert house.get(person, "/v1/documents/completeness").json()["total"]["people"] == 1
    assert house.get(analyst, "/v1/documents/completeness", unit="nowhere").status_code == 404


def test_a_task_shows_which_documents_its_file_lacks_and_can_still_be_decided(house: House) -> None:
    state = house.a_case()
    for _ in range(2):
        decided = house.world.decide(state, house.world.owners(state, state.open_tasks[0])[0]).state
        assert decided is not None
        state = decided
    (task,) = state.open_tasks
    assert task.step == "analyst_verification"
    owner = house.world.owners(state, task)[0]
    shown = house.get(owner, f"/v1/tasks/{task.id}").json()
    assert {item["document_type"] for item in shown["documents_lacking"]} == {
        "SK_PANGKAT",
        "SK_JABATAN",
        "EVALUASI_KINERJA",
    }
    assert {item["severity"] for item in shown["documents_lacking"]} == {"WARN"}
    answered = house.post(
        owner,
        f"/v1/tasks/{task.id}/decision",
        {"outcome": "approve", "comment": "", "details": shown["form"]["examples"][0]},
    )
    assert answered.status_code == 200, answered.text


def test_a_history_with_verdicts_is_found_lawful_and_rebuilds_to_the_same_rows(house: House) -> None:
    analyst = house.world.holder("personnel_analyst")
    for person, body in zip(house.plain(), (ACCEPTED, REJECTED), strict=False):
        assert verdict(house, analyst, filed(house, person), body).status_code == 200
    installation = house.world.installation
    verification = verify(
        installation.reader.engine,
        keys=[installation.signer.vkey],
        kept_checkpoints=[],
        sealing_key=installation.sealing_key,
        projections=all_projections(),
        origin=origin_of(installation.settings.agency),
    )
    assert verification.ok, verification.as_text()
