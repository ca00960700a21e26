"""The kinds of transfer: who asks for which, over which route, with which clearances."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.commands import Candidate
from domain.errors import (
    HardFinding,
    NotPermitted,
    OpenActionExists,
    PositionPromised,
    UnknownReference,
    VariantMismatch,
)
from domain.identity import Actor
from domain.personnel_action import Status
from domain.policy import Variant
from tests.domain.register_requests import nip_of
from tests.domain.town import MACHINE, Town, new_id, policy_with

CITY = (
    "unit_file_check",
    "unit_recommendation",
    "analyst_verification",
    "division_review",
    "agency_head_review",
)
END = ("committee_deliberation", "regional_secretary_review", "bkn_review")


def test_route_within_the_city(town: Town) -> None:
    action = town.submit()
    assert town.state(action).steps == (*CITY, *END, "appointing_decision")


def test_route_into_the_city(town: Town) -> None:
    action = town.submit_in()
    assert town.state(action).steps == (
        *CITY[1:],
        "partner_consent",
        *END,
        "governing_authority_decision",
        "appointing_decision",
    )
    assert town.owners(action) == ["kepala_disdik"], "the receiving unit recommends"


def test_route_out_of_the_city(town: Town) -> None:
    action = town.submit_out()
    assert town.state(action).steps == (
        *CITY,
        "partner_consent",
        *END,
        "governing_authority_decision",
        "appointing_decision",
    )


@pytest.mark.parametrize(
    ("subject", "target", "clearance"),
    [
        ("section_head", "section-dukcapil", "home_ministry_clearance"),
        ("kepala_dinkes", "p-dukcapil", "home_ministry_clearance"),
        ("inspektur", "p-dukcapil", "home_ministry_clearance"),
        ("sekda", "p-dukcapil", "governor_clearance"),
        ("sekda", "p-dukcapil", "home_ministry_clearance"),
    ],
)
def test_some_posts_need_a_clearance_before_bkn(
    town: Town, subject: str, target: str, clearance: str
) -> None:
    steps = town.state(town.submit(subject, target)).steps
    assert clearance in steps
    assert steps.index("regional_secretary_review") < steps.index(clearance) < steps.index("bkn_review")


def test_most_posts_need_none(town: Town) -> None:
    for subject, target in (
        ("nurse", "school-nurse"),
        ("section_head", "section-disdik"),
        ("clerk", "clerk-2"),
    ):
        assert not any(step.endswith("clearance") for step in town.state(town.submit(subject, target)).steps)


def test_case_waits_for_the_clearance_letter(town: Town) -> None:
    action = town.walk(town.submit("section_head", "section-dukcapil"), "home_ministry_clearance")
    assert town.state(action).status is Status.AWAITING_CLEARANCE
    town.walk(action)


# --- election windows ---

WINDOW = {"first": "2026-12-01", "last": "2027-05-31", "citation": "UU 10/2016 art. 71(2)"}


def windowed() -> Town:
    return Town(policy=policy_with(election_windows=[WINDOW]))


@pytest.mark.parametrize(
    ("day", "cleared"),
    [("2026-11-30", False), ("2026-12-01", True), ("2027-05-31", True), ("2027-06-01", False)],
)
def test_effective_date_in_an_election_window_adds_the_ministers_clearance(
    day: str, *, cleared: bool
) -> None:
    town = windowed()
    action = town.submit("section_head", "section-disdik", effective_date=date.fromisoformat(day))
    assert ("home_ministry_clearance" in town.state(action).steps) is cleared


def test_window_does_not_concern_other_posts() -> None:
    town = windowed()
    steps = town.state(town.submit(effective_date=date(2027, 1, 4))).steps
    assert "home_ministry_clearance" not in steps


def test_with_the_ministers_consent_the_case_passes() -> None:
    town = windowed()
    action = town.walk(
        town.submit("section_head", "section-disdik", effective_date=date(2027, 1, 4)), "decree"
    )
    assert town.state(action).election_consent


def test_without_consent_the_mayor_cannot_move_the_date_into_the_window() -> None:
    town = windowed()
    action = town.walk(town.submit("section_head", "section-disdik"), "appointing_decision")
    with pytest.raises(HardFinding) as refused:
        town.decide(action, "mayor", details={"effective_date": "2026-12-01"})
    assert refused.value.facts["rules"] == ["election_window"]
    town.decide(action, "mayor")


def test_ministers_refusal_ends_the_case() -> None:
    town = windowed()
    action = town.submit("section_head", "section-disdik", effective_date=date(2027, 1, 4))
    town.walk(action, "home_ministry_clearance")
    town.decide(action, "analyst", "reject")
    assert town.state(action).status is Status.REJECTED


# --- between agencies ---


@pytest.mark.parametrize("direction", ["in", "out"])
def test_consent_that_names_another_post_is_a_hard_finding(town: Town, direction: str) -> None:
    action = town.submit_in() if direction == "in" else town.submit_out()
    town.walk(action, "partner_consent")
    town.decide(action, "analyst", details={"position_named": "Perawat Ahli Pertama"})
    town.walk(action, "regional_secretary_review")
    with pytest.raises(HardFinding) as refused:
        town.decide(action, "sekda")
    assert refused.value.facts["rules"] == ["partner_names_post"]


@pytest.mark.parametrize("direction", ["in", "out"])
def test_consent_that_names_the_post_passes_whatever_its_spacing(town: Town, direction: str) -> None:
    action = town.submit_in() if direction == "in" else town.submit_out()
    town.walk(action, "partner_consent")
    town.decide(action, "analyst", details={"position_named": "  perawat  AHLI muda "})
    assert town.state(town.walk(action)).status is Status.COMPLETED


def test_other_agency_may_refuse(town: Town) -> None:
    action = town.walk(town.submit_out(), "partner_consent")
    town.decide(action, "analyst", "reject")
    assert town.state(action).status is Status.REJECTED


@pytest.mark.parametrize(
    "candidate",
    [
        {"nip": "123"},
        {"nip": nip_of(date(1988, 8, 8))[:-3] + "000"},
    ],
)
def test_candidate_with_an_invalid_number_is_refused_by_rule(town: Town, candidate: dict[str, Any]) -> None:
    action = town.submit_in(candidate=a_candidate(**candidate))
    assert town.state(action).status is Status.REFUSED
    assert town.registry.promised_to == {}


def test_candidate_of_unknown_grade_is_warned_about_only(town: Town) -> None:
    for grade in ("letnan", "IX"):
        action = town.submit_in(candidate=a_candidate(grade=grade))
        assert town.step(action) == "unit_recommendation"
        town.withdraw(action)


def test_candidate_is_judged_by_what_the_new_request_says(town: Town) -> None:
    """Not by what an earlier, refused request had said of them."""
    subject = new_id()
    town.submit_in(subject_id=subject, candidate=a_candidate(birth_date=date(1960, 1, 1)))
    action = town.submit_in(subject_id=subject, candidate=a_candidate())
    assert town.state(action).status is Status.IN_REVIEW


def a_candidate(**changes: Any) -> Candidate:
    birth = changes.get("birth_date", date(1988, 8, 8))
    values = {
        "nip": nip_of(birth),
        "name": "Calon",
        "birth_date": birth,
        "employment_kind": "PNS",
        "grade": "III/c",
    }
    return Candidate(**(values | changes))


@pytest.mark.parametrize(
    "request_",
    [
        {"target": None},
        {"target": "nurse-1"},
        {"variant": Variant.WITHIN_UNIT},
        {"partner_agency": "Pemerintah Kota Cilegon"},
        {"candidate": a_candidate()},
        {"variant": Variant.INTER_AGENCY_OUT},
        {"variant": Variant.INTER_AGENCY_OUT, "target": None, "partner_agency": "Kota Cilegon"},
        {"variant": Variant.INTER_AGENCY_IN, "candidate": a_candidate(), "partner_agency": "Kota Cilegon"},
        {"variant": Variant.INTER_AGENCY_IN, "partner_agency": "Kota Cilegon"},
    ],
)
def test_request_must_fit_its_variant(town: Town, request_: dict[str, Any]) -> None:
    with pytest.raises(VariantMismatch) as misfit:
        town.submit(**request_)
    assert misfit.value.sentence("id") != misfit.value.sentence("en")


def test_who_holds_no_post_cannot_be_moved_within_the_city(town: Town) -> None:
    town.leaves("nurse")
    with pytest.raises(VariantMismatch):
        town.submit()


@pytest.mark.parametrize(
    "request_",
    [{"subject": "nobody"}, {"target": "nowhere"}, {"document_ids": ("surat Budi.pdf",)}],
)
def test_unknown_references_are_refused(town: Town, request_: dict[str, Any]) -> None:
    with pytest.raises(UnknownReference):
        town.submit(**request_)


def test_policy_of_the_effective_date_is_used_and_recorded(town: Town) -> None:
    state = town.state(town.submit())
    assert (state.policy_id, state.policy_hash) == (town.policy.id, town.policy.hash)


# --- who may ask ---


@pytest.mark.parametrize("by", ["kasubag", "kepala_dinkes", "analyst", "kabid", "kepala_bkpsdm"])
def test_officers_ask_for_their_own_people_and_bkpsdm_for_everybody(town: Town, by: str) -> None:
    assert town.step(town.submit(by=by)) == "unit_file_check"


@pytest.mark.parametrize(
    "by", ["nurse", "nurse_2", "kasubag_disdik", "kepala_disdik", "mayor", "sekda", "nobody"]
)
def test_nobody_else_asks_for_a_transfer(town: Town, by: str) -> None:
    with pytest.raises(NotPermitted):
        town.submit(by=by)


@pytest.mark.parametrize("subject", ["kasubag", "analyst", "kepala_bkpsdm"])
def test_officers_do_not_propose_themselves(town: Town, subject: str) -> None:
    with pytest.raises(NotPermitted):
        town.submit(subject, "section-disdik", by=subject)


def test_own_request_is_asked_for_by_the_person(town: Town) -> None:
    assert town.step(town.submit(by="nurse", variant=Variant.OWN_REQUEST)) == "unit_file_check"
    with pytest.raises(NotPermitted):
        town.submit("nurse_2", "school-nurse-2", by="nurse", variant=Variant.OWN_REQUEST)


def test_key_needs_the_scope(town: Town) -> None:
    with pytest.raises(NotPermitted):
        town.submit(by=Actor(kind="integration", id="x", scopes=frozenset({"actions:read"})))
    with pytest.raises(NotPermitted):
        town.submit(by=Actor(kind="system", id="jenjang"))
    town.submit(by=MACHINE)


# --- races that the order decides ---


def test_one_open_case_a_person(town: Town) -> None:
    first = town.submit()
    with pytest.raises(OpenActionExists) as second:
        town.submit("nurse", "school-nurse-2")
    assert second.value.facts == {"action_id": first}


def test_one_promise_a_post(town: Town) -> None:
    first = town.submit()
    with pytest.raises(PositionPromised) as second:
        town.submit("nurse_2", "school-nurse")
    assert second.value.facts["action_id"] == first
    town.withdraw(first)
    town.submit("nurse_2", "school-nurse")


def test_post_that_is_held_is_refused_by_rule(town: Town) -> None:
    action = town.submit("nurse", "nurse-2")
    assert town.state(action).status is Status.REFUSED
    assert not town.state(action).open_tasks
