"""The hands that make a decree's signed file: pages, signature, store, record, as one step.

It may be tried again after any loss: whoever records a file first has made the decree's only one. Ids and
codes pass here, and no personal data.
"""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity


class DecreeRef(BaseModel):
    """The decree whose file a process makes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decree_id: str


class DecreeMade(DecreeRef):
    """`signed`; `void`: annulled or unknown, nothing is to be made; or `waiting`, and why."""

    state: Literal["signed", "void", "waiting"]
    why: str | None = None


class DecreeMaker(Protocol):
    """Ledger, pages and key as a decree's process sees them. A ledger that cannot be reached raises."""

    async def make(self, decree_id: str) -> DecreeMade:
        """Make and record the file, where it is still to be made."""


class DecreeActivities:
    """Activities of decrees, on one maker."""

    def __init__(self, maker: DecreeMaker) -> None:
        self._maker = maker

    @activity.defn
    async def make_decree(self, ref: DecreeRef) -> DecreeMade:
        return await self._maker.make(ref.decree_id)
