"""What the doctor says of lists of rank promotions: moments gone by, answers and write-backs that wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from domain.policy import Policy
from domain.rank_list import EntryStatus
from ledger.directory_view import DirectoryView
from ledger.record import moment
from operations.diagnosis import Finding
from projections import rank_promotions as ranks

OVERDUE_AFTER = timedelta(minutes=10)


def of_rank_lists(connection: Connection, view: DirectoryView, now: datetime) -> Iterator[Finding]:
    """Lists whose process has not done what was due, and what has waited longer than the policy expects."""
    today = view.calendar.today(now)
    for row in ranks.running(connection):
        if row["next_due"] is not None and row["next_due"] < moment(now - OVERDUE_AFTER):
            what = f"list {row['list_id']} of {row['period']} should have lapsed or taken effect"
            advice = "see that a worker runs and reaches Temporal: it starts the process anew each minute"
            yield Finding("rank-list-overdue", what, since=row["next_due"], advice=advice)
    counted: Counter[tuple[str, str, str]] = Counter()
    for entry in ranks.waiting(connection):
        policy = view.policies[entry["policy_id"]]
        code = _waits_for(entry, policy, view, today)
        if code is not None:
            counted[code, entry["list_id"], entry["period"]] += 1
    for (code, list_id, period), count in sorted(counted.items()):
        what, office, advice = _SAID[code]
        yield Finding(
            code, f"{count} people on list {list_id} of {period} {what}", office=office, advice=advice
        )


_SAID = {
    "rank-answer-awaited": (
        "have no answer of BKN",
        "personnel_analyst",
        "ask BKN, and record its answers; silence means nothing here",
    ),
    "rank-decree-awaited": (
        "are approved, and their period has begun",
        "appointing_official",
        "decree them, or annul what cannot be decreed",
    ),
    "rank-effect-held": (
        "have a decree that the register bars",
        "personnel_analyst",
        "correct the register, or annul the decree; it is tried again each day",
    ),
    "rank-write-back-awaited": (
        "have a grade, or lost one, of which SIASN was not told",
        "personnel_analyst",
        "record SIASN's id",
    ),
}


def _waits_for(entry: dict[str, Any], policy: Policy, view: DirectoryView, today: date) -> str | None:
    rules, period = policy.rank_promotion.waiting, date.fromisoformat(entry["period"])
    status = EntryStatus(entry["status"])
    if entry["held"]:
        return "rank-effect-held"
    if status is EntryStatus.PROPOSED and entry["sent_on"] is not None:
        last = view.calendar.after(date.fromisoformat(entry["sent_on"]), rules.answer_working_days)
        return "rank-answer-awaited" if last < today else None
    if status is EntryStatus.APPROVED:
        return "rank-decree-awaited" if period <= today else None
    if status in (EntryStatus.EFFECTIVE, EntryStatus.TO_CORRECT):
        last = view.calendar.after(period, rules.write_back_working_days)
        return "rank-write-back-awaited" if last < today else None
    return None
