"""Reminders of the profiling campaign written past the program: verify counts, and knows whom and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.campaign import people_by_apparatus
from ledger.record import moment, parse_moment
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import person
from tests.ledger.test_talent import placements

Document = dict[str, Any]
UNLAWFUL = {"wrong-facts", "wrong-date", "wrong-office", "wrong-stream", "not-entitled"}


def reminder(evidence: Evidence, attacker: Attacker, **changes: Any) -> Document:
    """The lawful reminder of the largest unit after the interval since its last, but for `changes`."""
    view = evidence.world.view
    last = parse_moment(attacker.documents()[-1]["recorded_at"])
    interval = view.policy_in_force(last.date()).talent.campaign.remind_every_days
    recorded_at = last + timedelta(days=interval)
    day = view.calendar.today(recorded_at)
    units = people_by_apparatus(evidence.world.agency)
    unit = max(units, key=lambda each: len(units[each]))
    known = placements(evidence.installation)
    mapped = sum(one in known and known[one].stands_on(day) for one in units[unit])
    target = evidence.world.view.policy_in_force(day).talent.campaign.target_date
    data = {
        "unit_id": unit,
        "office": f"unit_personnel_officer@{unit}",
        "as_of": day.isoformat(),
        "target_date": target.isoformat(),
        "people": len(units[unit]),
        "mapped": mapped,
    }
    return {
        "stream": f"profiling/{unit}",
        "type": "ProfilingReminded",
        "actor": {"kind": "system", "id": "jenjang"},
        "recorded_at": moment(recorded_at),
        "data": data | {name: change(data[name]) for name, change in changes.items()},
    }


def told(evidence: Evidence, attacker: Attacker, *forged: Document) -> set[str]:
    for document in forged:
        attacker.append(document)
    return evidence.codes(attacker) & UNLAWFUL


def test_a_true_reminder_is_lawful(evidence: Evidence, attacker: Attacker) -> None:
    """Only the read model, which the attacker left as it was, tells of it."""
    assert told(evidence, attacker, reminder(evidence, attacker)) == set()


@pytest.mark.parametrize(
    ("field", "change", "code"),
    [
        ("mapped", lambda known: known + 1, "wrong-facts"),
        ("people", lambda known: known - 1, "wrong-facts"),
        ("office", lambda known: "unit_head@" + known.partition("@")[2], "wrong-office"),
        ("target_date", lambda _: "2030-01-01", "wrong-date"),
        ("as_of", lambda _: "2026-01-05", "wrong-date"),
    ],
)
def test_a_reminder_that_says_something_else(
    evidence: Evidence, attacker: Attacker, field: str, change: Any, code: str
) -> None:
    assert told(evidence, attacker, reminder(evidence, attacker, **{field: change})) == {code}


def test_a_reminder_before_the_interval_is_over(evidence: Evidence, attacker: Attacker) -> None:
    first, again = (reminder(evidence, attacker) for _ in range(2))
    assert told(evidence, attacker, first, again) == {"wrong-date"}


def test_a_reminder_by_somebody(evidence: Evidence, attacker: Attacker) -> None:
    forged = reminder(evidence, attacker) | {"actor": person(evidence.world.movable()[0])}
    assert told(evidence, attacker, forged) == {"not-entitled"}


def test_a_reminder_in_another_stream(evidence: Evidence, attacker: Attacker) -> None:
    forged = reminder(evidence, attacker) | {"stream": "profiling/another"}
    assert "wrong-stream" in told(evidence, attacker, forged)
