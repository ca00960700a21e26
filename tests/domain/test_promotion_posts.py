"""A promotion is to a post that is free, and from a list that still stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import events as ev
from domain.errors import (
    AlreadyExists,
    CandidateListLapsed,
    DocumentsLacking,
    HardFinding,
    OverrideRequired,
    PositionHeld,
    PositionPromised,
)
from domain.facts import Identity
from domain.personnel_action import Status
from domain.policy import Policy
from domain.promotion_events import CandidateFrozen
from policies.library import policy_documents
from tests.domain.test_personnel_file import file, strict, verify
from tests.domain.test_promotion import at_choice, choose, with_candidates
from tests.domain.test_talent import rate
from tests.domain.town import Town, at

AGAINST = ("talent_pool", "leading_ranks", "candidate_performance")


@pytest.fixture
def pool(town: Town) -> Town:
    return with_candidates(town)


def at_choice_for_held(town: Town, vacant_in: int = 1) -> str:
    """A promotion to the post of section_head, which is to be free after so many days."""
    free = town.today + timedelta(days=vacant_in)
    return town.walk(town.promote(town.open_vacancy("section-dinkes", vacant_from=free)), "promotion_choice")


def test_nobody_is_chosen_for_a_post_that_another_holds(pool: Town) -> None:
    action = at_choice_for_held(pool)
    pool.set_day(pool.state(action).effective_date)
    with pytest.raises(PositionHeld):
        choose(pool, action, "ani")
    pool.leaves("section_head")
    choose(pool, action, "ani")
    assert pool.state(action).status is Status.DECIDED


def test_a_holder_who_retires_by_the_effective_date_keeps_nobody_out(pool: Town) -> None:
    action = at_choice_for_held(pool, 40)
    pool.correct("section_head", birth_date=date(1968, 12, 1))
    with pytest.raises(PositionHeld):
        choose(pool, action, "ani", effective_date="2026-12-31")
    choose(pool, action, "ani", effective_date="2027-01-01")
    assert pool.state(action).status is Status.DECIDED


def test_a_holder_whose_transfer_is_decided_keeps_nobody_out(pool: Town) -> None:
    action = at_choice_for_held(pool)
    leaving = pool.submit("section_head", "section-dukcapil", effective_date=pool.today + timedelta(days=1))
    with pytest.raises(PositionHeld):
        choose(pool, action, "ani")
    pool.walk(leaving, "decree")
    choose(pool, action, "ani")
    assert pool.state(action).status is Status.DECIDED


def test_nobody_confirms_a_choice_for_a_post_whose_holder_stays_after_all(pool: Town) -> None:
    action = at_choice_for_held(pool)
    leaving = pool.walk(pool.submit("section_head", "section-dukcapil"), "decree")
    choose(pool, action, "eka", *AGAINST)
    pool.annul(leaving)
    with pytest.raises(PositionHeld):
        pool.decide(action, "inspektur", overrides=AGAINST)


def test_no_promotion_starts_for_a_post_that_is_held_when_it_was_to_be_free(pool: Town) -> None:
    vacancy_id = pool.open_vacancy("section-dinkes", vacant_from=pool.today + timedelta(days=1))
    pool.set_day(pool.today + timedelta(days=1))
    with pytest.raises(PositionHeld):
        pool.promote(vacancy_id)
    pool.leaves("section_head")
    pool.promote(vacancy_id)


def test_no_transfer_goes_past_a_list_that_stands_for_the_post(pool: Town) -> None:
    pool.open_vacancy()
    with pytest.raises(PositionPromised):
        pool.submit("nurse", "section-disdik")


@pytest.mark.parametrize("step", ["promotion_choice", "candidate_verification"])
def test_the_choice_looks_in_the_chosen_person_s_file_and_no_step_before_in_any(step: str) -> None:
    town = with_candidates(Town(policy=strict(kind="promotion", variants=["talent_pool"], steps=[step])))
    verify(town, file(town, "ani", "SK_JABATAN"), "analyst")
    action = at_choice(town)
    if step == "promotion_choice":
        with pytest.raises(DocumentsLacking):
            choose(town, action, "budi")
    choose(town, action, "ani")
    assert town.state(action).status is Status.DECIDED


def test_a_list_never_used_lapses_and_gives_way_to_another(pool: Town) -> None:
    stale = pool.open_vacancy()
    lapses_on = pool.vacancy(stale).lapses_on
    pool.set_day(lapses_on - timedelta(days=1))
    with pytest.raises(AlreadyExists):
        pool.open_vacancy()
    pool.now = at(lapses_on)
    with pytest.raises(CandidateListLapsed):
        pool.promote(stale)
    fresh = pool.open_vacancy()
    pool.promote(fresh)
    assert fresh != stale


def test_a_list_in_use_does_not_lapse(pool: Town) -> None:
    vacancy_id = pool.open_vacancy()
    pool.promote(vacancy_id)
    pool.now = at(pool.vacancy(vacancy_id).lapses_on)
    with pytest.raises(AlreadyExists):
        pool.open_vacancy()


# --- what else the day of the choice and of its confirmation has to allow ---


def in_election_year() -> Town:
    document = policy_documents("kota-serang")[-1]
    window = {"first": "2027-01-01", "last": "2027-12-31", "citation": "UU 10/2016 art. 71(2)"}
    return with_candidates(Town(policy=Policy.model_validate(document | {"election_windows": [window]})))


def outcome_of(entry: CandidateFrozen, rule: str) -> str:
    return next(outcome.outcome for outcome in entry.outcomes if outcome.rule == rule)


def test_nobody_is_promoted_in_an_election_window_without_the_minister(town: Town) -> None:
    town = in_election_year()
    action = at_choice(town)
    with pytest.raises(HardFinding) as refused:
        choose(town, action, "ani", effective_date="2027-06-01")
    assert refused.value.facts["rules"] == ["candidate_election_window"]
    choose(town, action, "ani", effective_date="2026-12-31")
    assert town.state(action).status is Status.DECIDED


def test_with_the_minister_s_consent_a_promotion_takes_effect_in_the_window(town: Town) -> None:
    town = in_election_year()
    vacancy_id = town.open_vacancy(vacant_from=date(2027, 6, 1))
    assert {
        outcome_of(entry, "candidate_election_window") for entry in town.vacancy(vacancy_id).candidates
    } == {"unknown"}
    action = town.walk(town.promote(vacancy_id), "promotion_choice")
    assert "home_ministry_clearance" in town.state(action).steps
    choose(town, action, "ani")
    assert town.state(action).status is Status.DECIDED


def test_a_choice_confirmed_once_the_window_has_begun_is_refused(town: Town) -> None:
    town = in_election_year()
    action = at_choice(town)
    choose(town, action, "eka", *AGAINST)
    town.set_day(date(2027, 1, 4))
    with pytest.raises(HardFinding):
        town.decide(action, "inspektur", overrides=AGAINST)


def test_the_effective_date_of_a_promotion_is_bounded(pool: Town) -> None:
    action = at_choice(pool)
    latest = pool.today + timedelta(days=730)
    with pytest.raises(HardFinding) as refused:
        choose(pool, action, "ani", "candidate_competency", effective_date=str(latest + timedelta(days=1)))
    assert refused.value.facts["rules"] == ["candidate_effective_date"]


def test_a_candidate_whose_nip_is_not_valid_stands_on_no_list(pool: Town) -> None:
    pool._identities["ani"] = Identity(date(1985, 5, 17), None)
    vacancy = pool.vacancy(pool.open_vacancy())
    assert vacancy.candidate("ani") is None
    assert vacancy.left_out == {"candidate_identity": 1}


def test_a_choice_is_judged_again_when_it_is_confirmed(pool: Town) -> None:
    action = at_choice(pool)
    choose(pool, action, "eka", *AGAINST)
    kept = {"education": "S-1", "position_since": date(2017, 3, 1)}
    pool.correct("eka", employment_status="15", **kept)
    with pytest.raises(HardFinding) as refused:
        pool.decide(action, "inspektur", overrides=AGAINST)
    assert "candidate_integrity" in refused.value.facts["rules"]
    pool.correct("eka", **kept)
    happened = pool.decide(action, "inspektur", overrides=AGAINST)
    (assessed,) = [event for event in happened if isinstance(event, ev.ActionAssessed)]
    assert assessed.at_step == "override_confirmation"


def test_what_failed_since_the_choice_needs_a_new_choice_and_what_was_put_right_needs_no_reason(
    pool: Town,
) -> None:
    action = at_choice(pool)
    choose(pool, action, "eka", *AGAINST)
    pool.correct("eka", education="S-1", position_since=date(2025, 3, 1))
    with pytest.raises(OverrideRequired) as refused:
        pool.decide(action, "inspektur", overrides=AGAINST)
    assert refused.value.facts["rules"] == ["candidate_years"]
    pool.correct("eka", education="S-1", position_since=date(2017, 3, 1))
    for year in (2024, 2025):
        rate(pool, "eka", year, judged=(1, 1))
    confirmed = pool.decide(action, "inspektur", overrides=AGAINST)
    assert {event.rule for event in confirmed if isinstance(event, ev.Overridden)} == {*AGAINST} - {
        "candidate_performance"
    }
