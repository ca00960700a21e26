"""The ledger as the activities of a cycle reach it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection, select

from activities.cycle import CycleProgress
from domain.calendar import months_after
from domain.commands import AdvanceAction
from domain.errors import AlreadyExists, Refusal
from domain.evaluation_commands import CloseEvaluationCycle, OpenEvaluationCycle, OpenEvaluations
from domain.evaluation_dates import period_around
from domain.identity import SYSTEM
from ledger.append import Ledger
from ledger.read import Reader
from ledger.record import moment, parse_moment
from projections import evaluation_cycles as cycles
from projections.register import actions

log = logging.getLogger(__name__)

PART = 100
DUE_AT_ONCE = 200
# So many commands wait in the writer's queue at once: approvals by people come between them.
IN_FLIGHT = 16
NAMESPACE = uuid.UUID("6a656e6a-616e-4700-8000-7369636c7573")


class LedgerCycleRecorder:
    """Satisfies `activities.cycle.CycleRecorder` with this process's writer and reader."""

    def __init__(self, ledger: Ledger, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._reader = reader
        self._clock = clock

    async def open_next(self, cycle_id: str) -> CycleProgress:
        standing, version = await asyncio.to_thread(self._read, cycle_id)
        if standing.complete:
            return standing
        command = OpenEvaluations(
            command_id=str(uuid.uuid5(uuid.UUID(cycle_id), f"open/{version}")),
            actor=SYSTEM,
            cycle_id=cycle_id,
            limit=PART,
        )
        await asyncio.wrap_future(self._ledger.submit(command))
        return (await asyncio.to_thread(self._read, cycle_id))[0]

    async def advance_due(self, cycle_id: str) -> CycleProgress:
        """Everything due is asked for once, part by part: what is refused keeps nobody waiting."""
        room = asyncio.Semaphore(IN_FLIGHT)

        async def advance(action_id: str, version: int) -> None:
            async with room:
                command_id = str(uuid.uuid5(uuid.UUID(action_id), f"advance/{version}"))
                command = AdvanceAction(command_id=command_id, actor=SYSTEM, action_id=action_id)
                try:
                    await asyncio.wrap_future(self._ledger.submit(command))
                except Refusal as refusal:
                    log.warning("advance of %s refused: %s", action_id, refusal.code)

        reached, now = ("", ""), moment(self._clock())
        while True:
            due, reached = await asyncio.to_thread(self._due, cycle_id, now, reached)
            if not due:
                break
            await asyncio.gather(*(advance(action_id, version) for action_id, version in due))
        standing, version = await asyncio.to_thread(self._read, cycle_id)
        if await asyncio.to_thread(self._is_to_close, standing):
            command_id = str(uuid.uuid5(uuid.UUID(cycle_id), f"close/{version}"))
            closing = CloseEvaluationCycle(command_id=command_id, actor=SYSTEM, cycle_id=cycle_id)
            await asyncio.wrap_future(self._ledger.submit(closing))
            standing, _ = await asyncio.to_thread(self._read, cycle_id)
        return standing

    async def open_half_year(self) -> str:
        first, last = await asyncio.to_thread(self._half_year)
        cycle_id = str(uuid.uuid5(NAMESPACE, f"{first}/{last}"))
        command = OpenEvaluationCycle(
            command_id=str(uuid.uuid5(uuid.UUID(cycle_id), "opening")),
            actor=SYSTEM,
            cycle_id=cycle_id,
            period_start=first,
            period_end=last,
        )
        try:
            await asyncio.wrap_future(self._ledger.submit(command))
        except AlreadyExists:
            log.info("cycle %s is open already", cycle_id)
        return cycle_id

    def _read(self, cycle_id: str) -> tuple[CycleProgress, int]:
        with self._reader.engine.connect() as connection:
            return _progress(connection, cycle_id)

    def _due(
        self, cycle_id: str, now: str, after: tuple[str, str]
    ) -> tuple[list[tuple[str, int]], tuple[str, str]]:
        """The next part of what is due, with its versions, and how far it reaches."""
        with self._reader.engine.connect() as connection:
            part = cycles.due(connection, cycle_id, now, DUE_AT_ONCE, after)
            rows = connection.execute(
                select(actions.c.action_id, actions.c.version).where(
                    actions.c.action_id.in_([action_id for _, action_id in part])
                )
            )
            return [(row.action_id, row.version) for row in rows], part[-1] if part else after

    def _is_to_close(self, standing: CycleProgress) -> bool:
        """When everybody's evaluation has ended, or the time that the policy gives the cycle is over."""
        with self._reader.engine.connect() as connection:
            row = cycles.by_id(connection, standing.cycle_id)
            view = self._reader.directory.current(connection)
        if row is None or row["closed_at"] is not None or not standing.complete:
            return False
        opened = view.calendar.today(parse_moment(row["opened_at"]))
        last = months_after(opened, view.policies[row["policy_id"]].evaluation.closing.months)
        return standing.going_on == 0 or view.calendar.today(self._clock()) >= last

    def _half_year(self) -> tuple[date, date]:
        with self._reader.engine.connect() as connection:
            view = self._reader.directory.current(connection)
        today = view.calendar.today(self._clock())
        return period_around(view.policy_in_force(today).evaluation.opening, today)


def _progress(connection: Connection, cycle_id: str) -> tuple[CycleProgress, int]:
    """A cycle that the ledger does not know is over: the ledger was restored or replaced."""
    row = cycles.by_id(connection, cycle_id)
    if row is None:
        nothing = CycleProgress(cycle_id=cycle_id, complete=True, going_on=0, next_due=None, over=True)
        return nothing, 0
    going_on, first = cycles.next_due(connection, cycle_id)
    standing = CycleProgress(
        cycle_id=cycle_id,
        complete=bool(row["complete"]) or row["closed_at"] is not None,
        going_on=going_on,
        next_due=parse_moment(first) if first else None,
        over=row["closed_at"] is not None and going_on == 0,
    )
    return standing, int(row["version"])
