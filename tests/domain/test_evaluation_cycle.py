"""Cycles of evaluations: everybody once, part by part, closed with what is missing named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain import evaluation_events as eve
from domain.errors import (
    AlreadyExists,
    CycleNotComplete,
    DateOutOfOrder,
    NotFound,
    NotPermitted,
    UnknownReference,
)
from domain.evaluation_commands import OpenEvaluationCycle
from domain.evaluation_cycle import evaluation_id
from domain.evaluation_dates import period_around
from domain.evaluation_policy import Opening
from domain.identity import SYSTEM
from tests.domain.test_publishing import TOMORROW, publish, text
from tests.domain.town import MACHINE, Town, person

THIS_HALF = (date(2026, 7, 1), date(2026, 12, 31))
OF_DINKES = ["kasubag", "kepala_dinkes", "nurse", "nurse_2", "section_head"]


def opened(town: Town, cycle: str) -> eve.EvaluationCycleOpened:
    found = [r.event for s, r in town.log if s.endswith(cycle)]
    assert isinstance(found[0], eve.EvaluationCycleOpened)
    return found[0]


def test_everybody_of_the_units_is_evaluated_once_in_order(town: Town) -> None:
    cycle = town.open_cycle("dinkes")
    assert opened(town, cycle).expected == len(OF_DINKES)
    assert [town.open_next(cycle, 2) for _ in range(4)] == [OF_DINKES[:2], OF_DINKES[2:4], OF_DINKES[4:], []]


def test_without_units_it_is_the_whole_agency_but_not_the_mayor(town: Town) -> None:
    cycle = town.open_cycle()
    people = town.open_next(cycle)
    assert "mayor" not in people
    assert len(people) == opened(town, cycle).expected == len(town.agency.people) - 1


def test_who_is_evaluated_already_is_skipped(town: Town) -> None:
    town.evaluate("nurse")
    cycle = town.open_cycle("dinkes")
    assert town.open_next(cycle) == [who for who in OF_DINKES if who != "nurse"]
    skipped = [r.event.skipped for _, r in town.log if isinstance(r.event, eve.EvaluationsOpened)]
    assert skipped == [1]


def test_everybody_in_a_cycle_has_a_process_that_hears_of_their_evaluation(town: Town) -> None:
    cycle = town.open_cycle("dinkes")
    town.open_next(cycle)
    assert town.woken >= {evaluation_id(cycle, who) for who in OF_DINKES}
    town.woken.clear()
    town.walk(evaluation_id(cycle, "nurse"))
    assert town.woken == {evaluation_id(cycle, "nurse")}


def test_the_id_of_an_evaluation_derives_from_cycle_and_person(town: Town) -> None:
    cycle = town.open_cycle("dinkes")
    town.open_next(cycle)
    assert town.state(evaluation_id(cycle, "nurse")).subject_id == "nurse"


def test_a_cycle_closes_with_what_is_missing_named(town: Town) -> None:
    cycle = town.open_cycle("dinkes")
    town.open_next(cycle)
    town.walk(evaluation_id(cycle, "nurse"))
    town.withdraw(evaluation_id(cycle, "nurse_2"), by=person("kabid"))
    (closed,) = town.close_cycle(cycle)
    assert isinstance(closed, eve.EvaluationCycleClosed)
    assert closed.final == 2
    missing = {town.state(action).subject_id for action in closed.missing}
    assert missing == {"kasubag", "kepala_dinkes", "section_head"}
    assert town.close_cycle(cycle) == []
    assert not town.state(closed.missing[0]).ended


def test_a_half_open_cycle_goes_on_for_everybody_under_the_policy_it_was_opened_with(town: Town) -> None:
    cycle = town.open_cycle("dinkes", period=THIS_HALF)
    first = town.open_next(cycle, 2)
    rules = text()["evaluation"]
    rules |= {"post_kinds_left_out": ["FUNGSIONAL"], "cycles_by": ["agency_head"]}
    later = publish(town, text(evaluation=rules))
    town.set_day(TOMORROW)
    assert town.facts.policy_in_force(THIS_HALF[1]) == later
    assert first + town.open_next(cycle) == OF_DINKES
    states = [town.state(evaluation_id(cycle, who)) for who in OF_DINKES]
    assert {state.policy_id for state in states} == {opened(town, cycle).policy_id} != {later.id}
    next_one = town.open_cycle("disdik", period=THIS_HALF)
    assert opened(town, next_one).policy_id == later.id
    town.open_next(next_one)
    assert town.state(evaluation_id(next_one, "clerk")).policy_id == later.id


def test_a_cycle_that_still_opens_is_not_closed(town: Town) -> None:
    cycle = town.open_cycle("dinkes")
    town.open_next(cycle, 2)
    with pytest.raises(CycleNotComplete):
        town.close_cycle(cycle)


@pytest.mark.parametrize("who", ["nurse", "kepala_dinkes", "inspektur"])
def test_only_bkpsdm_opens_and_closes_cycles(town: Town, who: str) -> None:
    cycle = town.open_cycle("dinkes", by=person("kepala_bkpsdm"))
    for attempt in (lambda: town.open_cycle(by=person(who)), lambda: town.close_cycle(cycle, person(who))):
        with pytest.raises(NotPermitted):
            attempt()
    with pytest.raises(NotPermitted):
        town.open_next(cycle, by=person("kepala_bkpsdm"))


def test_an_integration_needs_the_scope(town: Town) -> None:
    town.open_cycle(by=MACHINE)
    with pytest.raises(NotPermitted):
        town.open_cycle(by=MACHINE.model_copy(update={"scopes": frozenset()}))


def test_the_same_cycle_is_not_opened_again_before_it_is_closed(town: Town) -> None:
    cycle = town.open_cycle("dinkes", "disdik")
    with pytest.raises(AlreadyExists):
        town.open_cycle("disdik", "dinkes", by=person("kabid"))
    town.open_cycle("dinkes")
    while town.open_next(cycle):
        pass
    town.close_cycle(cycle)
    town.open_cycle("disdik", "dinkes")


def test_what_a_cycle_names_has_to_exist(town: Town) -> None:
    with pytest.raises(UnknownReference):
        town.open_cycle("nowhere")
    with pytest.raises(NotFound):
        town.open_next("5d2d4f0a-64b0-4f0c-8a58-1d7f3a1d2b77")


def test_a_cycle_is_opened_once_and_for_a_lawful_period(town: Town) -> None:
    cycle = town.open_cycle()
    values: dict[str, Any] = {"command_id": next(town.ids), "actor": SYSTEM, "cycle_id": cycle}
    half = {"period_start": date(2026, 1, 1), "period_end": date(2026, 6, 30)}
    with pytest.raises(AlreadyExists):
        town.send(OpenEvaluationCycle(**(values | half)))
    with pytest.raises(DateOutOfOrder):
        town.send(OpenEvaluationCycle(**(values | half | {"period_end": date(2025, 1, 1)})))


@pytest.mark.parametrize(
    ("months", "day", "period"),
    [
        ((1, 7), date(2026, 11, 24), (date(2026, 7, 1), date(2026, 12, 31))),
        ((1, 7), date(2026, 6, 30), (date(2026, 1, 1), date(2026, 6, 30))),
        ((10, 4), date(2027, 2, 1), (date(2026, 10, 1), date(2027, 3, 31))),
        ((4,), date(2026, 4, 1), (date(2026, 4, 1), date(2027, 3, 31))),
    ],
)
def test_which_period_runs_is_policy(months: tuple[int, ...], day: date, period: tuple[date, date]) -> None:
    opening = Opening(months=months, hour=6, citation="x")
    assert period_around(opening, day) == period
