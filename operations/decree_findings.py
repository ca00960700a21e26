"""What the doctor says of decrees: those whose signed file has not come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ledger.record import moment
from operations.diagnosis import Finding
from projections import decree_files
from settings import Settings

# Longer than the longest pause between two tries.
LATE_AFTER = timedelta(minutes=15)


def of_decrees(connection: Connection, settings: Settings, now: datetime) -> Iterator[Finding]:
    """One finding for all of them: what keeps one from being signed keeps most."""
    if settings.decree_signing == "none":
        return
    count, since = decree_files.waiting_since(connection, moment(now - LATE_AFTER))
    if count:
        yield Finding(
            "decree-unsigned",
            f"{count} decrees have no signed file (key: {settings.decree_signing})",
            since=since,
            advice="see the worker's log: key, service or store is away, or a name cannot be printed; "
            "their cases go on, and each is tried again every ten minutes",
        )
