"""The process of a transfer: what is waited for, in which order, from request to write-back."""

from __future__ import annotations

from enum import IntEnum

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.progress import ActionRef
    from workflows.case import CaseProcess


class Stage(IntEnum):
    """The process diagram's stages, in order."""

    AGENCY_APPROVALS = 1
    CLEARANCES = 2
    BKN_REVIEW = 3
    APPOINTING_DECISION = 4
    DECREE = 5
    INAUGURATION = 6
    EFFECTIVE_DATE = 7
    DUTY_STATEMENT = 8
    WRITE_BACK = 9
    CORRECTION = 10


# Phases that do not stand here are those of the agency's own approvals, whatever its policy calls them.
STAGE_OF_PHASE = {
    "clearance": Stage.CLEARANCES,
    "bkn_review": Stage.BKN_REVIEW,
    "appointing_decision": Stage.APPOINTING_DECISION,
    "decree": Stage.DECREE,
    "inauguration": Stage.INAUGURATION,
    "awaiting_effect": Stage.EFFECTIVE_DATE,
    "effective": Stage.DUTY_STATEMENT,
    "duty_statement": Stage.DUTY_STATEMENT,
    "write_back": Stage.WRITE_BACK,
    "correction": Stage.CORRECTION,
}


@workflow.defn
class MutationProcess(CaseProcess):
    """One transfer. Started at any point of it, it goes on from what the ledger says."""

    first_stage = Stage.AGENCY_APPROVALS
    stage_of_phase = STAGE_OF_PHASE

    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        super().__init__(action)

    @workflow.run
    async def run(self, action: ActionRef) -> None:  # noqa: ARG002  (Temporal gives it to __init__ as well)
        """The diagram. An end of the case (rejected, withdrawn, expired, annulled) ends every stage,
        and a return to an earlier step keeps the later stages waiting.
        """
        await self._load_progress()
        await self._until_over(Stage.AGENCY_APPROVALS)
        await self._until_over(Stage.CLEARANCES)
        await self._until_over(Stage.BKN_REVIEW)  # silence on the sixth working day is recorded as AUTO
        await self._until_over(Stage.APPOINTING_DECISION)
        await self._issue_decree(Stage.DECREE)
        await self._until_over(Stage.INAUGURATION)
        await self._until_over(Stage.EFFECTIVE_DATE)
        await self._until_over(Stage.DUTY_STATEMENT)
        await self._until_siasn_knows(Stage.WRITE_BACK)
        await self._until_siasn_knows(Stage.CORRECTION)  # after an annulment
        await workflow.wait_condition(workflow.all_handlers_finished)
