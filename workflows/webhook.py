"""The process of a subscription to webhooks: send what is due, wait until something is, and again.

What is sent and how far it came is in the database; the process is its clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.webhooks import WebhookActivities, WebhookRef, WebhookRound
    from workflows.case import LEDGER_OUTAGE, WAITED_OUT_IN_WORKER
    from workflows.naming import ADVANCED

# A round sends for some seconds; a slow receiver may take the whole time it is given, several times.
ROUND_ENDS_WITHIN = timedelta(minutes=5)
# News that were lost are made good for after this time.
LOOKS_AGAIN_AFTER = timedelta(hours=1)
A_MOMENT = timedelta(seconds=1)


@workflow.defn
class WebhookProcess:
    """One subscription, until it is paused or ended. Started anew, it goes on where the database says."""

    @workflow.init
    def __init__(self, ref: WebhookRef) -> None:
        self._ref = ref
        self._told = 0
        self._seen = 0

    @workflow.signal(name=ADVANCED)
    def advanced(self, size: int) -> None:
        """The ledger has `size` events, and there may be something to send."""
        self._told = max(self._told, size)

    @workflow.run
    async def run(self, ref: WebhookRef) -> None:
        """The diagram."""
        done = await self._send()
        while not done.over:
            if not done.more:
                await self._until_due_or_told(done.next_due)
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(ref)
            done = await self._send()
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _send(self) -> WebhookRound:
        # What is told while it sends may have come too late for this round.
        self._seen = self._told
        return await workflow.execute_local_activity_method(
            WebhookActivities.send_waiting_events,
            self._ref,
            start_to_close_timeout=ROUND_ENDS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    async def _until_due_or_told(self, due: datetime | None) -> None:
        pause = LOOKS_AGAIN_AFTER if due is None else max(A_MOMENT, due - workflow.now())
        try:
            await workflow.wait_condition(lambda: self._told > self._seen, timeout=pause)
        except TimeoutError:
            return
