"""Promotion: a list frozen before any name is debated, a choice that gives its reasons, hard limits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as cmd
from domain import events as ev
from domain import promotion_events as pe
from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    ExcludedOwner,
    HardFinding,
    InvalidDetails,
    NobodyEligible,
    NotPermitted,
    OpenActionExists,
    OverrideRequired,
    PositionHeld,
    PositionPromised,
    VariantMismatch,
)
from domain.identity import SYSTEM, Capacity
from domain.personnel_action import Status
from domain.promotion_commands import OpenSelection
from domain.vacancy import Vacancy, list_hash_of
from tests.domain.test_personnel_file import file, verify
from tests.domain.test_talent import cact, rate
from tests.domain.town import Town, at, person

STAFF = ("ani", "budi", "citra", "dedi", "eka", "fajar")
# Result and conduct, and points: box 9, 9, 8, 7, 6, 6.
JUDGED = (((1, 1), 95), ((1, 1), 90), ((2, 2), 90), ((1, 1), 65), ((3, 1), 95), ((3, 1), 90))


def employ(town: Town, people: tuple[str, ...] = STAFF, **changes: Any) -> None:
    """Clerks with a degree, nine years in their posts, in the health office."""
    posts = tuple(
        cmd.PositionRow(
            position_id=f"clerk-{who}", name="Pengadministrasi", unit_id="dinkes", kind="PELAKSANA"
        )
        for who in people
    )
    town.send(cmd.RegisterPositions(command_id=next(town.ids), actor=SYSTEM, rows=posts))
    values = {"education": "S-1", "position_since": date(2017, 3, 1)} | changes
    rows = tuple(town.row(who, post=f"clerk-{who}", **values) for who in people)
    town.send(cmd.RegisterEmployees(command_id=next(town.ids), actor=SYSTEM, rows=rows))


def profile(town: Town, who: str, judged: tuple[int, int], points: int) -> None:
    for year in (2024, 2025):
        rate(town, who, year, judged=judged)
    cact(town, who, points)


def with_candidates(town: Town) -> Town:
    """Four people of the pool, in order of preference, and two of box 6."""
    employ(town)
    for who, (judged, points) in zip(STAFF, JUDGED, strict=True):
        profile(town, who, judged, points)
    return town


@pytest.fixture
def pool(town: Town) -> Town:
    return with_candidates(town)


def boxes(vacancy: Vacancy) -> list[int]:
    return [(candidate.sheet or {})["box"] for candidate in vacancy.candidates]


def names(vacancy: Vacancy) -> list[str]:
    return [candidate.person_id for candidate in vacancy.candidates]


def at_choice(town: Town) -> str:
    return town.walk(town.promote(town.open_vacancy()), "promotion_choice")


def choose(town: Town, action: str, who: str, *rules: str, **details: Any) -> list[ev.Event]:
    return town.decide(action, "mayor", details={"person_id": who} | details, overrides=rules)


# --- the list ---


def test_the_pool_comes_first_by_box_nine_eight_seven_and_the_rest_beside_it(pool: Town) -> None:
    vacancy = pool.vacancy(pool.open_vacancy())
    assert names(vacancy) == list(STAFF)
    assert boxes(vacancy) == [9, 9, 8, 7, 6, 6]
    assert [c.admitted for c in vacancy.candidates] == [True] * 4 + [False] * 2
    assert (vacancy.eligible, vacancy.widened_to) == (4, ())


def test_fewer_than_three_eligible_widen_the_pool_by_rule_and_it_is_recorded(town: Town) -> None:
    employ(town)
    for who, (judged, points) in list(zip(STAFF, JUDGED, strict=True))[2:]:
        profile(town, who, judged, points)
    vacancy = town.vacancy(town.open_vacancy())
    assert vacancy.widened_to == (6,)
    assert vacancy.eligible == 4
    assert boxes(vacancy) == [8, 7, 6, 6]


def test_the_unmapped_are_counted_and_never_listed(pool: Town) -> None:
    employ(pool, ("gita",))
    vacancy = pool.vacancy(pool.open_vacancy())
    assert "gita" not in names(vacancy)
    assert vacancy.unmapped > 0


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"employment_status": "15"}, "candidate_integrity"),
        ({"employment_status": "03"}, "candidate_active"),
        ({"education": "SMA"}, "candidate_education"),
        ({"employment_kind": "PPPK", "grade": "IX"}, "candidate_permanent"),
        ({"birth_date": date(1968, 1, 5)}, "candidate_retirement"),
    ],
)
def test_a_hard_finding_keeps_a_person_off_the_list_and_is_counted(
    pool: Town, changes: dict[str, Any], rule: str
) -> None:
    pool.correct("ani", **({"education": "S-1", "position_since": date(2017, 3, 1)} | changes))
    vacancy = pool.vacancy(pool.open_vacancy())
    assert "ani" not in names(vacancy)
    assert rule in vacancy.left_out


def test_who_holds_no_post_is_on_no_list(pool: Town) -> None:
    pool.leaves("ani")
    assert "ani" not in names(pool.vacancy(pool.open_vacancy()))


def test_only_a_document_that_counts_completes_a_candidate_s_file(pool: Town) -> None:
    for who, verdict in (("ani", "accepted"), ("budi", "rejected"), ("dedi", None)):
        document = file(pool, who, "872" if who == "dedi" else "SK_JABATAN")
        if verdict:
            verify(pool, document, "analyst", verdict, reason="berkas palsu")
    said = {
        entry.person_id: next(o.outcome for o in entry.outcomes if o.rule == "candidate_documents")
        for entry in pool.vacancy(pool.open_vacancy()).candidates
    }
    assert [said[who] for who in ("ani", "budi", "citra", "dedi")] == ["pass", "fail", "fail", "pass"]


def test_later_changes_of_a_candidate_change_nothing_of_the_list(pool: Town) -> None:
    vacancy_id = pool.open_vacancy()
    before = pool.vacancy(vacancy_id)
    profile(pool, "ani", (3, 3), 10)
    pool.correct("budi", employment_status="15")
    action = pool.promote(vacancy_id)
    assert pool.vacancy(vacancy_id) == before
    submitted = next(r.event for s, r in pool.log if s.endswith(action) and r.version == 1)
    assert isinstance(submitted, ev.ActionSubmitted)
    assert submitted.candidate_list_hash == before.list_hash
    assert submitted.candidates == STAFF


def test_the_list_s_hash_covers_every_entry_and_its_order(pool: Town) -> None:
    vacancy = pool.vacancy(pool.open_vacancy())
    opened = next(r.event for _, r in pool.log if isinstance(r.event, pe.VacancyOpened))
    assert list_hash_of(opened, vacancy.formula_version, vacancy.candidates) == vacancy.list_hash
    swapped = (vacancy.candidates[1], vacancy.candidates[0], *vacancy.candidates[2:])
    assert list_hash_of(opened, vacancy.formula_version, swapped) != vacancy.list_hash


def test_a_post_gets_no_second_list_before_its_promotion_is_over(pool: Town) -> None:
    vacancy_id = pool.open_vacancy()
    with pytest.raises(AlreadyExists):
        pool.open_vacancy()
    action = pool.promote(vacancy_id)
    pool.withdraw(action, by=person("kabid"))
    pool.open_vacancy()
    with pytest.raises(AlreadyExists):
        pool.promote(vacancy_id)


def test_a_held_post_needs_a_later_day_from_which_it_is_free(pool: Town) -> None:
    with pytest.raises(PositionHeld):
        pool.open_vacancy("section-dinkes")
    vacancy = pool.vacancy(pool.open_vacancy("section-dinkes", vacant_from=pool.today + timedelta(days=40)))
    assert vacancy.vacant_from == pool.today + timedelta(days=40)


def test_only_officers_of_bkpsdm_open_vacancies(pool: Town) -> None:
    for who in ("mayor", "kepala_dinkes", "nurse"):
        with pytest.raises(NotPermitted):
            pool.open_vacancy(by=who)


def test_an_officer_s_delegate_neither_opens_a_vacancy_nor_starts_a_promotion(pool: Town) -> None:
    pool.acting(Capacity.DELEGATE, "nurse", by="kabid")
    with pytest.raises(NotPermitted):
        pool.open_vacancy(by="nurse")
    vacancy_id = pool.open_vacancy()
    with pytest.raises(NotPermitted):
        pool.promote(vacancy_id, by="nurse")


def test_a_clerk_s_post_is_not_filled_by_promotion(pool: Town) -> None:
    with pytest.raises(VariantMismatch):
        pool.open_vacancy("clerk-2")


# --- the case ---


def test_a_promotion_runs_to_its_review_after_six_months(pool: Town) -> None:
    action = pool.walk(at_choice(pool), "awaiting_review")
    state = pool.state(action)
    assert state.subject_id == "ani"
    assert pool.agency.posts["section-disdik"].incumbent_id == "ani"
    assert pool.agency.posts["clerk-ani"].incumbent_id is None
    assert state.review_at is not None
    assert state.next_due() == state.review_at
    pool.now = state.review_at
    pool.walk(action)
    assert pool.state(action).task(pool.state(action).tasks[-1].id).step == "promotion_review"  # type: ignore[union-attr]


def test_while_the_review_is_awaited_another_action_may_begin(pool: Town) -> None:
    pool.walk(at_choice(pool), "awaiting_review")
    assert pool.state(pool.submit("ani", "section-dukcapil")).status is not Status.REFUSED


def test_candidates_decide_nothing_in_the_case(pool: Town) -> None:
    pool.correct("analyst", education="S-1", position_since=date(2017, 3, 1))
    profile(pool, "analyst", (1, 1), 99)
    with pytest.raises(ExcludedOwner):
        pool.open_vacancy(by="analyst")
    vacancy_id = pool.open_vacancy()
    assert "analyst" in names(pool.vacancy(vacancy_id))
    with pytest.raises(ExcludedOwner):
        pool.promote(vacancy_id, by="analyst")
    action = pool.promote(vacancy_id)
    assert pool.owners(action) == ["analyst_2"]
    with pytest.raises(ExcludedOwner):
        pool.decide(action, "analyst")


def test_the_committee_names_at_least_three_of_the_frozen_list_with_minutes(pool: Town) -> None:
    action = pool.walk(pool.promote(pool.open_vacancy()), "candidate_ranking")
    for wrong in (
        {"ranking": ["ani", "budi"]},
        {"ranking": ["ani", "ani", "budi"]},
        {"ranking": ["ani", "budi", "nurse"]},
        {"minutes_number": None},
    ):
        with pytest.raises(InvalidDetails):
            pool.decide(action, "sekda", details=wrong)
    pool.decide(action, "sekda", details={"ranking": ["budi", "ani", "citra"]})
    with pytest.raises(InvalidDetails):
        pool.decide(action, "inspektur", details={"ranking": ["ani", "budi", "citra"]})
    assert pool.state(action).ranking == ("budi", "ani", "citra")


def test_the_choice_is_among_the_named(pool: Town) -> None:
    action = pool.walk(pool.promote(pool.open_vacancy()), "candidate_ranking")
    pool.decide(action, "sekda", details={"ranking": ["budi", "ani", "citra"]})
    pool.walk(action, "promotion_choice")
    with pytest.raises(InvalidDetails):
        choose(pool, action, "dedi", "leading_ranks")


def test_rank_five_from_box_six_is_refused_without_reasons(pool: Town) -> None:
    action = at_choice(pool)
    with pytest.raises(OverrideRequired) as refused:
        choose(pool, action, "eka")
    assert {"talent_pool", "leading_ranks"} <= set(refused.value.facts["rules"])
    assert pool.step(action) == "promotion_choice"


def test_rank_five_from_box_six_takes_a_second_person_and_stands_in_the_register(pool: Town) -> None:
    action = at_choice(pool)
    rules = ("talent_pool", "leading_ranks", "candidate_performance")
    choose(pool, action, "eka", *rules, suggested_by="kepala_dinkes")
    assert pool.step(action) == "override_confirmation"
    with pytest.raises(ExcludedOwner):
        pool.decide(action, "mayor", overrides=rules)
    confirmed = pool.decide(action, "inspektur", overrides=rules)
    overridden = [event for event in confirmed if isinstance(event, ev.Overridden)]
    assert {event.rule for event in overridden} == set(rules)
    assert {(event.proposed_by, event.confirmed_by) for event in overridden} == {("mayor", "inspektur")}
    chosen = next(r.event for _, r in pool.log if isinstance(r.event, pe.CandidateChosen))
    assert (chosen.person_id, chosen.rank, chosen.suggested_by) == ("eka", 5, "kepala_dinkes")
    assert pool.state(action).phase == "decree"


def test_a_lower_place_given_by_the_committee_needs_reasons_as_well(pool: Town) -> None:
    action = pool.walk(pool.promote(pool.open_vacancy()), "candidate_ranking")
    pool.decide(action, "sekda", details={"ranking": ["budi", "citra", "dedi", "ani"]})
    pool.walk(action, "promotion_choice")
    with pytest.raises(OverrideRequired) as refused:
        choose(pool, action, "ani")
    assert refused.value.facts["rules"] == ["leading_ranks"]


def test_a_hard_finding_of_the_day_stops_everybody(pool: Town) -> None:
    action = at_choice(pool)
    pool.correct("ani", education="S-1", position_since=date(2017, 3, 1), employment_status="15")
    with pytest.raises(HardFinding):
        choose(pool, action, "ani")
    with pytest.raises(HardFinding):
        choose(pool, action, "ani", "candidate_integrity")
    choose(pool, action, "budi")


def test_a_better_box_after_the_freeze_does_not_help(pool: Town) -> None:
    action = at_choice(pool)
    profile(pool, "eka", (1, 1), 99)
    with pytest.raises(OverrideRequired) as refused:
        choose(pool, action, "eka")
    assert "talent_pool" in refused.value.facts["rules"]


def test_nobody_is_chosen_twice_at_once(pool: Town) -> None:
    action = at_choice(pool)
    pool.submit("ani", "clerk-2")
    with pytest.raises(OpenActionExists):
        choose(pool, action, "ani")


def test_a_post_is_promised_once(pool: Town) -> None:
    pool.promote(pool.open_vacancy())
    with pytest.raises(PositionPromised):
        pool.submit("section_head", "section-disdik")


def test_the_second_person_may_send_the_choice_back_and_another_is_chosen(pool: Town) -> None:
    action = at_choice(pool)
    rules = ("talent_pool", "leading_ranks", "candidate_performance")
    choose(pool, action, "eka", *rules)
    pool.decide(action, "inspektur", "return", return_to="promotion_choice")
    choose(pool, action, "budi")
    assert pool.state(action).subject_id == "budi"
    assert pool.registry.open_action_of.get("eka") is None


# --- what a promotion leaves behind ---


def test_annulling_a_promotion_annuls_what_was_built_on_the_post_it_freed(pool: Town) -> None:
    first = pool.walk(at_choice(pool), "awaiting_review")
    follower = pool.walk(pool.submit("clerk", "clerk-ani"), "duty_statement")
    pool.annul(first)
    assert pool.state(follower).status is Status.ANNULLED
    assert pool.agency.people["ani"].position_id == "clerk-ani"
    assert pool.agency.people["clerk"].position_id == "clerk-1"


def test_an_open_selection_brings_three_names_in_its_own_order(town: Town) -> None:
    selection = OpenSelection(letter_number="800/1", person_ids=("section_head", "kasubag", "analyst"))
    with pytest.raises(VariantMismatch):
        town.open_vacancy(selection=selection)
    vacancy = town.vacancy(town.open_vacancy("p-dukcapil", selection=selection))
    assert names(vacancy) == list(selection.person_ids)


def test_an_open_selection_brings_as_many_names_as_the_policy_has_it(town: Town) -> None:
    with pytest.raises(InvalidDetails):
        town.open_vacancy(
            "p-dukcapil",
            selection=OpenSelection(letter_number="800/1", person_ids=("section_head", "kasubag")),
        )


def test_nobody_opens_a_vacancy_naming_themself_or_whom_they_stand_for(town: Town) -> None:
    own = OpenSelection(letter_number="800/1", person_ids=("kabid", "kasubag", "section_head"))
    with pytest.raises(ExcludedOwner):
        town.open_vacancy("p-dukcapil", selection=own)
    town.acting(Capacity.PLH, "nurse", "p-kabid", by="kepala_bkpsdm")
    with pytest.raises(ExcludedOwner):
        town.open_vacancy("p-dukcapil", by="nurse", selection=own)
    vacancy_id = town.open_vacancy("p-dukcapil", by="kepala_bkpsdm", selection=own)
    for who in ("kabid", "nurse"):
        with pytest.raises(ExcludedOwner):
            town.promote(vacancy_id, by=who)
    town.promote(vacancy_id, by="kepala_bkpsdm")


def test_a_vacancy_is_opened_within_a_year(pool: Town) -> None:
    with pytest.raises(DateOutOfOrder):
        pool.open_vacancy(vacant_from=date(2025, 11, 23))
    pool.open_vacancy(vacant_from=date(2025, 11, 24))


def test_where_nobody_is_eligible_no_list_is_made_that_would_shut_the_post(town: Town) -> None:
    with pytest.raises(NobodyEligible) as refused:
        town.open_vacancy()
    assert refused.value.facts["unmapped"] > 0
    town.submit("nurse", "section-disdik")


def test_a_senior_post_is_filled_from_the_pool_only_under_an_approval(town: Town) -> None:
    without = town.policy.promotion.model_copy(update={"merit_exemption": None})
    town.policy = town.policy.model_copy(update={"promotion": without})
    with pytest.raises(VariantMismatch):
        town.open_vacancy("p-dukcapil")


def test_nothing_is_due_before_the_review(pool: Town) -> None:
    action = pool.walk(at_choice(pool), "awaiting_review")
    pool.now = at(pool.today + timedelta(days=100))
    assert pool.advance(action) == []
