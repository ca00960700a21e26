"""The digital personnel file: who verifies, what counts on a day, and which step waits for a document."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as cmd
from domain.document_commands import VerifyDocument
from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    DocumentsLacking,
    ExcludedOwner,
    NotFound,
    NotPermitted,
    ReasonRequired,
    WrongExpectedVersion,
)
from domain.identity import SYSTEM, Actor
from domain.personnel_file import DocumentState, completeness
from domain.policy import Policy
from policies.library import policy_documents
from tests.domain.town import TUESDAY, Town, new_id, person


def file(
    town: Town, owner: str, document_type: str, by: Actor = SYSTEM, sha256: str = "0" * 64, **more: Any
) -> str:
    document_id = new_id()
    town.send(
        cmd.FileDocument(
            command_id=new_id(),
            actor=by,
            document_id=document_id,
            person_id=owner,
            document_type=document_type,
            media_type="application/pdf",
            size_bytes=9,
            sha256=sha256,
            file_name="berkas.pdf",
            **more,
        )
    )
    return document_id


def verify(town: Town, document_id: str, by: str, outcome: Any = "accepted", **more: Any) -> None:
    town.send(
        VerifyDocument(
            command_id=new_id(), actor=person(by), document_id=document_id, outcome=outcome, **more
        )
    )


def state(town: Town, owner: str, code: str, day: date = TUESDAY) -> DocumentState:
    found = completeness(town.agency.people[owner], town.files, town.policy.personnel_file, day)
    return next(item.state for item in found if item.code == code)


def strict(**rule: Any) -> Policy:
    """The policy of Kota Serang with one hard demand of documents in place of its warnings."""
    document = policy_documents("kota-serang")[-1]
    demand = {
        "kind": "mutation",
        "variants": ["within_agency"],
        "steps": ["unit_file_check"],
        "types": ["SK_JABATAN"],
        "demand": "verified",
        "severity": "HARD",
        "citation": "Peraturan BKN 5/2019",
    } | rule
    return Policy.model_validate(
        document | {"personnel_file": document["personnel_file"] | {"for_steps": [demand]}}
    )


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.mark.parametrize("officer", ["kasubag", "analyst"])
def test_the_units_officer_and_the_personnel_analyst_verify(town: Town, officer: str) -> None:
    document = file(town, "nurse", "872", person("nurse"))
    assert state(town, "nurse", "SK_JABATAN") is DocumentState.UNVERIFIED
    verify(town, document, officer)
    assert state(town, "nurse", "SK_JABATAN") is DocumentState.VERIFIED


@pytest.mark.parametrize("stranger", ["kasubag_disdik", "nurse_2", "nurse", "kepala_dinkes", "inspektur"])
def test_nobody_else_verifies(town: Town, stranger: str) -> None:
    document = file(town, "nurse", "SK_JABATAN", person("nurse"))
    with pytest.raises(NotPermitted):
        verify(town, document, stranger)


def test_nobody_verifies_a_document_of_their_own_file(town: Town) -> None:
    with pytest.raises(ExcludedOwner):
        verify(town, file(town, "kasubag", "SK_JABATAN"), "kasubag")


def test_who_filed_a_document_does_not_verify_it(town: Town) -> None:
    document = file(town, "nurse", "SK_JABATAN", person("kasubag"))
    with pytest.raises(ExcludedOwner):
        verify(town, document, "kasubag")
    verify(town, document, "analyst")


def test_a_machine_verifies_nothing(town: Town) -> None:
    document = file(town, "nurse", "SK_JABATAN")
    machine = Actor(kind="integration", id="simpeg", scopes=frozenset({"documents:write"}))
    command = VerifyDocument(command_id=new_id(), actor=machine, document_id=document, outcome="accepted")
    with pytest.raises(NotPermitted):
        town.send(command)


def test_a_rejection_and_an_expiry_need_a_reason(town: Town) -> None:
    document = file(town, "nurse", "SK_JABATAN")
    for outcome in ("rejected", "expired"):
        with pytest.raises(ReasonRequired):
            verify(town, document, "kasubag", outcome)
        verify(town, document, "kasubag", outcome, reason="tidak terbaca")
        assert state(town, "nurse", "SK_JABATAN") is DocumentState(outcome)


def test_the_same_verdict_again_is_told_so_and_another_replaces_it(town: Town) -> None:
    document = file(town, "nurse", "SK_JABATAN")
    verify(town, document, "kasubag")
    with pytest.raises(AlreadyExists):
        verify(town, document, "analyst")
    verify(town, document, "analyst", "rejected", reason="bukan yang terakhir")
    assert state(town, "nurse", "SK_JABATAN") is DocumentState.REJECTED


def test_a_verdict_on_an_older_version_or_an_unknown_document_is_refused(town: Town) -> None:
    document = file(town, "nurse", "SK_JABATAN")
    verify(town, document, "kasubag", expected_version=1)
    with pytest.raises(WrongExpectedVersion):
        verify(town, document, "analyst", "expired", reason="lama", expected_version=1)
    with pytest.raises(NotFound):
        verify(town, new_id(), "kasubag")


def test_a_document_counts_up_to_its_last_day(town: Town) -> None:
    document = file(town, "nurse", "SK_JABATAN")
    with pytest.raises(DateOutOfOrder):
        verify(town, document, "kasubag", valid_until=TUESDAY - timedelta(days=1))
    verify(town, document, "kasubag", valid_until=TUESDAY)
    assert state(town, "nurse", "SK_JABATAN") is DocumentState.VERIFIED
    assert state(town, "nurse", "SK_JABATAN", TUESDAY + timedelta(days=1)) is DocumentState.EXPIRED


@pytest.mark.parametrize(
    ("issued", "last"),
    [(date(2025, 1, 31), date(2027, 1, 31)), (date(2024, 2, 29), date(2026, 2, 28))],
)
def test_a_performance_evaluation_counts_for_two_years_from_its_date(
    town: Town, issued: date, last: date
) -> None:
    verify(town, file(town, "nurse", "EVALUASI_KINERJA", issued_on=issued), "kasubag")
    assert state(town, "nurse", "EVALUASI_KINERJA", last) is DocumentState.VERIFIED
    assert state(town, "nurse", "EVALUASI_KINERJA", last + timedelta(days=1)) is DocumentState.EXPIRED


def test_the_best_document_of_a_type_counts(town: Town) -> None:
    good = file(town, "nurse", "SK_JABATAN")
    verify(town, good, "kasubag")
    verify(town, file(town, "nurse", "872"), "kasubag", "rejected", reason="bukan miliknya")
    assert state(town, "nurse", "SK_JABATAN") is DocumentState.VERIFIED


def test_what_a_file_must_hold_depends_on_the_kind_of_employment(town: Town) -> None:
    policy = town.policy.personnel_file
    assert "SK_PNS" in policy.required_of("PNS")
    assert "PERJANJIAN_KERJA" in policy.required_of("PPPK")
    assert "SK_PNS" not in policy.required_of("PPPK")
    assert policy.required_of("MAGANG") == ()


def test_a_step_that_demands_a_verified_document_waits_for_it() -> None:
    town = Town(policy=strict())
    case = town.submit()
    with pytest.raises(DocumentsLacking) as refused:
        town.decide(case, "kasubag")
    assert refused.value.facts["documents"] == [{"document_type": "SK_JABATAN", "state": "missing"}]
    assert "SK Jabatan" in refused.value.sentence("id")
    document = file(town, "nurse", "SK_JABATAN", person("nurse"))
    with pytest.raises(DocumentsLacking) as refused:
        town.decide(case, "kasubag")
    assert refused.value.facts["documents"] == [{"document_type": "SK_JABATAN", "state": "unverified"}]
    verify(town, document, "analyst")
    town.decide(case, "kasubag")


def test_where_filing_is_enough_an_unverified_document_lets_the_step_pass() -> None:
    town = Town(policy=strict(demand="filed"))
    case = town.submit()
    file(town, "nurse", "SK_JABATAN", person("nurse"))
    town.decide(case, "kasubag")


@pytest.mark.parametrize("rule", [{"severity": "WARN"}, {"variants": ["within_unit"]}, {"kind": "promotion"}])
def test_a_warning_or_another_process_s_demand_stops_nothing(rule: dict[str, Any]) -> None:
    town = Town(policy=strict(**rule))
    town.decide(town.submit(), "kasubag")


def test_a_case_that_lacks_documents_can_still_be_rejected_or_returned() -> None:
    town = Town(policy=strict())
    town.decide(town.submit(), "kasubag", "return", comment="lengkapi berkas")


def test_a_document_is_filed_once() -> None:
    """Filed again, it would move to another file and forget who had filed it."""
    town = Town()
    document_id = file(town, "kabid", "SK_JABATAN")
    again = cmd.FileDocument(
        command_id=new_id(),
        actor=SYSTEM,
        document_id=document_id,
        person_id="sekda",
        document_type="SK_JABATAN",
        media_type="application/pdf",
        size_bytes=9,
        sha256="0" * 64,
        file_name="berkas.pdf",
    )
    with pytest.raises(AlreadyExists):
        town.send(again)
