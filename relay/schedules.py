"""Schedules in Temporal: what the calendar starts, kept as the policy says."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)

CATCHES_UP = timedelta(days=30)


async def keep_schedule(
    client: Client, name: str, begins: ScheduleActionStartWorkflow, times: ScheduleSpec
) -> None:
    """Have the calendar start `begins` at these times, and no longer at others that it was told before."""
    schedule = Schedule(
        action=begins,
        spec=times,
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCHES_UP),
    )
    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(
            lambda known: None if _same(known.description.schedule, schedule) else ScheduleUpdate(schedule)
        )


def _same(known: Schedule, wanted: Schedule) -> bool:
    """Whether two schedules start the same at the same times; Temporal fills in what is left out."""
    return _told(known) == _told(wanted)


def _told(schedule: Schedule) -> tuple[object, ...]:
    starts = [
        tuple(
            tuple((r.start, r.end) for r in ranges) for ranges in (each.month, each.day_of_month, each.hour)
        )
        for each in schedule.spec.calendars
    ]
    action, policy = schedule.action, schedule.policy
    queue = action.task_queue if isinstance(action, ScheduleActionStartWorkflow) else None
    return starts, schedule.spec.time_zone_name, queue, policy.overlap, policy.catchup_window
