"""The law of seeing: everybody their own, officials their reach, auditors everything, others nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from domain.agency import Agency, Delegation, Person, Post, Unit
from domain.authorization import (
    Scope,
    Viewer,
    may_audit,
    may_file_document,
    may_see_action,
    may_see_all_delegations,
    may_see_person,
    viewer_of,
    visible_scope,
)
from domain.identity import SYSTEM, Actor, Capacity
from domain.offices import Offices
from domain.policy import Policy
from policies.library import policy_documents

DAY = date(2026, 11, 24)
POSTS = (
    ("head", "Kepala Dinas Kesehatan", "health", "JPT", "II.b"),
    ("officer", "Kepala Subbagian Umum dan Kepegawaian", "health-office", "PENGAWAS", "IV.a"),
    ("nurse", "Perawat Ahli Muda", "clinic", "FUNGSIONAL", None),
    ("teacher", "Guru Ahli Muda", "school", "FUNGSIONAL", None),
    ("analyst", "Analis SDM Aparatur Ahli Muda", "personnel", "FUNGSIONAL", None),
    ("inspector", "Inspektur", "inspectorate", "JPT", "II.b"),
)
UNITS = {
    "city": None,
    "health": "city",
    "health-office": "health",
    "clinic": "health-office",
    "education": "city",
    "school": "education",
    "personnel": "city",
    "inspectorate": "city",
}
NAMES = {"personnel": "Badan Kepegawaian dan Pengembangan SDM", "inspectorate": "Inspektorat"}


@pytest.fixture
def agency() -> Agency:
    made = Agency(structure_revision=1, revision=1)
    made.units = {unit: Unit(unit, NAMES.get(unit, unit), parent) for unit, parent in UNITS.items()}
    for post, name, unit, kind, eselon in POSTS:
        made.posts[post] = Post(post, name, unit, kind, eselon, incumbent_id=post)
        made.people[post] = Person(post, "PNS", "III/d", "01", position_id=post)
    return made


@pytest.fixture
def policy() -> Policy:
    return Policy.model_validate(next(iter(policy_documents("kota-serang"))))


def viewer(agency: Agency, policy: Policy, person: str) -> Viewer:
    actor = Actor(kind="person", id=person)
    return viewer_of(actor, agency, Offices(agency, policy), policy, DAY)


def key(*scopes: str) -> Viewer:
    return Viewer(Actor(kind="integration", id="simpeg", scopes=frozenset(scopes)))


def a_case(**changes: Any) -> Any:
    """What the law of seeing reads of a case: the nurse's, from the clinic to the school."""
    values = {
        "subject_id": "nurse",
        "initiator": ("integration", "simpeg"),
        "origin_unit_id": "clinic",
        "target_unit_id": "school",
    }
    return SimpleNamespace(**(values | changes))


def test_everybody_sees_their_own_file_and_nobody_elses(agency: Agency, policy: Policy) -> None:
    nurse = viewer(agency, policy, "nurse")
    assert may_see_person(nurse, "clinic", "nurse")
    assert not may_see_person(nurse, "clinic", "officer")
    assert not may_see_person(nurse, None, "teacher")


@pytest.mark.parametrize("official", ["head", "officer"])
def test_unit_offices_see_their_whole_apparatus_and_no_other(
    agency: Agency, policy: Policy, official: str
) -> None:
    seer = viewer(agency, policy, official)
    assert may_see_person(seer, "clinic", "nurse")
    assert not may_see_person(seer, "school", "teacher")
    assert not may_see_person(seer, None, "candidate")


@pytest.mark.parametrize("official", ["analyst", "inspector"])
def test_agency_offices_see_everybody(agency: Agency, policy: Policy, official: str) -> None:
    seer = viewer(agency, policy, official)
    assert may_see_person(seer, "clinic", "nurse")
    assert may_see_person(seer, None, "candidate")
    assert may_see_action(seer, a_case())


def test_auditors_read_everything_and_write_nothing(agency: Agency, policy: Policy) -> None:
    inspector = viewer(agency, policy, "inspector")
    assert may_audit(inspector)
    assert may_see_all_delegations(inspector)
    assert not may_file_document(inspector, "clinic", "nurse")
    assert not may_audit(viewer(agency, policy, "analyst"))
    assert not may_audit(viewer(agency, policy, "head"))


def test_a_case_is_seen_by_its_subject_its_initiator_and_both_units(agency: Agency, policy: Policy) -> None:
    assert may_see_action(viewer(agency, policy, "nurse"), a_case())
    assert may_see_action(viewer(agency, policy, "head"), a_case())
    assert not may_see_action(viewer(agency, policy, "teacher"), a_case())
    assert may_see_action(viewer(agency, policy, "teacher"), a_case(initiator=("person", "teacher")))
    assert may_see_action(
        viewer(agency, policy, "head"), a_case(origin_unit_id="school", target_unit_id="clinic")
    )
    assert not may_see_action(
        viewer(agency, policy, "head"), a_case(origin_unit_id=None, target_unit_id="school")
    )


def test_an_id_of_another_kind_of_actor_opens_nothing(agency: Agency, policy: Policy) -> None:
    assert not may_see_action(viewer(agency, policy, "teacher"), a_case(initiator=("integration", "teacher")))
    assert not may_see_action(key(), a_case(initiator=("person", "simpeg"), subject_id="simpeg"))


def test_a_key_sees_what_it_started_and_more_by_scope_only() -> None:
    assert may_see_action(key(), a_case())
    assert not may_see_action(key("actions:write", "employees:read"), a_case(initiator=("integration", "x")))
    assert may_see_action(key("actions:read"), a_case(initiator=("integration", "x")))
    assert not may_see_person(key("actions:read"), "clinic", "nurse")
    assert may_see_person(key("employees:read"), "clinic", "nurse")
    assert may_audit(key("audit:read"))
    assert not may_audit(key("actions:read"))
    assert may_file_document(key("documents:write"), "clinic", "nurse")
    assert not may_file_document(key("employees:read"), "clinic", "nurse")


def test_documents_are_filed_by_the_person_their_unit_and_the_personnel_agency(
    agency: Agency, policy: Policy
) -> None:
    for allowed in ("nurse", "officer", "head", "analyst"):
        assert may_file_document(viewer(agency, policy, allowed), "clinic", "nurse"), allowed
    for refused in ("teacher", "inspector"):
        assert not may_file_document(viewer(agency, policy, refused), "clinic", "nurse"), refused
    assert not may_file_document(viewer(agency, policy, "officer"), "school", "teacher")


def test_an_acting_holder_sees_what_the_holder_would_and_only_in_the_term(
    agency: Agency, policy: Policy
) -> None:
    agency.posts["head"] = replace(agency.posts["head"], incumbent_id=None)
    term = Delegation("d", Capacity.PLT, "head", None, "teacher", DAY, DAY)
    agency.delegations["d"] = term
    assert may_see_person(viewer(agency, policy, "teacher"), "clinic", "nurse")
    agency.delegations["d"] = replace(term, first_day=date(2026, 11, 25), last_day=date(2026, 11, 25))
    assert not may_see_person(viewer(agency, policy, "teacher"), "clinic", "nurse")


def test_a_personal_delegate_signs_but_reads_nothing_in_the_principals_stead(
    agency: Agency, policy: Policy
) -> None:
    agency.delegations["d"] = Delegation("d", Capacity.DELEGATE, "head", "head", "teacher", DAY, DAY)
    delegate = viewer(agency, policy, "teacher")
    assert "unit_head@health" in delegate.offices
    assert not may_see_person(delegate, "clinic", "nurse")


def test_who_is_nobody_sees_nothing() -> None:
    for nobody in (Viewer(SYSTEM), Viewer(Actor(kind="person", id="nobody"))):
        assert not may_see_person(nobody, None, "nurse")
        assert not may_see_person(nobody, "clinic", "nurse")
        assert not may_see_action(nobody, a_case(origin_unit_id=None, target_unit_id=None))
        assert not may_audit(nobody)
        assert not may_file_document(nobody, None, "nurse")
    assert visible_scope(Viewer(SYSTEM)) == Scope(all=False)
