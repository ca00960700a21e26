"""Decrees in Temporal: each that has its number and no signed file yet has a process that makes it."""

from __future__ import annotations

import asyncio
import time

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.decree import DecreeRef
from ledger.read import Reader
from projections import decree_files
from relay.lookout import Lookout
from workflows.decree_document import DecreeDocument
from workflows.naming import decree_workflow_id

# A list of rank promotions is decreed by the hundred: some at a time, so that a worker has hands for cases.
AT_ONCE = 20
# A process that was lost (a cluster replaced, a run terminated) comes back within this time.
STARTED_AGAIN_AFTER_SECONDS = 60.0


class DecreeStarter(Lookout):
    """Starts the process of each decree that waits for its file, oldest first."""

    looks_every_seconds = 2.0
    sees_to = "the signed files of decrees"

    def __init__(self, reader: Reader, client: Client, task_queue: str) -> None:
        super().__init__()
        self._reader = reader
        self._client = client
        self._task_queue = task_queue
        self._started: dict[str, float] = {}

    async def look(self) -> None:
        waiting = await asyncio.to_thread(self._waiting)
        self._started = {known: at for known, at in self._started.items() if known in waiting}
        now = time.monotonic()
        for decree_id in waiting:
            started = self._started.get(decree_id)
            if started is None or now - started > STARTED_AGAIN_AFTER_SECONDS:
                await self._start(decree_id)
                self._started[decree_id] = now

    async def _start(self, decree_id: str) -> None:
        await self._client.start_workflow(
            DecreeDocument.run,
            DecreeRef(decree_id=decree_id),
            id=decree_workflow_id(decree_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )

    def _waiting(self) -> list[str]:
        with self._reader.engine.connect() as connection:
            return decree_files.pending(connection, AT_ONCE)
