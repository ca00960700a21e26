"""The hands of a cycle of evaluations on the ledger: open the next part, do what is due, begin a half-year.

Each may be tried again after a lost answer: the ledger goes on from what it finds. No personal data
passes here: ids, counts and moments only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity


class CycleRef(BaseModel):
    """The cycle that a process drives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cycle_id: str


class CycleProgress(CycleRef):
    """How far a cycle is: whether all its evaluations are open, how many go on, and the first moment at
    which one of them has something due. `over`: closed, and nothing goes on.
    """

    complete: bool
    going_on: int
    next_due: datetime | None
    over: bool


class CycleRecorder(Protocol):
    """The ledger as a cycle's process sees it. What cannot be reached raises, and is tried again later."""

    async def open_next(self, cycle_id: str) -> CycleProgress:
        """Open the evaluations of the next people."""

    async def advance_due(self, cycle_id: str) -> CycleProgress:
        """Do what is due in the cycle's evaluations, and close it when its time has come."""

    async def open_half_year(self) -> str:
        """Open the cycle of the half-year that runs; the same one when it is open already."""


class CycleActivities:
    """Activities of cycles, on one recorder."""

    def __init__(self, recorder: CycleRecorder) -> None:
        self._recorder = recorder

    @activity.defn
    async def open_next_evaluations(self, cycle: CycleRef) -> CycleProgress:
        return await self._recorder.open_next(cycle.cycle_id)

    @activity.defn
    async def advance_due_evaluations(self, cycle: CycleRef) -> CycleProgress:
        return await self._recorder.advance_due(cycle.cycle_id)

    @activity.defn
    async def open_half_year_cycle(self) -> str:
        return await self._recorder.open_half_year()
