"""The clock of publications in Temporal: a schedule that starts one at every interval, and none where
nobody is to be told.
"""

from __future__ import annotations

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

from relay.lookout import Lookout
from workflows.publication import CheckpointPublication

SCHEDULE = "checkpoint-publication"
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


class PublicationClock(Lookout):
    """Sets the schedule, and now and then again: a Temporal that was replaced has none."""

    looks_every_seconds = 60.0
    sees_to = "the clock of publications"

    def __init__(self, client: Client, task_queue: str, every: timedelta | None) -> None:
        super().__init__()
        self._client = client
        self._task_queue = task_queue
        self._every = every
        self._again = False

    async def look(self) -> None:
        await ensure_publications(self._client, self._task_queue, self._every, again=self._again)
        self._again = True
