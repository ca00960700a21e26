"""Lists of rank promotions in Temporal: every list that is not over has its process, which hears when
another moment has become due.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.rank import RankListRef
from ledger.read import Reader
from projections import rank_promotions as ranks
from relay.lookout import Lookout
from workflows.naming import ADVANCED, rank_workflow_id
from workflows.rank_promotion import RankPromotionProcess

# A process that was lost (a cluster replaced, a run terminated) comes back within this time.
TOLD_AGAIN_AFTER_SECONDS = 60.0


@dataclass(frozen=True)
class _Told:
    next_due: str | None
    at: float


class RankListStarter(Lookout):
    """Starts the process of each list that is not over, and tells it when what is due has changed."""

    looks_every_seconds = 2.0
    sees_to = "the processes of rank promotion lists"

    def __init__(self, reader: Reader, client: Client, task_queue: str) -> None:
        super().__init__()
        self._reader = reader
        self._client = client
        self._task_queue = task_queue
        self._told: dict[str, _Told] = {}

    async def look(self) -> None:
        """See to the process of each list that is not over, and let those of finished lists end."""
        lists = {row["list_id"]: row for row in await asyncio.to_thread(self._running)}
        for list_id, row in lists.items():
            known = self._told.get(list_id)
            news = known is None or known.next_due != row["next_due"]
            if known is not None and not news and time.monotonic() - known.at < TOLD_AGAIN_AFTER_SECONDS:
                continue
            await self._start(list_id, row["version"], news=news)
            self._told[list_id] = _Told(row["next_due"], time.monotonic())
        for list_id in self._told.keys() - lists.keys():
            await self._end(list_id)
            del self._told[list_id]

    async def _start(self, list_id: str, version: int, *, news: bool) -> None:
        await self._client.start_workflow(
            RankPromotionProcess.run,
            RankListRef(list_id=list_id),
            id=rank_workflow_id(list_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=ADVANCED if news else None,
            start_signal_args=[version] if news else [],
        )

    async def _end(self, list_id: str) -> None:
        """Tell the process that nothing waits any more; it reads the ledger and ends."""
        version = await asyncio.to_thread(self._version, list_id)
        try:
            await self._client.get_workflow_handle(rank_workflow_id(list_id)).signal(ADVANCED, version)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    def _running(self) -> list[dict[str, Any]]:
        with self._reader.engine.connect() as connection:
            return ranks.running(connection)

    def _version(self, list_id: str) -> int:
        with self._reader.engine.connect() as connection:
            row = ranks.by_id(connection, list_id)
        return int(row["version"]) if row is not None else 0
