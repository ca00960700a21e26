"""The clock of publications in Temporal: a schedule that starts one at every interval, and none where
nobody is to be told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.service import RPCError, RPCStatusCode

from workflows.publication import CheckpointPublication

log = logging.getLogger(__name__)

SCHEDULE = "checkpoint-publication"
LOOKS_AGAIN_EVERY_SECONDS = 60.0
# A publication that was missed is made up for by the next one.
CATCHES_UP = timedelta(minutes=1)


async def ensure_publications(
    client: Client, task_queue: str, every: timedelta | None, *, again: bool = False
) -> None:
    """Have a publication begin at every interval; None ends that. Asked `again`, a schedule that is
    there is left as it is. Raises RPCError.
    """
    if every is None:
        try:
            await client.get_schedule_handle(SCHEDULE).delete()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        return
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(CheckpointPublication.run, id=SCHEDULE, task_queue=task_queue),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCHES_UP),
    )
    try:
        await client.create_schedule(SCHEDULE, schedule, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        if again:
            return
        await client.get_schedule_handle(SCHEDULE).update(lambda _: ScheduleUpdate(schedule))


class PublicationClock:
    """Sets the schedule, and again after outages, until stopped."""

    def __init__(self, client: Client, task_queue: str, every: timedelta | None) -> None:
        self._client = client
        self._task_queue = task_queue
        self._every = every
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping.set()

    async def run(self) -> None:
        """See to the schedule now and then: a Temporal that was replaced has none."""
        again = False
        while not self._stopping.is_set():
            try:
                await ensure_publications(self._client, self._task_queue, self._every, again=again)
                again = True
            except RPCError as error:
                log.warning("the clock of publications is set later: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOKS_AGAIN_EVERY_SECONDS)
