"""Telling a process in Temporal that its action has moved; the process is started where it is missing."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.progress import ActionRef, Progress
from domain.policy import Kind
from workflows.naming import ADVANCED, workflow_id
from workflows.processes import PROCESS_OF_KIND

TEMPORAL_ANSWERS_WITHIN = timedelta(seconds=10)


class ProcessCaller:
    """Reaches the processes of personnel actions on one task queue. Raises RPCError."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def wake(self, action_id: str, position: int, kind: Kind) -> None:
        """Tell the process of an event at `position`; start the process of that kind if none runs."""
        await self._client.start_workflow(
            PROCESS_OF_KIND[kind].__name__,
            ActionRef(action_id=action_id),
            id=workflow_id(action_id),
            task_queue=self._task_queue,
            start_signal=ADVANCED,
            start_signal_args=[position],
            rpc_timeout=TEMPORAL_ANSWERS_WITHIN,
        )

    async def begin(self, progress: Progress, kind: Kind) -> None:
        """Start the process of that kind on an action that is so far; one that runs already is left alone."""
        await self._client.start_workflow(
            PROCESS_OF_KIND[kind].__name__,
            ActionRef(action_id=progress.action_id, progress=progress),
            id=workflow_id(progress.action_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            rpc_timeout=TEMPORAL_ANSWERS_WITHIN,
        )

    async def has_begun(self, action_id: str) -> bool:
        """Whether the process has done what it was started or told for, and waits."""
        handle = self._client.get_workflow_handle(workflow_id(action_id))
        described = await handle.describe(rpc_timeout=TEMPORAL_ANSWERS_WITHIN)
        return not described.raw_description.HasField("pending_workflow_task")

    async def end(self, action_id: str, position: int) -> None:
        """Tell the process, if it runs, of the event at `position` that ended its action."""
        try:
            await self._client.get_workflow_handle(workflow_id(action_id)).signal(
                ADVANCED, position, rpc_timeout=TEMPORAL_ANSWERS_WITHIN
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def is_reachable(self) -> bool:
        """Whether Temporal answers at all."""
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=3))
        except RPCError:
            return False
