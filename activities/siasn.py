"""The hands of a case at SIASN: take the connector's next step, once.

A step reads SIASN before it writes, and the ledger takes each only in order, so that it may be tried again
after any loss. Nothing personal passes here.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from activities.progress import UNKNOWN, Progress, SeenAction


class SiasnTeller(Protocol):
    """Ledger and SIASN as a case's process sees them. A ledger that cannot be reached raises; a SIASN that
    cannot is told by the answer's `refusal`.
    """

    async def take_step(self, action_id: str) -> Progress | None:
        """Take the next step; None when the ledger does not know the action."""


class Compared(BaseModel):
    """Up to which person everybody was compared (in the order of their ids), and whether that is all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    last: str = ""
    complete: bool = False


class SiasnComparer(Protocol):
    """Ledger and SIASN as the nightly comparison sees them. What cannot be reached raises."""

    async def compare_next(self, compared: Compared) -> Compared:
        """Compare the next people and record where the two differ."""


class SiasnActivities:
    """Activities at SIASN, on one teller and one comparer."""

    def __init__(self, teller: SiasnTeller, comparer: SiasnComparer) -> None:
        self._teller = teller
        self._comparer = comparer

    @activity.defn
    async def compare_next_people(self, compared: Compared) -> Compared:
        return await self._comparer.compare_next(compared)

    @activity.defn
    async def tell_siasn(self, action: SeenAction) -> Progress:
        """Save, attach, sync, verify or undo, whichever is next."""
        return await self._teller.take_step(action.action_id) or Progress(
            action_id=action.action_id, version=0, position=0, phase=UNKNOWN, next_due=None, quiet=True
        )
