"""The ledger as a process's activities reach it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from activities.progress import Progress
from domain.commands import AdvanceAction, IssueDecree
from ledger.append import Ledger
from ledger.read import Reader
from ledger.record import parse_moment
from ledger.schema import head
from projections.register import actions


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
        return Progress(
            action_id=state.id,
            version=state.version,
            # Not the tree's size: in the same commit, others may have changed the action after us.
            position=result.receipt.position + 1 if result.receipt else 0,
            phase=state.phase,
            next_due=state.next_due(),
            quiet=state.is_quiet,
            tells_siasn=state.tells_siasn,
        )

    async def next_working_day(self) -> datetime:
        return await asyncio.to_thread(self._next_working_day)

    def _read(self, action_id: str) -> Progress | None:
        size = select(head.c.size).scalar_subquery().label("size")
        told = (actions.c.quiet, actions.c.tells_siasn)
        columns = (actions.c.version, actions.c.phase, actions.c.next_due, *told, size)
        statement = select(*columns).where(actions.c.action_id == action_id)
        with self._reader.engine.connect() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return None
        return Progress(
            action_id=action_id,
            version=row.version,
            position=row.size,
            phase=row.phase,
            next_due=parse_moment(row.next_due) if row.next_due else None,
            quiet=bool(row.quiet),
            tells_siasn=bool(row.tells_siasn),
        )

    def _next_working_day(self) -> datetime:
        with self._reader.engine.connect() as connection:
            calendar = self._reader.directory.current(connection).calendar
        return calendar.start_of(calendar.after(calendar.today(self._clock()), 1))
