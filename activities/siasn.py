"""The hands of a case at SIASN: take the connector's next step, once.

A step reads SIASN before it writes, and the ledger takes each only in order, so that it may be tried again
after any loss. Nothing personal passes here.
"""

from __future__ import annotations

from typing import Protocol

from temporalio import activity

from activities.progress import UNKNOWN, Progress, SeenAction


class SiasnTeller(Protocol):
    """Ledger and SIASN as a case's process sees them. A ledger that cannot be reached raises; a SIASN that
    cannot is told by the answer's `refusal`.
    """

    async def take_step(self, action_id: str) -> Progress | None:
        """Take the next step; None when the ledger does not know the action."""


class SiasnActivities:
    """Activities at SIASN, on one teller."""

    def __init__(self, teller: SiasnTeller) -> None:
        self._teller = teller

    @activity.defn
    async def tell_siasn(self, action: SeenAction) -> Progress:
        """Save, attach, sync, verify or undo, whichever is next."""
        return await self._teller.take_step(action.action_id) or Progress(
            action_id=action.action_id, version=0, position=0, phase=UNKNOWN, next_due=None, quiet=True
        )
