"""The process of a decree's file: made and signed once, tried again for as long as key or service are away.

It is a process of its own, so that no case waits for a signing service.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.decree import DecreeActivities, DecreeMade, DecreeRef
    from workflows.case import LEDGER_OUTAGE, WAITED_OUT_IN_WORKER

# Pages take a second; a signing service is given a minute.
MADE_WITHIN = timedelta(minutes=3)
FIRST_PAUSE_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 600.0


@workflow.defn
class DecreeDocument:
    """One decree."""

    @workflow.run
    async def run(self, ref: DecreeRef) -> None:
        """The diagram."""
        in_vain = 0
        while (await self._make(ref)).state == "waiting":
            await workflow.sleep(min(FIRST_PAUSE_SECONDS * 2.0**in_vain, LONGEST_PAUSE_SECONDS))
            in_vain = min(in_vain + 1, 20)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(ref)

    async def _make(self, ref: DecreeRef) -> DecreeMade:
        return await workflow.execute_local_activity_method(
            DecreeActivities.make_decree,
            ref,
            start_to_close_timeout=MADE_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )
