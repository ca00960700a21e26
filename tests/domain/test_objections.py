"""The law of objections: within which window, decided by whom, and never by silence or by who rated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.errors import InvalidDetails
from domain.evaluation_dates import window_closes
from domain.evaluation_policy import Window
from tests.domain.test_evaluation import predicate
from tests.domain.town import TUESDAY, Town, serang_calendar


def objected(town: Town) -> str:
    action = town.walk(town.evaluate(), until="result_response")
    town.decide(action, "nurse", details={"response": "object", "reasons": "bukti tidak dibaca"})
    return action


def test_the_window_closes_and_the_result_stands(town: Town) -> None:
    action = town.walk(town.evaluate(), until="result_response")
    closes = town.task(action).silence_at
    assert closes == serang_calendar().end_of(serang_calendar().after(town.today, 14))
    assert closes is not None
    town.now = closes - timedelta(seconds=1)
    town.advance(action)
    assert town.step(action) == "result_response"
    town.now = closes
    town.advance(action)
    assert town.step(action) == "evaluation_record"


def test_whether_days_are_working_days_is_policy() -> None:
    calendar = serang_calendar()
    by_unit: dict[Any, Any] = {
        unit: window_closes(Window(days=14, unit=unit, citation="x"), TUESDAY, calendar)
        for unit in ("working", "calendar")
    }
    assert by_unit["calendar"] == calendar.end_of(TUESDAY + timedelta(days=14))
    assert by_unit["working"] > by_unit["calendar"]


def test_an_objection_needs_reasons_and_goes_to_the_assessors_superior(town: Town) -> None:
    action = town.walk(town.evaluate(), until="result_response")
    with pytest.raises(InvalidDetails):
        town.decide(action, "nurse", details={"response": "object"})
    town.decide(action, "nurse", details={"response": "object", "reasons": "bukti tidak dibaca"})
    assert town.owners(action) == ["sekda"]


def test_an_objection_is_never_decided_by_silence(town: Town) -> None:
    action = objected(town)
    town.now += timedelta(days=400)
    town.advance(action)
    assert town.step(action) == "objection_decision"
    assert "mayor" in town.owners(action)
    assert not town.state(action).ended


def test_a_decided_objection_is_final(town: Town) -> None:
    action = objected(town)
    town.decide(action, "sekda", details={"decision": "changed", "result": "ABOVE", "conduct": "ABOVE"})
    assert predicate(town, action) == "SANGAT_BAIK"
    evaluation = town.state(action).evaluation
    assert evaluation is not None
    assert evaluation.final
    assert town.step(action) == "evaluation_record"


def test_where_nobody_above_is_left_an_analyst_records_the_objections_outcome(town: Town) -> None:
    action = town.walk(town.evaluate("sekda"), until="result_response")
    town.decide(action, "sekda", details={"response": "object", "reasons": "bukti tidak dibaca"})
    assert town.owners(action) == ["analyst", "analyst_2"]


def test_an_objection_that_falls_to_who_rated_is_recorded_for_the_authority_above(town: Town) -> None:
    """Head and secretary are gone, so the mayor rates; nobody in the agency stands above."""
    action = town.walk(town.evaluate(), until="plan_agreement")
    for who in ("kepala_dinkes", "sekda"):
        town.leaves(who)
    town.walk(action, until="rating")
    town.decide(action, "mayor")
    town.walk(action, until="result_response")
    town.decide(action, "nurse", details={"response": "object", "reasons": "bukti tidak dibaca"})
    assert town.owners(action) == ["analyst", "analyst_2"]


def rated_by_the_mayor_and_objected(town: Town) -> str:
    """The mayor rated while head and secretary were gone; the objection waits for the new secretary."""
    action = town.walk(town.evaluate(), until="plan_agreement")
    for who in ("kepala_dinkes", "sekda"):
        town.leaves(who)
    town.decide(town.walk(action, until="rating"), "mayor")
    town.walk(action, until="result_response")
    town.correct("kepala_bappeda", post="p-sekda")
    town.decide(action, "nurse", details={"response": "object", "reasons": "bukti tidak dibaca"})
    assert town.owners(action) == ["kepala_bappeda"]
    return action


def test_an_objection_goes_beyond_the_agency_when_the_secretary_leaves_after_the_mayor_rated(
    town: Town,
) -> None:
    action = rated_by_the_mayor_and_objected(town)
    town.leaves("kepala_bappeda")
    assert town.owners(action) == []
    town.after_working_days(15)
    town.advance(action)
    assert town.owners(action) == ["analyst", "analyst_2"]


def test_and_so_it_does_when_the_secretary_leaves_after_its_time_was_over(town: Town) -> None:
    action = rated_by_the_mayor_and_objected(town)
    town.after_working_days(15)
    town.advance(action)
    assert town.owners(action) == ["kepala_bappeda"]
    town.leaves("kepala_bappeda")
    town.advance(action)
    assert town.owners(action) == ["analyst", "analyst_2"]
    assert town.advance(action) == []
    town.decide(action, "analyst")
    assert town.step(action) == "evaluation_record"


def test_what_was_put_before_the_authority_above_stays_there_when_it_is_overdue(town: Town) -> None:
    action = rated_by_the_mayor_and_objected(town)
    town.declare_conflict(action, "kepala_bappeda")
    assert town.owners(action) == ["analyst", "analyst_2"]
    town.after_working_days(15)
    town.advance(action)
    assert town.owners(action) == ["analyst", "analyst_2"]
