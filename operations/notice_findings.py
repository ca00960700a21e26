"""What the doctor says of notices to people: those that wait though they could have been sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from accounts.schema import notices, notification_settings
from ledger.record import moment
from ledger.schema import events
from operations.diagnosis import Finding

# What is told at once may be held back by quiet hours of a night, and gathered for ten minutes.
LATE_AFTER = timedelta(hours=25)


def of_notices(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Notices to people who are told at once, older than any quiet hours last."""
    waiting = (
        select(func.count(), func.min(events.c.recorded_at))
        .select_from(notices)
        .join(notification_settings, notification_settings.c.person_id == notices.c.person_id)
        .join(events, events.c.position == notices.c.position)
        .where(
            notification_settings.c.mode == "at_once",
            notification_settings.c.next_try.is_(None),
            events.c.recorded_at < moment(now - LATE_AFTER),
        )
    )
    count, since = connection.execute(waiting).one()
    if count:
        yield Finding(
            "notices-wait",
            f"{count} notices to people wait to be sent",
            since=since,
            advice="is the worker running, and does it reach the mail server and the other channels?",
        )
