"""The calendar of the comparison with SIASN: every night at the hour that the policy names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from temporalio.client import (
    Client,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleRange,
    ScheduleSpec,
)

from activities.siasn import Compared
from ledger.read import Reader
from relay.lookout import Lookout
from relay.schedules import keep_schedule
from workflows.siasn_comparison import SiasnComparison

SCHEDULE = "siasn-comparison"


class SiasnCalendar(Lookout):
    """Keeps the schedule as the policy in force says, where a connector is at work."""

    looks_every_seconds = 30.0
    sees_to = "the calendar of the comparison with SIASN"

    def __init__(
        self,
        reader: Reader,
        client: Client,
        task_queue: str,
        clock: Callable[[], datetime],
        *,
        connected: bool,
    ) -> None:
        super().__init__()
        self._reader = reader
        self._client = client
        self._task_queue = task_queue
        self._clock = clock
        self._connected = connected
        self._scheduled: ScheduleSpec | None = None

    async def look(self) -> None:
        """See to the schedule where the policy says another hour than before."""
        wanted = await asyncio.to_thread(self._times) if self._connected else None
        if wanted is None or wanted == self._scheduled:
            return
        begins = ScheduleActionStartWorkflow(
            SiasnComparison.run, Compared(), id=SCHEDULE, task_queue=self._task_queue
        )
        await keep_schedule(self._client, SCHEDULE, begins, wanted)
        self._scheduled = wanted

    def _times(self) -> ScheduleSpec | None:
        """When it begins under the policy in force; None before any is adopted."""
        with self._reader.engine.connect() as connection:
            view = self._reader.directory.current(connection)
        if not view.policies:
            return None
        policy = view.policy_in_force(view.calendar.today(self._clock()))
        each = ScheduleCalendarSpec(hour=(ScheduleRange(policy.write_back.compares_at_hour),))
        return ScheduleSpec(calendars=[each], time_zone_name=view.calendar.timezone)
