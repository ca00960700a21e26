"""Replacing an official after a poor evaluation, in coordination with BKN, and what falls with it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import events as ev
from domain import promotion_events as pe
from domain.errors import (
    AlreadyExists,
    CandidateListLapsed,
    DateOutOfOrder,
    ExcludedOwner,
    NotPermitted,
    PositionPromised,
    Refusal,
    UnknownReference,
)
from domain.identity import Coordination
from domain.personnel_action import Status
from domain.policy import Variant
from tests.domain.test_evaluation import LOW, failed_retest, rated
from tests.domain.test_promotion import with_candidates
from tests.domain.town import Town

HEAD, POST = "section_head", "section-dinkes"


def poor(town: Town, subject: str = HEAD) -> str:
    """A finished evaluation of a head of section with the worst result, in a town with people to promote."""
    if "ani" not in town.agency.people:
        with_candidates(town)
    return town.walk(rated(town, town.evaluate(subject), **LOW))


def begun(town: Town, action: str) -> ev.ActionSubmitted:
    event = next(r.event for s, r in town.log if s.endswith(action))
    assert isinstance(event, ev.ActionSubmitted)
    return event


def opened(town: Town, vacancy: str) -> list[pe.VacancyOpened]:
    return [r.event for s, r in town.log if s.endswith(vacancy) and isinstance(r.event, pe.VacancyOpened)]


def coordinated(town: Town, letter_date: date | None = None) -> Coordination:
    return Coordination(letter_number="B-123/BKN/2026", letter_date=letter_date or town.today)


def test_a_poor_result_opens_a_transfer_and_a_vacancy_in_coordination_with_bkn(town: Town) -> None:
    evaluation = poor(town)
    transfer, vacancy = town.replace(evaluation, "section-disdik")
    submitted = begun(town, transfer)
    assert (submitted.subject_id, submitted.ordered_by) == (HEAD, evaluation)
    assert submitted.coordination == coordinated(town)
    (list_of,) = opened(town, vacancy)
    assert (list_of.position_id, list_of.replaces) == (POST, transfer)
    assert list_of.vacant_from == town.today + timedelta(days=1)


def test_which_evaluation_ordered_it_and_bkns_letter_stand_sealed(town: Town) -> None:
    evaluation = poor(town)
    transfer, vacancy = town.replace(evaluation, "section-disdik")
    for event in (begun(town, transfer), *opened(town, vacancy)):
        readable = event.model_dump_json(exclude=set(event.PERSONAL))
        assert evaluation not in readable
        assert "BKN" not in readable


def test_a_post_that_is_not_filled_by_promotion_gets_no_vacancy(town: Town) -> None:
    transfer, vacancy = town.replace(poor(town, "nurse"))
    assert not town.state(transfer).ended
    assert not opened(town, vacancy)


def test_a_transfer_that_the_rules_refuse_opens_no_vacancy(town: Town) -> None:
    evaluation = poor(town)
    town.correct(HEAD, employment_status="03")
    transfer, vacancy = town.replace(evaluation, "section-disdik")
    assert town.state(transfer).status is Status.REFUSED
    assert not opened(town, vacancy)


def test_where_nobody_is_eligible_yet_the_transfer_begins_alone(town: Town) -> None:
    evaluation = town.walk(rated(town, town.evaluate(HEAD), **LOW))
    transfer, vacancy = town.replace(evaluation, "section-disdik")
    assert not town.state(transfer).ended
    assert not opened(town, vacancy)


def test_only_a_final_and_low_result_replaces_anybody(town: Town) -> None:
    good = town.walk(town.evaluate(HEAD))
    running = town.walk(town.evaluate("nurse_2"), until="evaluation_record")
    improvement = failed_retest(town)
    for evaluation in (good, running, improvement):
        with pytest.raises(UnknownReference):
            town.replace(evaluation)


@pytest.mark.parametrize("who", ["nurse_2", "kepala_dinkes", "kepala_bkpsdm", "sekda"])
def test_only_officers_whom_the_policy_names_record_the_coordination(town: Town, who: str) -> None:
    evaluation = poor(town)
    with pytest.raises(NotPermitted):
        town.replace(evaluation, by=who)


def test_nobody_replaces_themself(town: Town) -> None:
    evaluation = town.walk(rated(town, town.evaluate("analyst"), by="kepala_bkpsdm", **LOW))
    with pytest.raises((ExcludedOwner, NotPermitted)):
        town.replace(evaluation, by="analyst")


def test_the_letter_is_neither_older_than_the_result_nor_of_a_day_to_come(town: Town) -> None:
    evaluation = poor(town)
    for days in (-1, 1):
        letter = coordinated(town, letter_date=town.today + timedelta(days=days))
        with pytest.raises(DateOutOfOrder):
            town.replace(evaluation, coordination=letter)


def test_an_evaluation_replaces_once_unless_the_transfer_came_to_nothing(town: Town) -> None:
    evaluation = poor(town)
    transfer, _ = town.replace(evaluation, "section-disdik")
    with pytest.raises((AlreadyExists, Refusal)):
        town.replace(evaluation, "section-dukcapil")
    town.decide(transfer, town.owners(transfer)[0], "reject")
    town.replace(evaluation, "section-dukcapil")


def test_without_bkns_letter_no_evaluation_orders_a_transfer(town: Town) -> None:
    with pytest.raises((NotPermitted, UnknownReference)):
        town.submit(HEAD, "section-disdik", by="analyst", follows=poor(town))


def test_an_annulled_evaluation_takes_transfer_and_vacancy_with_it(town: Town) -> None:
    evaluation = poor(town)
    transfer, vacancy = town.replace(evaluation, "section-disdik")
    town.annul(evaluation, authority="COURT")
    assert town.state(transfer).status is Status.ANNULLED
    assert town.state(transfer).caused_by == evaluation
    assert town.vacancy(vacancy).lapses_on == town.today
    with pytest.raises(CandidateListLapsed):
        town.promote(vacancy)


def test_who_was_moved_by_an_annulled_evaluation_gets_the_old_post_back(town: Town) -> None:
    evaluation = poor(town)
    transfer, _ = town.replace(evaluation, "section-disdik")
    town.walk(transfer)
    assert town.post_of(HEAD) == "section-disdik"
    town.annul(evaluation, authority="COURT")
    assert town.post_of(HEAD) == POST
    assert town.step(transfer) == "siasn_correction"


def test_a_promotion_to_the_post_falls_as_well(town: Town) -> None:
    evaluation = poor(town)
    transfer, vacancy = town.replace(evaluation, "section-disdik")
    promotion = town.promote(vacancy)
    town.annul(evaluation, authority="COURT")
    assert [town.state(a).status for a in (transfer, promotion)] == [Status.ANNULLED] * 2
    assert town.state(promotion).caused_by == transfer


def test_a_transfer_ordered_by_a_measure_falls_with_the_evaluation(town: Town) -> None:
    improvement = failed_retest(town)
    town.decide(improvement, "mayor", details={"measure": "demote"})
    transfer = town.submit("nurse", follows=improvement)
    parent = town.state(improvement).evaluation
    assert parent is not None
    assert parent.follows is not None
    town.annul(parent.follows)
    assert town.state(transfer).status is Status.ANNULLED
    assert town.state(transfer).caused_by == improvement


def test_a_transfer_that_nothing_ordered_stands(town: Town) -> None:
    evaluation = poor(town)
    other = town.submit(HEAD, "section-disdik")
    town.annul(evaluation, authority="COURT")
    assert not town.state(other).ended


def test_after_the_annulment_the_post_may_be_asked_for_again(town: Town) -> None:
    evaluation = poor(town)
    town.replace(evaluation, "section-disdik")
    with pytest.raises(PositionPromised):
        town.submit("kasubag", POST)
    town.annul(evaluation, authority="COURT")
    assert town.registry.standing_list_of(POST, town.today) is None


def test_a_replacement_within_the_unit_is_one_as_well(town: Town) -> None:
    evaluation = poor(town)
    transfer, _ = town.replace(evaluation, "nurse-3", variant=Variant.WITHIN_UNIT)
    assert begun(town, transfer).variant is Variant.WITHIN_UNIT
