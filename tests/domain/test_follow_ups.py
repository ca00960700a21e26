"""What a low rating leads to: nobody shortens it, nobody takes it away, and it comes once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import evaluation_events as eve
from domain import events as ev
from domain.errors import DateOutOfOrder, EvaluationExists, NotPermitted, TaskClosed, UnknownReference
from domain.identity import Capacity
from domain.personnel_action import Status
from tests.domain.test_evaluation import LOW, failed_retest, follow_up_of, low, rated
from tests.domain.town import Town, at, person

SECOND_OF_2025 = (date(2025, 7, 1), date(2025, 12, 31))


def test_the_time_to_improve_cannot_begin_before_it_was_given(town: Town) -> None:
    improvement = low(town)
    given = town.today
    town.now = at(given + timedelta(days=3))
    for early in ("2020-01-01", (given - timedelta(days=1)).isoformat()):
        with pytest.raises(DateOutOfOrder):
            town.decide(improvement, town.owners(improvement)[0], details={"starts_on": early})
    town.decide(improvement, town.owners(improvement)[0], details={"starts_on": given.isoformat()})
    assert town.step(improvement) == "retest"


def test_nobody_withdraws_their_own_evaluation_through_a_delegate(town: Town) -> None:
    action = town.evaluate("kepala_bkpsdm")
    town.acting(Capacity.DELEGATE, "nurse", by="kepala_bkpsdm")
    for who in ("kepala_bkpsdm", "nurse"):
        with pytest.raises(NotPermitted):
            town.withdraw(action, by=person(who))
    town.withdraw(action, by=person("kabid"))
    assert town.state(action).status is Status.WITHDRAWN


def test_a_delegate_opens_no_cycle(town: Town) -> None:
    town.acting(Capacity.DELEGATE, "nurse", by="kepala_bkpsdm")
    with pytest.raises(NotPermitted):
        town.open_cycle(by=person("nurse"))
    town.open_cycle(by=person("kepala_bkpsdm"))


@pytest.mark.parametrize("response", ["accept", "object"])
def test_a_response_after_its_window_is_not_heard(town: Town, response: str) -> None:
    action = town.walk(town.evaluate(), until="result_response")
    answer = {"response": response, "reasons": "bukti tidak dibaca"}
    closes = town.task(action).silence_at
    assert closes is not None
    town.now = closes
    with pytest.raises(TaskClosed):
        town.decide(action, "nurse", details=answer)
    town.now = closes - timedelta(seconds=1)
    town.decide(action, "nurse", details=answer)
    assert town.step(action) != "result_response"


def test_nobody_withdraws_what_a_low_rating_leads_to(town: Town) -> None:
    improvement = low(town)
    for who in sorted(town.agency.people):
        with pytest.raises(NotPermitted):
            town.withdraw(improvement, by=person(who))
    assert not town.state(improvement).ended


def test_with_an_annulled_evaluation_goes_all_that_it_led_to(town: Town) -> None:
    evaluation = town.walk(rated(town, town.evaluate(), **LOW))
    improvement = follow_up_of(town, evaluation)
    town.walk(improvement, until="retest")
    town.now = at(date(2027, 6, 1))
    town.decide(improvement, "analyst", details={"passed": False})
    town.decide(improvement, "mayor", details={"measure": "temporary_year"})
    year = follow_up_of(town, improvement)
    town.annul(evaluation, authority="COURT")
    assert [town.state(a).status for a in (evaluation, improvement, year)] == [Status.ANNULLED] * 3
    assert town.state(year).caused_by == improvement
    assert not town.state(year).open_tasks


def test_two_low_ratings_give_one_time_to_improve(town: Town) -> None:
    """Until it is over: then another low rating opens another."""
    one, two = town.evaluate(period=SECOND_OF_2025), town.evaluate()
    for action in (one, two):
        town.walk(rated(town, action, **LOW))
    opened = [r.event for _, r in town.log if isinstance(r.event, eve.FollowUpOpened)]
    assert len(opened) == 1
    improvement = town.walk(follow_up_of(town, one), until="retest")
    town.now = at(date(2027, 6, 1))
    town.decide(improvement, "analyst")
    third = town.walk(rated(town, town.evaluate(period=(date(2026, 7, 1), date(2026, 12, 31))), **LOW))
    assert not town.state(follow_up_of(town, third)).ended


def test_a_time_to_improve_takes_no_period_away(town: Town) -> None:
    low(town)
    town.evaluate(period=(date(2026, 7, 1), date(2026, 12, 31)))


@pytest.mark.parametrize(
    "period",
    [
        (date(2026, 1, 2), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 10, 31)),
        (date(2025, 7, 1), date(2026, 1, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
    ],
)
def test_no_day_of_a_person_is_rated_twice(town: Town, period: tuple[date, date]) -> None:
    town.evaluate()
    with pytest.raises(EvaluationExists):
        town.evaluate(period=period)
    town.evaluate("clerk", period=period)


def test_a_cycle_passes_over_whose_evaluation_shares_a_day_with_it(town: Town) -> None:
    town.evaluate(period=(date(2026, 6, 30), date(2026, 10, 31)))
    assert "nurse" not in town.open_next(town.open_cycle())


def test_what_was_ordered_stands_sealed(town: Town) -> None:
    improvement = failed_retest(town)
    ordered = town.decide(improvement, "mayor", details={"measure": "demote"})
    readable = [event.model_dump_json(exclude=set(event.PERSONAL)) for event in ordered]
    assert not any("demote" in each for each in readable)


@pytest.mark.parametrize("measure", ["reassign", "demote"])
def test_a_transfer_names_the_measure_that_ordered_it_and_only_such_a_one(town: Town, measure: str) -> None:
    improvement = failed_retest(town)
    with pytest.raises(UnknownReference):
        town.submit("nurse", follows=improvement)
    town.decide(improvement, "mayor", details={"measure": measure})
    for other, follows in (("clerk", improvement), ("nurse", town.evaluate("clerk"))):
        with pytest.raises(UnknownReference):
            town.submit(other, follows=follows)
    transfer = town.submit("nurse", follows=improvement)
    begun = next(r.event for s, r in town.log if s.endswith(transfer))
    assert isinstance(begun, ev.ActionSubmitted)
    assert begun.ordered_by == improvement
    assert improvement not in begun.model_dump_json(exclude=set(begun.PERSONAL))


def test_a_measure_that_orders_no_post_orders_no_transfer(town: Town) -> None:
    improvement = failed_retest(town)
    town.decide(improvement, "mayor", details={"measure": "temporary_year"})
    with pytest.raises(UnknownReference):
        town.submit("nurse", follows=improvement)


def test_an_annulled_order_orders_no_transfer(town: Town) -> None:
    improvement = failed_retest(town)
    town.decide(improvement, "mayor", details={"measure": "reassign"})
    parent = town.state(improvement).evaluation
    assert parent is not None
    assert parent.follows is not None
    town.annul(parent.follows)
    with pytest.raises(UnknownReference):
        town.submit("nurse", follows=improvement)


def test_an_evaluation_whose_person_was_erased_can_be_closed_and_leads_to_nothing(town: Town) -> None:
    action = town.walk(rated(town, town.evaluate(), **LOW), until="evaluation_record")
    town.erase(action)
    town.decide(action, "analyst", details={"predicate": "BAIK"})
    assert town.state(action).status is Status.COMPLETED
    assert not [r for _, r in town.log if isinstance(r.event, eve.FollowUpOpened)]
