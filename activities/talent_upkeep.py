"""The hands of talent's upkeep on the ledger: place anew who has to be, remind units that are not done.

Each may be tried again after a lost answer: what is in order already changes nothing. No personal data
passes here: a surrogate id and counts only.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity


class Reached(BaseModel):
    """Up to which person everybody was looked at (in the order of their ids), and whether that is all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    last: str = ""
    complete: bool = False


class UpkeepRecorder(Protocol):
    """The ledger as the upkeep sees it. What cannot be reached raises, and is tried again later."""

    async def place_next(self, reached: Reached) -> Reached:
        """Place the next people whose placement does not hold any more."""

    async def remind_units(self) -> None:
        """Remind the units whose interval is over and in which somebody is in no box."""


class TalentUpkeepActivities:
    """Activities of the upkeep, on one recorder."""

    def __init__(self, recorder: UpkeepRecorder) -> None:
        self._recorder = recorder

    @activity.defn
    async def place_next_people(self, reached: Reached) -> Reached:
        return await self._recorder.place_next(reached)

    @activity.defn
    async def remind_units(self) -> None:
        await self._recorder.remind_units()
