"""The review workbench through HTTP: queries, samples, notes and findings, by and for those who may."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pytest

from domain.personnel_action import ActionState
from domain.review_draw import draw, list_hash, seed_of
from operations.verification import verify_installation
from tests.api.conftest import House
from tests.api.test_erasures import erase
from tests.audit.other_records import independent_auditor
from tests.world import World

APPROVALS = {"type": "TaskCompleted", "outcome": "approve"}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def auditor_of(house: House, case: ActionState) -> str:
    return independent_auditor(house.world, case)


def any_auditor(house: House) -> str:
    """One who is not the inspector."""
    holders = house.world.offices.holders("auditor", house.world.today)
    return min(holders - {house.world.holder("inspector")})


def a_case(house: House) -> ActionState:
    return house.world.walk(house.a_case(), until="analyst_verification")


def saved(house: House, who: str, **changes: Any) -> dict[str, Any]:
    body = {"title": "Persetujuan", "filter": APPROVALS, "shared": True} | changes
    answer = house.post(who, "/v1/reviews/queries", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def a_unit_and_its_head(world: World) -> tuple[str, str]:
    """An apparatus whose head reviews nothing."""
    auditors = world.offices.holders("auditor", world.today)
    for unit in sorted(world.agency.apparatuses()):
        heads = sorted(world.offices.holders(f"unit_head@{unit}", world.today) - auditors)
        if heads:
            return unit, heads[0]
    raise LookupError("no unit has a head")


def test_a_query_is_its_owners_in_every_revision_and_others_see_it_when_it_is_shared(house: House) -> None:
    case = a_case(house)
    owner, reader = any_auditor(house), house.key("audit:read")
    query = saved(house, owner, shared=False, words="analyst_verification")
    path = f"/v1/reviews/queries/{query['id']}"
    assert house.get(owner, path).json()["words"] == "analyst_verification"
    assert house.get(reader, path).status_code == 404
    assert house.get(reader, "/v1/reviews/queries").json()["items"] == []
    opened = {"title": "Tugas dibuka", "filter": {"unit": case.origin_unit_id, "type": "TaskOpened"}}
    assert house.post(owner, f"{path}/revisions", opened | {"shared": True}).status_code == 201
    shown = house.get(reader, path).json()
    assert [(r["revision"], r["shared"]) for r in shown["revisions"]] == [(1, False), (2, True)]
    assert house.get(house.a_stranger(), path).status_code == 403
    found = house.get(reader, f"{path}/results").json()["items"]
    assert {event["stream"] for event in found} == {f"personnel-action/{case.id}"}
    assert {event["type"] for event in found} == {"TaskOpened"}
    assert house.get(owner, f"{path}/results", revision=1).json()["items"] == []
    assert house.post(house.world.holder("inspector"), f"{path}/retirement", {}).status_code == 403
    assert house.post(owner, f"{path}/retirement", {}).json()["retired"]
    assert house.get(owner, "/v1/reviews/queries").json()["items"] == []


def test_no_name_gets_into_the_readable_part_of_a_query(house: House) -> None:
    owner = any_auditor(house)
    name = "Siti Aminah binti Karto"
    for condition in ("actor", "person", "office", "unit", "type", "rule", "outcome"):
        answer = house.post(
            owner, "/v1/reviews/queries", {"title": "x", "filter": {condition: name}, "shared": False}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-reference"), condition
        assert name not in answer.text
    query = saved(house, owner, title=name, words=name)
    records = house.get(owner, "/v1/audit/events", stream=f"review-query/{query['id']}").json()["items"]
    assert records
    assert name not in str(records)


def test_a_sample_is_bound_before_it_is_drawn_and_anybody_can_draw_it_again(house: House) -> None:
    a_case(house)
    owner = any_auditor(house)
    query = saved(house, owner)
    nonce = secrets.token_bytes(32)
    body = {"query_id": query["id"], "revision": 1, "of": "events", "size": 2}
    body["nonce_hash"] = hashlib.sha256(nonce).hexdigest()
    asked = house.post(owner, "/v1/reviews/samples", body).json()
    path = f"/v1/reviews/samples/{asked['id']}"
    assert (asked["state"], asked["draw"], asked["items"]) == ("requested", None, [])
    wrong = house.post(owner, f"{path}/draw", {"nonce": "00" * 32})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "sample-differs")
    inspector = house.world.holder("inspector")
    assert house.post(inspector, f"{path}/draw", {"nonce": nonce.hex()}).status_code == 403
    drawn = house.post(owner, f"{path}/draw", {"nonce": nonce.hex()}).json()
    assert house.post(owner, f"{path}/draw", {"nonce": nonce.hex()}).status_code == 409

    # Somebody else, with what the interface gives everybody who audits.
    told = house.get(house.key("audit:read"), path).json()["draw"]
    found = [
        event
        for event in house.get(inspector, "/v1/audit/events", limit=200, **APPROVALS).json()["items"]
        if event["position"] < asked["position"]
    ]
    population = sorted(event["position"] for event in found)
    proof = house.get(inspector, "/v1/audit/proofs/inclusion", position=0, tree_size=told["tree_size"])
    root = proof.json()["root"]
    assert (told["population"], told["population_hash"]) == (len(population), list_hash(population))
    seed = seed_of(asked["id"], nonce, bytes.fromhex(root))
    assert (told["root"], told["seed"]) == (root, seed)
    assert tuple(told["drawn"]) == draw(seed, population, 2)
    leaves = {event["position"]: event["leaf_hash"] for event in found}
    assert told["drawn_hash"] == list_hash([leaves[position] for position in told["drawn"]])
    assert [item["position"] for item in drawn["items"]] == told["drawn"]


def test_who_looks_at_a_draw_and_asks_again_leaves_the_first_request_behind(house: House) -> None:
    a_case(house)
    owner = any_auditor(house)
    query = saved(house, owner)
    body = {"query_id": query["id"], "revision": 1, "of": "cases", "size": 5}
    for earlier in range(2):
        asked = house.post(owner, "/v1/reviews/samples", body | {"nonce_hash": f"{earlier}" * 64}).json()
        assert asked["undrawn_before"] == earlier
    assert len(house.get(owner, "/v1/reviews/samples").json()["items"]) == 2
    worded = saved(house, owner, words="approve")
    answer = house.post(
        owner, "/v1/reviews/samples", body | {"query_id": worded["id"], "nonce_hash": "0" * 64}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-details")


def test_a_finding_is_answered_by_its_unit_and_closed_by_an_auditor_and_the_case_stays_as_it_is(
    house: House,
) -> None:
    case = a_case(house)
    auditor, (unit, head) = auditor_of(house, case), a_unit_and_its_head(house.world)
    before = house.get(auditor, f"/v1/personnel-actions/{case.id}").json()
    body = {"kind": "finding", "action_id": case.id, "unit_id": unit, "text": "Alasan tidak lengkap."}
    raised = house.post(auditor, "/v1/reviews", body | {"question": "overrides"})
    assert raised.status_code == 201, raised.text
    path = f"/v1/reviews/{raised.json()['id']}"
    assert house.post(auditor, f"{path}/notes", {"text": "Cek nota dinas."}).status_code == 200
    early = house.post(auditor, f"{path}/closing", {"outcome": "settled", "text": "Cukup."})
    assert (early.status_code, early.json()["code"]) == (409, "finding-not-there")
    assert house.post(auditor, f"{path}/answer", {"text": "Kami jawab sendiri."}).status_code == 403
    assert house.get(house.a_stranger(), path).status_code == 404
    assert house.get(case.subject_id, path).status_code == 404

    seen = house.get(head, path).json()
    assert [entry["what"] for entry in seen["entries"]] == ["raised"], "the auditors' notes are theirs"
    assert house.get(head, "/v1/reviews", state="open").json()["items"][0]["id"] == seen["id"]
    answered = house.post(head, f"{path}/answer", {"text": "Nota kebutuhan terlampir."}).json()
    assert (answered["state"], answered["answer_due"]) == ("answered", None)
    reopened = house.post(auditor, f"{path}/reopening", {"text": "Nota tidak bertanggal."}).json()
    assert (reopened["state"], reopened["overdue"]) == ("open", False)
    house.post(head, f"{path}/answer", {"text": "Nota bertanggal terlampir."})
    assert house.post(head, f"{path}/closing", {"outcome": "settled", "text": "Cukup."}).status_code == 403
    closed = house.post(auditor, f"{path}/closing", {"outcome": "settled", "text": "Jawaban memadai."}).json()
    assert closed["state"] == "closed"
    assert [entry["what"] for entry in closed["entries"]] == [
        "raised", "note", "answered", "reopened", "answered", "closed",
    ]  # fmt: skip
    listed = house.get(auditor, "/v1/reviews", state="closed", action_id=case.id, unit=unit).json()["items"]
    assert [item["id"] for item in listed] == [closed["id"]]
    assert house.get(house.a_stranger(), "/v1/reviews").status_code == 403

    after = house.get(auditor, f"/v1/personnel-actions/{case.id}").json()
    assert after == before
    key = house.get(house.key("audit:read"), path).json()
    assert {entry["text"] for entry in key["entries"]} == {None}
    records = house.get(auditor, "/v1/audit/events", stream=f"review/{closed['id']}").json()["items"]
    assert "Nota" not in str(records)


def test_nobody_reviews_a_case_of_their_own(house: House) -> None:
    auditor = any_auditor(house)
    submitted = house.world.submit(auditor, house.world.vacancies()[0]).state
    assert submitted is not None
    answer = house.post(
        auditor, "/v1/reviews", {"kind": "note", "action_id": submitted.id, "text": "Baik sekali."}
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["why"]) == (
        403, "excluded-owner", "subject",
    )  # fmt: skip


def test_nobody_reads_what_is_said_of_their_own_case(house: House) -> None:
    inspector, subject = house.world.holder("inspector"), any_auditor(house)
    submitted = house.world.submit(subject, house.world.vacancies()[0]).state
    assert submitted is not None
    body = {"kind": "note", "action_id": submitted.id, "text": "Perlu diperiksa."}
    noted = house.post(inspector, "/v1/reviews", body)
    assert noted.status_code == 201, noted.text
    assert house.get(subject, f"/v1/reviews/{noted.json()['id']}").status_code == 404
    assert house.get(subject, "/v1/reviews").json()["items"] == []
    assert len(house.get(inspector, "/v1/reviews").json()["items"]) == 1
    asked = {"words": "diperiksa", "purpose": "Pemeriksaan khusus"}
    found = [
        house.post(who, "/v1/audit/events/search", asked).json()["items"] for who in (subject, inspector)
    ]
    assert [len(items) for items in found] == [0, 1]


def test_what_auditors_wrote_of_an_erased_person_is_gone_and_the_finding_is_ended_without_words(
    house: House,
) -> None:
    submitted = house.a_case()
    case = house.world.walk(submitted)
    auditor, (unit, _) = auditor_of(house, case), a_unit_and_its_head(house.world)
    body = {"kind": "finding", "action_id": case.id, "unit_id": unit, "text": "Catatan rahasia."}
    path = f"/v1/reviews/{house.post(auditor, '/v1/reviews', body).json()['id']}"
    erase(house, case.subject_id)
    again = house.post(auditor, "/v1/reviews", body)
    assert (again.status_code, again.json()["code"]) == (409, "person-erased")
    closed = house.post(auditor, f"{path}/closing", {"outcome": "withdrawn", "text": "Catatan kedua."}).json()
    assert closed["state"] == "closed"
    assert [entry["text"] for entry in closed["entries"]] == [None, None]
    assert verify_installation(house.world.installation.settings).ok


def test_a_note_names_an_event_and_needs_no_unit(house: House) -> None:
    case = a_case(house)
    auditor = auditor_of(house, case)
    stream = f"personnel-action/{case.id}"
    event = house.get(auditor, "/v1/audit/events", stream=stream).json()["items"][0]
    body = {"kind": "note", "position": event["position"], "text": "Lihat kembali."}
    noted = house.post(auditor, "/v1/reviews", body).json()
    assert (noted["state"], noted["about"]) == ("note", stream)
    assert noted["entries"][0]["at_position"] == event["position"]
    for wrong in (
        body | {"action_id": case.id},
        body | {"unit_id": case.origin_unit_id},
        body | {"position": 2**40},
        body | {"kind": "finding"},
    ):
        assert house.post(auditor, "/v1/reviews", wrong).status_code == 422
    refused = house.post(auditor, f"/v1/reviews/{noted['id']}/closing", {"outcome": "settled", "text": "Ya."})
    assert (refused.status_code, refused.json()["code"]) == (409, "finding-not-there")


def test_events_are_found_by_person_office_unit_rule_and_outcome(house: House) -> None:
    case = a_case(house)
    auditor = auditor_of(house, case)
    stream = f"personnel-action/{case.id}"

    def found(**given: Any) -> list[dict[str, Any]]:
        return list(house.get(auditor, "/v1/audit/events", limit=200, **given).json()["items"])

    whole = found(stream=stream)
    assert [event for event in found(unit=case.origin_unit_id) if event in whole] == whole
    assert found(unit=case.origin_unit_id, type="PositionRegistered"), "and what names the unit itself"
    assert found(person=case.subject_id, type="TaskCompleted") == [
        event for event in whole if event["type"] == "TaskCompleted"
    ]
    by_nip = found(person=house.nip(case.subject_id), stream=stream)
    assert by_nip == whole
    office = whole[0]["data"]["office"]
    assert [event["position"] for event in found(office=office, stream=stream, type="TaskOpened")] == [
        whole[0]["position"]
    ]
    approved = found(outcome="approve", stream=stream)
    assert {event["type"] for event in approved} == {"TaskCompleted"}
    signed = approved[0]["data"]["signature"]["office"]
    assert approved[0] in found(office=signed)
    assert found(rule="nip_valid", stream=stream) == [], "a rule that let the case pass spoke of nothing"
    with_rule = found(q="tenure*") + found(rule="no-such-rule")
    assert all("tenure" in str(event["data"]) for event in with_rule)


def test_words_of_what_is_sealed_are_found_with_a_purpose_and_leave_a_record(house: House) -> None:
    case = a_case(house)
    auditor = auditor_of(house, case)
    body = {
        "words": "Kebutuhan ORGANISASI",
        "filter": {"person": case.subject_id, "type": "ActionSubmitted"},
        "purpose": "Pemeriksaan khusus",
    }
    path = "/v1/audit/events/search"
    page = house.post(auditor, path, body).json()
    assert [event["personal"]["reason"] for event in page["items"]] == ["kebutuhan organisasi"]
    assert house.get(auditor, "/v1/audit/events", q="kebutuhan").json()["items"] == []
    assert house.post(auditor, path, body | {"words": "tidak ada"}).json()["items"] == []
    assert house.post(house.key("audit:read"), path, body).status_code == 403
    assert house.post(house.a_stranger(), path, body).status_code == 403
    house.app.state.services.access_log.flush()
    read = house.get(auditor, "/v1/audit/questions/readings_of_files").json()["items"]
    assert ("sealed-search", "Pemeriksaan khusus", auditor) in {
        (item["what"], item["purpose"], item["reader"]["id"]) for item in read
    }
