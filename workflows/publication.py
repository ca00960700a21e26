"""The process that brings a checkpoint out of the house: cosigned, stamped, recorded, delivered."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.publication import (
        CheckpointToPublish,
        Delivery,
        Obtained,
        PublicationActivities,
        WitnessAnswer,
        WitnessRequest,
    )
    from workflows.case import LEDGER_ANSWERS_WITHIN, LEDGER_OUTAGE, WAITED_OUT_IN_WORKER

# The first request of a worker to a witness may read the leaves of the whole ledger once.
OUTSIDE_ANSWERS_WITHIN = timedelta(minutes=2)
# Whoever does not answer soon is left out this time: the next checkpoint covers this one.
A_FEW_TIMES = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=3.0, maximum_attempts=4)
# A local activity's last failure comes bare, or wrapped as a remote one's.
GAVE_UP = (ActivityError, ApplicationError)
# Somebody waits for what is delivered: half an hour or so, then the next one serves.
MANY_TIMES = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
    maximum_attempts=14,
)


@workflow.defn
class CheckpointPublication:
    """One checkpoint. Started by the clock; a checkpoint that nobody needs is not published."""

    @workflow.run
    async def run(self) -> tuple[str, ...]:
        """The diagram. What could not be done is answered by name."""
        checkpoint = await self._newest()
        if checkpoint is None:
            return ()
        answers = await asyncio.gather(*(self._ask(checkpoint, name) for name in checkpoint.witnesses))
        timestamp = await self._stamped(checkpoint) if checkpoint.stamped else None
        await self._record(checkpoint, tuple(answers), timestamp)
        delivered = await asyncio.gather(*(self._deliver(checkpoint, to) for to in checkpoint.destinations))
        lacking = [answer.witness for answer in answers if answer.line is None]
        undelivered = [to for to, done in zip(checkpoint.destinations, delivered, strict=True) if not done]
        return (*lacking, *(["timestamp"] if checkpoint.stamped and timestamp is None else []), *undelivered)

    async def _newest(self) -> CheckpointToPublish | None:
        return await workflow.execute_local_activity_method(
            PublicationActivities.find_checkpoint_to_publish,
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    async def _ask(self, checkpoint: CheckpointToPublish, witness: str) -> WitnessAnswer:
        try:
            return await workflow.execute_local_activity_method(
                PublicationActivities.ask_witness,
                WitnessRequest(size=checkpoint.size, witness=witness),
                start_to_close_timeout=OUTSIDE_ANSWERS_WITHIN,
                retry_policy=A_FEW_TIMES,
                local_retry_threshold=WAITED_OUT_IN_WORKER,
            )
        except GAVE_UP:
            workflow.logger.warning("the witness %s did not cosign size %d", witness, checkpoint.size)
            return WitnessAnswer(witness=witness)

    async def _stamped(self, checkpoint: CheckpointToPublish) -> str | None:
        try:
            return await workflow.execute_local_activity_method(
                PublicationActivities.stamp_checkpoint,
                checkpoint,
                start_to_close_timeout=OUTSIDE_ANSWERS_WITHIN,
                retry_policy=A_FEW_TIMES,
                local_retry_threshold=WAITED_OUT_IN_WORKER,
            )
        except GAVE_UP:
            workflow.logger.warning("size %d has no timestamp", checkpoint.size)
            return None

    async def _record(
        self, checkpoint: CheckpointToPublish, answers: tuple[WitnessAnswer, ...], timestamp: str | None
    ) -> None:
        await workflow.execute_local_activity_method(
            PublicationActivities.record_publication,
            Obtained(size=checkpoint.size, root=checkpoint.root, answers=answers, timestamp=timestamp),
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    async def _deliver(self, checkpoint: CheckpointToPublish, destination: str) -> bool:
        try:
            await workflow.execute_local_activity_method(
                PublicationActivities.deliver_checkpoint,
                Delivery(size=checkpoint.size, destination=destination),
                start_to_close_timeout=OUTSIDE_ANSWERS_WITHIN,
                retry_policy=MANY_TIMES,
                local_retry_threshold=WAITED_OUT_IN_WORKER,
            )
        except GAVE_UP:
            workflow.logger.warning("size %d was not delivered to %s", checkpoint.size, destination)
            return False
        return True
