"""Cycles of evaluations in Temporal: every running one has its process, and the calendar opens new ones."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from activities.cycle import CycleRef
from ledger.read import Reader
from projections.evaluation_cycles import running
from workflows.evaluation_cycle import EvaluationCycleOpening, EvaluationCycleProcess
from workflows.naming import cycle_workflow_id

log = logging.getLogger(__name__)

LOOKS_EVERY_SECONDS = 2.0
# A process that was lost (a cluster replaced, a run terminated) comes back within this time.
TOLD_AGAIN_AFTER_SECONDS = 60.0
SCHEDULE = "evaluation-cycles"
# First days of the half-years, six in the morning.
CALENDAR = ScheduleCalendarSpec(
    month=(ScheduleRange(1), ScheduleRange(7)),
    day_of_month=(ScheduleRange(1),),
    hour=(ScheduleRange(6),),
)
CATCHES_UP = timedelta(days=30)


class CycleStarter:
    """Starts the process of each running cycle; starting one that runs changes nothing."""

    def __init__(self, reader: Reader, client: Client, task_queue: str) -> None:
        self._reader = reader
        self._client = client
        self._task_queue = task_queue
        self._told: dict[str, float] = {}
        self._stopping = asyncio.Event()
        self._scheduled = False

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping.set()

    async def run(self) -> None:
        """Look for running cycles until stopped. Outages of ledger and Temporal are waited out."""
        while not self._stopping.is_set():
            try:
                await self.look()
            except (SQLAlchemyError, RPCError) as error:
                log.warning("cycles are looked for later: %s", type(error).__name__)
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOKS_EVERY_SECONDS)
            except TimeoutError:
                continue

    async def look(self) -> None:
        """See to the calendar once, and to the process of each running cycle now and then."""
        if not self._scheduled:
            await ensure_schedule(self._client, self._task_queue)
            self._scheduled = True
        for cycle_id in await asyncio.to_thread(self._running):
            if time.monotonic() - self._told.get(cycle_id, float("-inf")) < TOLD_AGAIN_AFTER_SECONDS:
                continue
            await self._client.start_workflow(
                EvaluationCycleProcess.run,
                CycleRef(cycle_id=cycle_id),
                id=cycle_workflow_id(cycle_id),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
            self._told[cycle_id] = time.monotonic()

    def _running(self) -> list[str]:
        with self._reader.engine.connect() as connection:
            return running(connection)


async def ensure_schedule(client: Client, task_queue: str) -> None:
    """Have the calendar open a cycle every six months; one that stands already stays as it is."""
    opening = ScheduleActionStartWorkflow(
        EvaluationCycleOpening.run, id="evaluation-cycle-opening", task_queue=task_queue
    )
    schedule = Schedule(
        action=opening,
        spec=ScheduleSpec(calendars=[CALENDAR], time_zone_name="Asia/Jakarta"),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCHES_UP),
    )
    try:
        await client.create_schedule(SCHEDULE, schedule)
    except ScheduleAlreadyRunningError:
        return
