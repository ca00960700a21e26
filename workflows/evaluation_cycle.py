"""The process of a cycle of evaluations: open everybody's, give each its own process, close.

Every evaluation keeps its own time (`workflows/evaluation.py`). The cycle opens them in the ledger part by
part, and the next part only when the processes of the last one keep their timers: however many people there
are, Temporal never has more than one part waiting to be begun.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.cycle import CycleActivities, CycleProgress, CycleRef
    from workflows.case import LEDGER_OUTAGE, WAITED_OUT_IN_WORKER

# A part takes seconds where the machine is idle.
PART_IS_DONE_WITHIN = timedelta(minutes=10)
# Nobody tells this process that the last evaluation has ended, or that an officer has closed the cycle.
LOOKS_AGAIN_AFTER = timedelta(hours=1)


@workflow.defn
class EvaluationCycleProcess:
    """One cycle. Started at any point of it, it goes on from what the ledger says."""

    @workflow.run
    async def run(self, cycle: CycleRef) -> None:
        """The diagram."""
        cycle = await self._open_everybodys(cycle)
        while not (await self._ask(CycleActivities.close_cycle_when_over, cycle)).over:
            await workflow.sleep(LOOKS_AGAIN_AFTER)
            self._begin_anew_when_long(cycle)

    async def _open_everybodys(self, cycle: CycleRef) -> CycleRef:
        complete = False
        while not complete:
            await self._ask(CycleActivities.open_next_evaluations, cycle)
            reached = await self._ask(CycleActivities.begin_next_processes, cycle)
            cycle, complete = CycleRef(cycle_id=cycle.cycle_id, begun_to=reached.begun_to), reached.complete
            self._begin_anew_when_long(cycle)
        return cycle

    @staticmethod
    async def _ask(
        what: Callable[[Any, CycleRef], Awaitable[CycleProgress]], cycle: CycleRef
    ) -> CycleProgress:
        return await workflow.execute_local_activity_method(
            what,
            cycle,
            start_to_close_timeout=PART_IS_DONE_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

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
            start_to_close_timeout=PART_IS_DONE_WITHIN,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )
