"""The hands of a cycle of evaluations: open the next part, begin its processes, close, begin a half-year.

Each may be tried again after a lost answer: it goes on from what it finds. No personal data passes here:
ids and moments only.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.exceptions import ApplicationError

# More than a workflow waits for inside its worker (workflows.case.WAITED_OUT_IN_WORKER).
ANOTHER_GOES_ON_AFTER = timedelta(seconds=6)


class CycleRef(BaseModel):
    """The cycle that a process drives. `begun_to`: the last person, in the order of ids, whose evaluation
    was given its process; empty before the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    cycle_id: str
    begun_to: str = ""


class CycleProgress(CycleRef):
    """How far a cycle is. `complete`: all its evaluations are open and have their processes. `over`: it is
    closed, and none of them goes on.
    """

    complete: bool
    over: bool


class CycleRecorder(Protocol):
    """Ledger and Temporal as a cycle's process sees them. What cannot be reached raises, and is tried again
    later.
    """

    async def open_next(self, cycle: CycleRef) -> CycleProgress:
        """Open the evaluations of the next people, unless some that are open wait for their processes."""

    async def begin_next(self, cycle: CycleRef) -> CycleProgress:
        """Begin the processes of the next open evaluations, and wait until they keep their timers."""

    async def close_when_over(self, cycle: CycleRef) -> CycleProgress:
        """Close the cycle when its time has come."""

    async def open_half_year(self) -> str:
        """Open the cycle of the half-year that runs; the same one when it is open already."""


class CycleActivities:
    """Activities of cycles, on one recorder."""

    def __init__(self, recorder: CycleRecorder) -> None:
        self._recorder = recorder

    @activity.defn
    async def open_next_evaluations(self, cycle: CycleRef) -> CycleProgress:
        return await self._recorder.open_next(cycle)

    @activity.defn
    async def begin_next_processes(self, cycle: CycleRef) -> CycleProgress:
        """A worker that is about to end begins nobody's process, and waits for none: another goes on."""
        beginning = asyncio.ensure_future(self._recorder.begin_next(cycle))
        leaving = asyncio.ensure_future(activity.wait_for_worker_shutdown())
        await asyncio.wait((beginning, leaving), return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if beginning.done():
            return await beginning
        beginning.cancel()
        raise ApplicationError("this worker ends", next_retry_delay=ANOTHER_GOES_ON_AFTER)

    @activity.defn
    async def close_cycle_when_over(self, cycle: CycleRef) -> CycleProgress:
        return await self._recorder.close_when_over(cycle)

    @activity.defn
    async def open_half_year_cycle(self) -> str:
        return await self._recorder.open_half_year()
