"""The worker's hand on batches that wait: part by part, one process at a batch, until told to stop."""

from __future__ import annotations

import asyncio
import logging

from inbound.batch_runner import BatchRunner
from relay.lookout import Lookout

log = logging.getLogger(__name__)


class WaitingBatches(Lookout):
    """Works through what the API has taken in. A part that fails is tried again: nothing begins twice."""

    looks_every_seconds = 2.0
    sees_to = "batches of requests"

    def __init__(self, runner: BatchRunner) -> None:
        super().__init__()
        self._runner = runner

    async def look(self) -> None:
        """Do what waits."""
        try:
            while not self._stopping.is_set() and await asyncio.to_thread(self._runner.run_waiting):
                pass
        except Exception:
            # Whatever it is, the worker's other parts go on; the batch rests a while and others come first.
            log.exception("a part of a batch could not be done and is tried again later")
