"""What happens when an officer enters or corrects a result of somebody's talent record."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from domain.event import Event
from domain.identity import Signature

What = Literal["component", "rating", "test", "withdrawal"]


class TalentResultEntered(Event):
    """An officer entered a result. It counts with the events beside it in the same command, unless it
    `waits` for a second person's TalentResultDecided. `result` are the fields of the row.
    """

    PERSONAL = frozenset({"result", "reason"})

    entry_id: str
    person_id: str
    entered_by: str
    what: What
    waits: bool
    signature: Signature
    result: dict[str, Any] | None = None
    reason: str | None = None


class TalentResultDecided(Event):
    """A second person approved what was entered, so that it counts, or rejected it."""

    PERSONAL = frozenset({"reason"})

    entry_id: str
    person_id: str
    decided_by: str
    outcome: Literal["approve", "reject"]
    signature: Signature
    reason: str | None = None


class TalentResultWithdrawn(Event):
    """A recorded result counts no more: it was not the person's, or never was. The last three fields are
    the newest that remain: the end of a rated period, the day of a test and until when it counts.
    """

    person_id: str
    component: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    tested_on: date | None = None
    rated_until: date | None = None
    newest_test: date | None = None
    test_valid_until: date | None = None
