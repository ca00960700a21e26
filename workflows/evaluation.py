"""The process of an evaluation: plan, rating, calibration, receipt, objection, record; and a follow-up."""

from __future__ import annotations

from enum import IntEnum

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.progress import ActionRef
    from workflows.case import CaseProcess


class Stage(IntEnum):
    """The process diagram's stages, in order. A follow-up has those from IMPROVEMENT on."""

    PLAN = 1
    RATING = 2
    CALIBRATION = 3
    DELIVERY = 4
    OBJECTION = 5
    RECORD = 6
    IMPROVEMENT = 7
    RETEST = 8
    FOLLOW_UP = 9
    DISMISSAL_PROPOSAL = 10


STAGE_OF_PHASE = {
    "rating": Stage.RATING,
    "calibration": Stage.CALIBRATION,
    "delivery": Stage.DELIVERY,
    "objection": Stage.OBJECTION,
    "write_back": Stage.RECORD,
    "improvement": Stage.IMPROVEMENT,
    "retest": Stage.RETEST,
    "follow_up": Stage.FOLLOW_UP,
    "dismissal_proposal": Stage.DISMISSAL_PROPOSAL,
}


@workflow.defn
class EvaluationProcess(CaseProcess):
    """One evaluation or follow-up. Started at any point of it, it goes on from what the ledger says."""

    first_stage = Stage.PLAN
    stage_of_phase = STAGE_OF_PHASE

    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        super().__init__(action)

    @workflow.run
    async def run(self, action: ActionRef) -> None:  # noqa: ARG002  (Temporal gives it to __init__ as well)
        """The diagram. An end of the case ends every stage; a rating that was not carried or an objection
        keeps the later stages waiting.
        """
        await self._know_progress()
        await self._until_over(Stage.PLAN)
        await self._until_over(Stage.RATING)
        await self._until_over(Stage.CALIBRATION)
        await self._until_over(Stage.DELIVERY)
        await self._until_over(Stage.OBJECTION)  # the window closes; silence decides no objection
        await self._until_over(Stage.RECORD)
        await self._until_over(Stage.IMPROVEMENT)
        await self._until_over(Stage.RETEST)  # not before the time to improve is over
        await self._until_over(Stage.FOLLOW_UP)
        await self._until_over(Stage.DISMISSAL_PROPOSAL)
        await workflow.wait_condition(workflow.all_handlers_finished)
