"""The process of a list of rank promotions: wait for its window to close, then for its first day.

People send the list, record BKN's answers and decree; the ledger takes them without this process. It
wakes when the list would lapse, when decrees take effect, and when somebody has moved such a moment.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.rank import RankActivities, RankListRef, RankProgress
    from workflows.case import LEDGER_ANSWERS_WITHIN, LEDGER_OUTAGE, WAITED_OUT_IN_WORKER
    from workflows.naming import ADVANCED

# A list may wait for people alone, for weeks; news that was lost is made good for after this time.
LOOKS_AGAIN_AFTER = timedelta(days=7)
# What stays due (the ledger's clock is behind) is asked for again after this time.
NOTHING_MOVED = timedelta(minutes=1)


@workflow.defn
class RankPromotionProcess:
    """One list. Started at any point of it, it goes on from what the ledger says."""

    @workflow.init
    def __init__(self, ref: RankListRef) -> None:
        self._ref = ref
        self._told = 0
        self._seen = 0

    @workflow.signal(name=ADVANCED)
    def advanced(self, version: int) -> None:
        """The list is at `version` of its stream, and something else is due."""
        self._told = max(self._told, version)

    @workflow.run
    async def run(self, ref: RankListRef) -> None:
        """The diagram."""
        standing = await self._advance()
        while not standing.over:
            await self._until_due_or_told(standing.next_due)
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(ref)
            standing = await self._advance()
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _advance(self) -> RankProgress:
        told = self._told
        standing = await workflow.execute_local_activity_method(
            RankActivities.advance_rank_list,
            self._ref,
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )
        # What was told before the question is in the answer.
        self._seen = max(standing.version, told)
        return standing

    async def _until_due_or_told(self, due: datetime | None) -> None:
        pause = LOOKS_AGAIN_AFTER if due is None else due - workflow.now()
        if pause <= timedelta():
            pause = NOTHING_MOVED
        try:
            await workflow.wait_condition(lambda: self._told > self._seen, timeout=pause)
        except TimeoutError:
            return
