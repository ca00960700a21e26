"""The daily upkeep of talent: results lapse and formulas change without anybody doing anything.

Started by the calendar. Who was placed by results that count no more is placed anew, in parts, so that
approvals come between; then units that are not done with profiling are reminded.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.talent_upkeep import Reached, TalentUpkeepActivities
    from workflows.case import LEDGER_OUTAGE, WAITED_OUT_IN_WORKER

LEDGER_ANSWERS_WITHIN = timedelta(minutes=5)


@workflow.defn
class TalentUpkeep:
    """One day's upkeep. Ended and started again, it goes on from what the ledger says."""

    @workflow.run
    async def run(self, reached: Reached) -> None:
        """The diagram."""
        while not reached.complete:
            reached = await self._place_next(reached)
            self._begin_anew_when_long(reached)
        await self._remind_units()

    async def _place_next(self, reached: Reached) -> Reached:
        return await workflow.execute_local_activity_method(
            TalentUpkeepActivities.place_next_people,
            reached,
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    async def _remind_units(self) -> None:
        await workflow.execute_local_activity_method(
            TalentUpkeepActivities.remind_units,
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    @staticmethod
    def _begin_anew_when_long(reached: Reached) -> None:
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(reached)
