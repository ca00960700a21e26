"""The process of a cycle of evaluations: open everybody's, keep all their deadlines, close.

The evaluations of a cycle have no process of their own. Nine thousand people would be nine thousand
timers that mostly wait for the same days; one process keeps one timer for all of them, however many.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.cycle import CycleActivities, CycleProgress, CycleRef
    from workflows.case import LEDGER_OUTAGE, WAITED_OUT_IN_WORKER

# A hundred people, or two hundred overdue evaluations, take a second or two; a whole agency's may be due.
LEDGER_ANSWERS_WITHIN = timedelta(minutes=10)
# People's decisions move deadlines without telling this process: it looks again at least so often, which
# is how late a reminder of a cycle may be.
LOOKS_AGAIN_AFTER = timedelta(hours=1)
SHORTEST_PAUSE = timedelta(seconds=1)
NOTHING_MOVED = timedelta(minutes=1)


@workflow.defn
class EvaluationCycleProcess:
    """One cycle. Started at any point of it, it goes on from what the ledger says."""

    @workflow.run
    async def run(self, cycle: CycleRef) -> None:
        """The diagram."""
        while not (await self._open_next(cycle)).complete:
            self._begin_anew_when_long(cycle)
        standing = await self._advance(cycle)
        while not standing.over:
            await self._until_due(standing.next_due)
            self._begin_anew_when_long(cycle)
            standing = await self._advance(cycle)

    async def _open_next(self, cycle: CycleRef) -> CycleProgress:
        return await workflow.execute_local_activity_method(
            CycleActivities.open_next_evaluations,
            cycle,
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    async def _advance(self, cycle: CycleRef) -> CycleProgress:
        return await workflow.execute_local_activity_method(
            CycleActivities.advance_due_evaluations,
            cycle,
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    async def _until_due(self, due: datetime | None) -> None:
        """Sleep until something is due, an hour at the longest. What stays due (the ledger refused it, or
        its clock is behind) is asked for again after a minute.
        """
        pause = LOOKS_AGAIN_AFTER if due is None else min(due - workflow.now(), LOOKS_AGAIN_AFTER)
        if pause <= timedelta(0):
            pause = NOTHING_MOVED
        await workflow.sleep(max(pause, SHORTEST_PAUSE))

    @staticmethod
    def _begin_anew_when_long(cycle: CycleRef) -> None:
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(cycle)


@workflow.defn
class EvaluationCycleOpening:
    """Begins the half-year's cycle; started by the calendar. The cycle's own process takes it from there."""

    @workflow.run
    async def run(self) -> str:
        """The id of the cycle."""
        return await workflow.execute_local_activity_method(
            CycleActivities.open_half_year_cycle,
            start_to_close_timeout=LEDGER_ANSWERS_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )
