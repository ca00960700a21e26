"""The ledger as a process's activities reach it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from activities.progress import Progress
from domain.commands import AdvanceAction, IssueDecree
from ledger.append import Ledger
from ledger.read import Reader
from ledger.record import parse_moment
from ledger.schema import head
from projections.register import actions

# The evaluations of a cycle wait for the same moments. Each process looks so much later at the most, always
# by the same part of it, so that thousands of timers do not ring at once.
SPREAD_OF_A_CYCLE = timedelta(minutes=30)


class LedgerRecorder:
    """Satisfies `activities.record.Recorder` with this process's writer and reader."""

    def __init__(self, ledger: Ledger, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._reader = reader
        self._clock = clock

    async def progress(self, action_id: str) -> Progress | None:
        return await asyncio.to_thread(self._read, action_id)

    async def execute(self, command: AdvanceAction | IssueDecree) -> Progress:
        result = await asyncio.wrap_future(self._ledger.submit(command))
        state = result.state
        assert state is not None  # a command to an action answers with its state
        cycle_id = state.evaluation.cycle_id if state.evaluation else None
        return Progress(
            action_id=state.id,
            version=state.version,
            # Not the tree's size: in the same commit, others may have changed the action after us.
            position=result.receipt.position + 1 if result.receipt else 0,
            phase=state.phase,
            next_due=_looks_at(state.id, state.next_due(), cycle_id),
            quiet=state.is_quiet,
            tells_siasn=state.tells_siasn,
        )

    async def next_working_day(self) -> datetime:
        return await asyncio.to_thread(self._next_working_day)

    def _read(self, action_id: str) -> Progress | None:
        with self._reader.engine.connect() as connection:
            return next(iter(progress_of(connection, [action_id])), None)

    def _next_working_day(self) -> datetime:
        with self._reader.engine.connect() as connection:
            calendar = self._reader.directory.current(connection).calendar
        return calendar.start_of(calendar.after(calendar.today(self._clock()), 1))


def progress_of(connection: Connection, action_ids: Sequence[str]) -> list[Progress]:
    """How far each of the actions is that the ledger knows, all as of one moment."""
    size = select(head.c.size).scalar_subquery().label("size")
    told = (actions.c.quiet, actions.c.tells_siasn, actions.c.cycle_id)
    columns = (actions.c.action_id, actions.c.version, actions.c.phase, actions.c.next_due, *told, size)
    return [
        Progress(
            action_id=row.action_id,
            version=row.version,
            position=row.size,
            phase=row.phase,
            next_due=_looks_at(
                row.action_id, parse_moment(row.next_due) if row.next_due else None, row.cycle_id
            ),
            quiet=bool(row.quiet),
            tells_siasn=bool(row.tells_siasn),
        )
        for row in connection.execute(select(*columns).where(actions.c.action_id.in_(action_ids)))
    ]


def _looks_at(action_id: str, due: datetime | None, cycle_id: str | None) -> datetime | None:
    """When the process is to look: when something is due, or a part of the spread later in a cycle."""
    if due is None or cycle_id is None:
        return due
    return due + SPREAD_OF_A_CYCLE * (uuid.UUID(action_id).int % 1000 / 1000)
