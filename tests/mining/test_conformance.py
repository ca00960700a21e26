"""A case that left its route is named with the step and the law; a lawful return is no deviation."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.calendar import WorkingCalendar
from mining.conformance import compare
from mining.replay import Deviation, Replay
from mining.waiting import Waiting, working_hours
from tests.mining.conftest import Lived

CALENDAR = WorkingCalendar("test", frozenset({date(2026, 12, 25)}))


def wib(day: int, hour: int) -> datetime:
    """A December 2026 hour in Jakarta."""
    return datetime(2026, 12, day, hour - 7, tzinfo=UTC)


def replayed(lived: Lived, history: list[dict[str, Any]]) -> list[Deviation]:
    replay = Replay(lived.world.view.policies)
    for document in history:
        replay.walk(document)
    return replay.deviations


def without(history: list[dict[str, Any]], step: str) -> list[dict[str, Any]]:
    return [r for r in history if r["data"].get("step") != step]


def test_what_the_program_let_happen_is_what_the_routes_allow(lived: Lived) -> None:
    found = compare(lived.world.installation.reader.engine)
    assert found.deviating == {}
    assert (found.cases, found.completed, found.returns) == (4, 3, 1)
    assert found.head.size == len(lived.records)
    assert found.as_json()["ok"] is True
    assert "0 left their route" in found.as_text()


def test_deviations_are_named_with_step_and_law(lived: Lived) -> None:
    history = lived.history(lived.completed)
    assert replayed(lived, history) == []

    skipped = replayed(lived, without(history, "committee_deliberation"))
    assert ("skipped", "committee_deliberation") in {(d.code, d.step) for d in skipped}
    assert all("PP 11/2017" in d.law for d in skipped if d.step == "committee_deliberation")


@pytest.mark.parametrize("fault", ["out-of-order", "extra", "repeated", "route-differs", "unknown-policy"])
def test_every_way_off_the_route_has_its_word(lived: Lived, fault: str) -> None:
    history = copy.deepcopy(lived.history(lived.completed))
    submitted = history[0]["data"]
    done = [r for r in history if r["type"] == "TaskCompleted"]
    match fault:
        case "out-of-order":
            done[2]["data"], done[3]["data"] = done[3]["data"], done[2]["data"]
        case "extra":
            done[2]["data"]["step"] = "partner_consent"
        case "repeated":
            history.insert(history.index(done[3]), copy.deepcopy(done[1]))
        case "route-differs":
            submitted["steps"].remove("division_review")
        case "unknown-policy":
            submitted["policy_hash"] = "0" * 64
    assert fault in {deviation.code for deviation in replayed(lived, history)}


def test_hours_of_holidays_and_weekends_do_not_count() -> None:
    assert working_hours(CALENDAR, wib(4, 16), wib(7, 8)) == 16  # Friday to Monday
    assert working_hours(CALENDAR, wib(24, 12), wib(28, 12)) == 24  # over Christmas and a weekend
    assert working_hours(CALENDAR, wib(5, 9), wib(6, 20)) == 0
    assert working_hours(CALENDAR, wib(7, 9), wib(7, 8)) == 0


def test_waits_are_gathered_by_step_office_and_unit(lived: Lived) -> None:
    history = copy.deepcopy(lived.history(lived.completed))
    task = next(r for r in history if r["type"] == "TaskOpened")
    end = next(r for r in history if r["type"] == "TaskCompleted")
    task["recorded_at"], end["recorded_at"] = wib(1, 9).isoformat(), wib(4, 9).isoformat()
    task["data"]["calendar_version"] = "test"
    waiting = Waiting({"test": CALENDAR})
    waiting.add(history)
    told = waiting.as_json()
    assert told["step"]["unit_file_check"]["median_hours"] == 72.0
    assert told["step"]["unit_file_check"]["late"] == 1
    assert told["office"][task["data"]["office"]]["longest_hours"] == 72.0
    assert sum(group["decided"] for group in told["unit"].values()) == sum(
        r["type"] == "TaskCompleted" for r in history
    )
