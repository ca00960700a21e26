"""What the doctor says of SIASN: cases that the connector has not told for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from domain.personnel_action import ActionState
from domain.siasn_events import Reached
from ledger.record import moment
from ledger.schema import events
from operations.diagnosis import Finding

# Longer than the longest pause between two tries.
WAITS_AFTER = timedelta(hours=1)


def siasn_waits(connection: Connection, state: ActionState, now: datetime) -> Finding | None:
    """A case in which the connector has come no further for an hour."""
    told = state.write_back
    if told is None or not told.running:
        return None
    stream = events.c.stream == f"personnel-action/{state.id}"
    since = connection.execute(select(func.max(events.c.recorded_at)).where(stream)).scalar()
    if since is None or since > moment(now - WAITS_AFTER):
        return None
    lacks = "file the decree (SK_JABATAN, dated as the decree), or " if told.reached is Reached.SAVED else ""
    return Finding(
        "siasn-waits",
        f"SIASN has not been told: the {told.purpose.value} is {told.reached.value}",
        state.id,
        since=since,
        advice=f"{lacks}see the worker's log; an officer's task opens at {moment(told.give_up_at)}",
    )
