"""Looking again and again whether Temporal has what it should have."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod

from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

log = logging.getLogger(__name__)


class Lookout(ABC):
    """Looks every `looks_every_seconds` until stopped. Outages of ledger and Temporal are waited out; the
    log then says that what `sees_to` names comes later.
    """

    looks_every_seconds: float
    sees_to: str

    def __init__(self) -> None:
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.look()
            except (SQLAlchemyError, RPCError) as error:
                log.warning("later: %s (%s)", self.sees_to, type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self.looks_every_seconds)

    @abstractmethod
    async def look(self) -> None:
        """See to it once. What is in order already stays as it is."""
