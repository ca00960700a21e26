"""Ledger and Temporal as the activities of a cycle reach them."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from datetime import date, datetime

from activities.cycle import CycleProgress, CycleRef
from activities.progress import Progress
from domain.calendar import months_after
from domain.errors import AlreadyExists
from domain.evaluation_commands import CloseEvaluationCycle, OpenEvaluationCycle, OpenEvaluations
from domain.evaluation_dates import period_around
from domain.identity import SYSTEM
from domain.policy import Kind
from ledger.append import Ledger
from ledger.read import Reader
from ledger.record import parse_moment
from projections import evaluation_cycles as cycles
from relay.process import ProcessCaller
from relay.recorder import progress_of

log = logging.getLogger(__name__)

# So many people at a commit, and so many processes that Temporal has to begin before the next are opened.
PART = 100
# So many of them are asked for at a time: approvals by people are to find a processor free.
IN_FLIGHT = 4
# Temporal serves what waits in order: when the last process of a part waits for its timer, so do the
# others. If it does not come to it (its code fails) the next part is opened after this time all the same.
BEGUN_WITHIN_SECONDS = 60.0
LOOKS_EVERY_SECONDS = 0.1
NAMESPACE = uuid.UUID("6a656e6a-616e-4700-8000-7369636c7573")


class LedgerCycleRecorder:
    """Satisfies `activities.cycle.CycleRecorder` with this process's writer and reader, and Temporal."""

    def __init__(
        self, ledger: Ledger, reader: Reader, clock: Callable[[], datetime], processes: ProcessCaller
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._clock = clock
        self._processes = processes

    async def open_next(self, cycle: CycleRef) -> CycleProgress:
        standing, version, waiting = await asyncio.to_thread(self._read, cycle)
        if version and not waiting and not standing.complete:
            command = OpenEvaluations(
                command_id=str(uuid.uuid5(uuid.UUID(cycle.cycle_id), f"open/{version}")),
                actor=SYSTEM,
                cycle_id=cycle.cycle_id,
                limit=PART,
            )
            await asyncio.wrap_future(self._ledger.submit(command))
        return standing

    async def begin_next(self, cycle: CycleRef) -> CycleProgress:
        """A process that runs already is left alone, so that a cycle whose processes were lost gets back
        those that are missing.
        """
        _, _, waiting = await asyncio.to_thread(self._read, cycle)
        room = asyncio.Semaphore(IN_FLIGHT)

        async def begin(progress: Progress) -> None:
            async with room:
                await self._processes.begin(progress, Kind.EVALUATION)

        await asyncio.gather(*(begin(progress) for progress in waiting.values()))
        if not waiting:
            return (await asyncio.to_thread(self._read, cycle))[0]
        last = max(waiting)
        await self._until_begun(waiting[last].action_id)
        # The relay told an end that came before its process to nobody.
        _, _, going_on = await asyncio.to_thread(self._read, cycle)
        for person in waiting.keys() - going_on.keys():
            await self._processes.end(waiting[person].action_id, waiting[person].position)
        reached = CycleRef(cycle_id=cycle.cycle_id, begun_to=last)
        return (await asyncio.to_thread(self._read, reached))[0]

    async def close_when_over(self, cycle: CycleRef) -> CycleProgress:
        standing, version, _ = await asyncio.to_thread(self._read, cycle)
        if await asyncio.to_thread(self._is_to_close, cycle.cycle_id):
            command_id = str(uuid.uuid5(uuid.UUID(cycle.cycle_id), f"close/{version}"))
            closing = CloseEvaluationCycle(command_id=command_id, actor=SYSTEM, cycle_id=cycle.cycle_id)
            await asyncio.wrap_future(self._ledger.submit(closing))
            standing, _, _ = await asyncio.to_thread(self._read, cycle)
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

    async def _until_begun(self, action_id: str) -> None:
        waited = 0.0
        while not await self._processes.has_begun(action_id):
            if waited >= BEGUN_WITHIN_SECONDS:
                log.warning("the process of %s has not begun yet", action_id)
                return
            await asyncio.sleep(LOOKS_EVERY_SECONDS)
            waited += LOOKS_EVERY_SECONDS

    def _read(self, cycle: CycleRef) -> tuple[CycleProgress, int, dict[str, Progress]]:
        """How far the cycle is, the version of its stream, and the next evaluations that wait for their
        process, by person. A cycle that the ledger does not know is over: it was restored or replaced.
        """
        with self._reader.engine.connect() as connection:
            row = cycles.by_id(connection, cycle.cycle_id)
            if row is None:
                return _standing(cycle, complete=True, over=True), 0, {}
            subjects = cycles.going_on_after(connection, cycle.cycle_id, cycle.begun_to, PART)
            found = progress_of(connection, list(subjects.values()))
            going_on = cycles.going_on(connection, cycle.cycle_id)
        by_id = {progress.action_id: progress for progress in found}
        waiting = {person: by_id[action_id] for person, action_id in subjects.items()}
        complete = bool(row["complete"]) and not waiting
        over = row["closed_at"] is not None and going_on == 0
        return _standing(cycle, complete=complete, over=over), int(row["version"]), waiting

    def _is_to_close(self, cycle_id: str) -> bool:
        """When everybody's evaluation has ended, or the time that the policy gives the cycle is over."""
        with self._reader.engine.connect() as connection:
            row = cycles.by_id(connection, cycle_id)
            going_on = cycles.going_on(connection, cycle_id)
            view = self._reader.directory.current(connection)
        if row is None or row["closed_at"] is not None or not row["complete"]:
            return False
        opened = view.calendar.today(parse_moment(row["opened_at"]))
        last = months_after(opened, view.policies[row["policy_id"]].evaluation.closing.months)
        return going_on == 0 or view.calendar.today(self._clock()) >= last

    def _half_year(self) -> tuple[date, date]:
        with self._reader.engine.connect() as connection:
            view = self._reader.directory.current(connection)
        today = view.calendar.today(self._clock())
        return period_around(view.policy_in_force(today).evaluation.opening, today)


def _standing(cycle: CycleRef, *, complete: bool, over: bool) -> CycleProgress:
    return CycleProgress(**cycle.model_dump(), complete=complete, over=over)
