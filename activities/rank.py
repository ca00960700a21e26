"""The hand of a list of rank promotions on the ledger: do what is due.

It may be tried again after a lost answer. No personal data passes here: ids and moments only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity


class RankListRef(BaseModel):
    """The list that a process drives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    list_id: str


class RankProgress(RankListRef):
    """How far a list is: the version of its stream, when something is due if nobody acts before, and
    whether nothing waits any more.
    """

    version: int
    next_due: datetime | None
    over: bool


class RankRecorder(Protocol):
    """The ledger as a list's process sees it. What cannot be reached raises, and is tried again later."""

    async def advance(self, list_id: str) -> RankProgress:
        """Let the list lapse or its decrees take effect, if it is time."""


class RankActivities:
    """Activities of lists of rank promotions, on one recorder."""

    def __init__(self, recorder: RankRecorder) -> None:
        self._recorder = recorder

    @activity.defn
    async def advance_rank_list(self, ref: RankListRef) -> RankProgress:
        return await self._recorder.advance(ref.list_id)
