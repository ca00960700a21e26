"""Subscriptions to webhooks in Temporal: each that runs has its process, which hears of more to send."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.webhooks import WebhookRef
from ledger.read import Reader, size
from projections import outgoing_events, webhooks
from relay.lookout import Lookout
from workflows.naming import ADVANCED, webhook_workflow_id
from workflows.webhook import WebhookProcess

# A process that was lost (a cluster replaced, a run terminated) comes back within this time.
TOLD_AGAIN_AFTER_SECONDS = 60.0


@dataclass(frozen=True)
class _Told:
    version: int
    at: float


class WebhookStarter(Lookout):
    """Starts the process of each running subscription, and tells all of them of outgoing events."""

    looks_every_seconds = 1.0
    sees_to = "the processes of webhooks"

    def __init__(self, reader: Reader, client: Client, task_queue: str) -> None:
        super().__init__()
        self._reader = reader
        self._client = client
        self._task_queue = task_queue
        self._told: dict[str, _Told] = {}
        self._size = 0

    async def look(self) -> None:
        """See to every running subscription once."""
        known, news, running = await asyncio.to_thread(self._read)
        for subscription_id, version in running.items():
            last = self._told.get(subscription_id)
            changed = last is None or last.version != version
            if news or changed:
                await self._start(subscription_id, known)
            elif last is not None and time.monotonic() - last.at >= TOLD_AGAIN_AFTER_SECONDS:
                await self._start(subscription_id, None)
            else:
                continue
            self._told[subscription_id] = _Told(version, time.monotonic())
        for subscription_id in self._told.keys() - running.keys():
            del self._told[subscription_id]
        self._size = known

    async def _start(self, subscription_id: str, told: int | None) -> None:
        await self._client.start_workflow(
            WebhookProcess.run,
            WebhookRef(subscription_id=subscription_id),
            id=webhook_workflow_id(subscription_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=None if told is None else ADVANCED,
            start_signal_args=[] if told is None else [told],
        )

    def _read(self) -> tuple[int, bool, dict[str, int]]:
        with self._reader.engine.connect() as connection:
            running = {
                row["subscription_id"]: row["version"]
                for row in webhooks.in_state(connection, webhooks.ACTIVE)
            }
            known = size(connection)
            news = bool(running) and outgoing_events.first_since(connection, self._size, known) is not None
        return known, news, running
