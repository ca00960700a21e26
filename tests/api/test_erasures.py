"""Erasing over HTTP: two credentials, reasons for a no, and what everybody sees afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from domain.erasure_commands import ApproveErasure, RequestErasure
from integrations.object_folder import ObjectFolder
from integrations.object_store import StoreUnavailable
from operations.diagnosis import Diagnosis, Repair
from operations.doctor import _read_ledger, finish_erasures
from operations.verification import verify_installation
from tests.api.conftest import House
from tests.world import a_person, new_id

COURT = {"ground": "court_order", "reason": "Putusan PTUN Serang 12/G/2026"}


def officers(house: House) -> tuple[str, str]:
    return house.world.holder("transfer_division_head"), house.world.holder("regional_secretary")


def erase(house: House, person_id: str) -> Any:
    asks, consents = officers(house)
    path = f"/v1/employees/{house.nip(person_id)}/erasure"
    asked = house.post(asks, path, COURT)
    assert asked.status_code == 201, asked.text
    answered = house.post(consents, f"/v1/employees/{person_id}/erasure/approval", None)
    assert answered.status_code == 200, answered.text
    return answered.json()


def test_one_asks_another_consents_and_the_person_is_erased(house: House) -> None:
    person_id = house.plain()[0]
    nip = house.nip(person_id)
    asks, consents = officers(house)
    asked = house.post(asks, f"/v1/employees/{nip}/erasure", COURT)
    assert asked.status_code == 201
    assert asked.json()["state"] == "requested"
    assert asked.json()["ground"]["citation"]
    assert asked.json()["kept"] == [{"rule": "in_service", "until": None}]
    assert asked.headers["Location"] == f"/v1/employees/{person_id}/erasure"
    shown = house.get(consents, f"/v1/employees/{nip}/erasure").json()
    assert shown["reason"] == COURT["reason"]
    answered = house.post(consents, f"/v1/employees/{nip}/erasure/approval", None).json()
    assert (answered["state"], answered["reason"]) == ("completed", None)
    assert [step["type"] for step in answered["history"]] == [
        "ErasureRequested",
        "PersonErased",
        "ErasureCompleted",
    ]
    assert answered["receipt"]["position"] == answered["history"][1]["position"]
    assert house.get(consents, f"/v1/employees/{nip}").status_code == 404
    assert verify_installation(house.world.installation.settings).ok


def test_whoever_asked_may_not_consent(house: House) -> None:
    head = house.world.holder("agency_head")
    path = f"/v1/employees/{house.nip(house.plain()[0])}/erasure"
    assert house.post(head, path, COURT).status_code == 201
    refused = house.post(head, f"{path}/approval", None)
    assert (refused.status_code, refused.json()["code"]) == (403, "excluded-owner")


def test_what_must_be_kept_is_named_with_its_law(house: House) -> None:
    asks, _ = officers(house)
    body = {"ground": "retention_over", "reason": "lama sekali"}
    refused = house.post(asks, f"/v1/employees/{house.nip(house.plain()[0])}/erasure", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "retention-forbids")
    assert refused.json()["kept"][0]["rule"] == "in_service"
    assert "UU 43/2009" in refused.json()["kept"][0]["citation"]


def test_an_open_action_that_needs_the_person_is_named(house: House) -> None:
    asks, _ = officers(house)
    case = house.a_case()
    refused = house.post(asks, f"/v1/employees/{case.subject_id}/erasure", COURT)
    assert (refused.status_code, refused.json()["code"]) == (422, "needed-by-open-action")
    assert refused.json()["needs"] == [{"action_id": case.id, "why": "subject"}]


def test_a_refusal_leaves_the_person(house: House) -> None:
    asks, consents = officers(house)
    path = f"/v1/employees/{house.nip(house.plain()[0])}/erasure"
    house.post(asks, path, COURT)
    refused = house.post(consents, f"{path}/refusal", {"reason": "putusan belum berkekuatan tetap"})
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    assert house.get(asks, path.removesuffix("/erasure")).status_code == 200


def test_a_stranger_hears_of_no_erasure(house: House) -> None:
    asks, _ = officers(house)
    path = f"/v1/employees/{house.nip(house.plain()[0])}/erasure"
    house.post(asks, path, COURT)
    stranger = house.a_stranger()
    assert house.get(stranger, path).status_code == 404
    assert house.post(stranger, f"{path}/approval", None).status_code == 404
    assert house.get(stranger, "/v1/erasures").status_code == 403


def test_the_register_of_erasures_names_nobody_who_is_erased(house: House) -> None:
    person_id = house.plain()[0]
    nip = house.nip(person_id)
    erase(house, person_id)
    listed = house.get(house.world.holder("auditor"), "/v1/erasures")
    assert [item["person_id"] for item in listed.json()["items"]] == [person_id]
    assert nip not in listed.text


def test_the_same_consent_again_is_the_same_answer(house: House) -> None:
    person_id = house.plain()[0]
    asks, consents = officers(house)
    house.post(asks, f"/v1/employees/{person_id}/erasure", COURT)
    key, path = new_id(), f"/v1/employees/{person_id}/erasure/approval"
    first = house.post(consents, path, None, Idempotency_Key=key)
    again = house.post(consents, path, None, Idempotency_Key=key)
    assert again.json()["receipt"] == first.json()["receipt"]
    assert again.headers["Idempotent-Replay"] == "true"


def test_an_erased_person_is_signed_out(house: House) -> None:
    person_id = house.plain()[0]
    assert house.get(person_id, "/v1/me").status_code == 200
    erase(house, person_id)
    assert house.get(person_id, "/v1/me").status_code == 401


def test_cases_go_on_without_the_name(house: House) -> None:
    case = house.world.walk(house.a_case())
    auditor = house.world.holder("auditor")
    named = house.get(auditor, f"/v1/personnel-actions/{case.id}").json()["subject"]
    assert named["name"]
    erase(house, case.subject_id)
    shown = house.get(auditor, f"/v1/personnel-actions/{case.id}").json()
    assert shown["subject"] == {"id": case.subject_id, "nip": None, "name": None, "erased": True}
    assert shown["reason"] is None
    events = house.get(auditor, f"/v1/personnel-actions/{case.id}/events")
    assert events.status_code == 200
    register = house.get(auditor, "/v1/personnel-actions")
    assert named["name"] not in register.text


def test_the_doctor_names_an_erasure_that_was_cut_off_and_finishes_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailable("the store is away")

    person_id, (asks, consents) = house.plain()[0], officers(house)
    ledger = house.world.installation.ledger
    asked = RequestErasure(
        command_id=new_id(), actor=a_person(asks), person_id=person_id, ground="court_order", reason="putusan"
    )
    ledger.execute(asked)
    ledger.execute(ApproveErasure(command_id=new_id(), actor=a_person(consents), person_id=person_id))
    diagnosis = Diagnosis()
    _read_ledger(house.world.installation, diagnosis)
    (finding,) = diagnosis.findings
    assert (finding.code, finding.person_id) == ("erasure-unfinished", person_id)
    assert finding.repair is Repair.FINISH_ERASURE
    with monkeypatch.context() as patched:
        patched.setattr(ObjectFolder, "sweep", away)
        finish_erasures(house.world.installation, diagnosis)
    assert finding not in diagnosis.done
    assert "away" in diagnosis.failed[finding]
    finish_erasures(house.world.installation, diagnosis)
    assert diagnosis.ok
    again = Diagnosis()
    _read_ledger(house.world.installation, again)
    assert again.findings == []
