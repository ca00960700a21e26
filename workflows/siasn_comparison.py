"""The nightly comparison of the register with SIASN. Started by the calendar, in parts of some people.

A SIASN that is away all night ends it: the next night begins anew, and nothing that was found is lost.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.siasn import Compared, SiasnActivities
    from workflows.case import WAITED_OUT_IN_WORKER

PART_WITHIN = timedelta(minutes=30)
# From half a minute to half an hour: some five hours in all.
AWAY = RetryPolicy(
    initial_interval=timedelta(seconds=30),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=30),
    maximum_attempts=15,
)


@workflow.defn
class SiasnComparison:
    """One night's comparison. Ended and started again, it goes on from whom it has reached."""

    @workflow.run
    async def run(self, compared: Compared) -> None:
        """The diagram."""
        while not compared.complete:
            compared = await self._compare_next(compared)
            self._begin_anew_when_long(compared)

    async def _compare_next(self, compared: Compared) -> Compared:
        return await workflow.execute_local_activity_method(
            SiasnActivities.compare_next_people,
            compared,
            start_to_close_timeout=PART_WITHIN,
            retry_policy=AWAY,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )

    @staticmethod
    def _begin_anew_when_long(compared: Compared) -> None:
        if not compared.complete and workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(compared)
