"""Cycles of evaluations in Temporal: every running one has its process, and the calendar opens new ones."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from temporalio.client import (
    Client,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.common import WorkflowIDConflictPolicy

from activities.cycle import CycleRef
from domain.evaluation_policy import Opening
from ledger.read import Reader
from projections.evaluation_cycles import running
from relay.lookout import Lookout
from relay.schedules import keep_schedule
from workflows.evaluation_cycle import EvaluationCycleOpening, EvaluationCycleProcess
from workflows.naming import cycle_workflow_id

# A process that was lost (a cluster replaced, a run terminated) comes back within this time.
TOLD_AGAIN_AFTER_SECONDS = 60.0
SCHEDULE = "evaluation-cycles"


class CycleStarter(Lookout):
    """Starts the process of each running cycle; starting one that runs changes nothing."""

    looks_every_seconds = 2.0
    sees_to = "the processes and the calendar of evaluation cycles"

    def __init__(self, reader: Reader, client: Client, task_queue: str) -> None:
        super().__init__()
        self._reader = reader
        self._client = client
        self._task_queue = task_queue
        self._told: dict[str, float] = {}
        self._scheduled: ScheduleSpec | None = None

    async def look(self) -> None:
        """See to the calendar whenever the policy says another, and to the process of each running cycle
        now and then.
        """
        wanted = await asyncio.to_thread(self._calendar)
        if wanted is not None and wanted != self._scheduled:
            await ensure_schedule(self._client, self._task_queue, wanted)
            self._scheduled = wanted
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

    def _calendar(self) -> ScheduleSpec | None:
        """When cycles are opened under the policy in force; None before any is adopted."""
        with self._reader.engine.connect() as connection:
            view = self._reader.directory.current(connection)
        if not view.policies:
            return None
        today = view.calendar.today(datetime.now(UTC))
        return opening_times(view.policy_in_force(today).evaluation.opening, view.calendar.timezone)

    def _running(self) -> list[str]:
        with self._reader.engine.connect() as connection:
            return running(connection)


def opening_times(opening: Opening, timezone: str) -> ScheduleSpec:
    """The moments at which cycles are opened, as Temporal's calendar has them."""
    each = ScheduleCalendarSpec(
        month=tuple(ScheduleRange(month) for month in sorted(opening.months)),
        day_of_month=(ScheduleRange(1),),
        hour=(ScheduleRange(opening.hour),),
    )
    return ScheduleSpec(calendars=[each], time_zone_name=timezone)


async def ensure_schedule(client: Client, task_queue: str, times: ScheduleSpec) -> None:
    """Have the calendar open a cycle at these times, and no longer at others that it was told before."""
    opening = ScheduleActionStartWorkflow(
        EvaluationCycleOpening.run, id="evaluation-cycle-opening", task_queue=task_queue
    )
    await keep_schedule(client, SCHEDULE, opening, times)
