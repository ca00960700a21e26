"""A promotion is to a post that is free, and from a list that still stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.errors import (
    AlreadyExists,
    CandidateListLapsed,
    DocumentsLacking,
    PositionHeld,
    PositionPromised,
)
from domain.personnel_action import Status
from tests.domain.test_personnel_file import file, strict, verify
from tests.domain.test_promotion import at_choice, choose, with_candidates
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
