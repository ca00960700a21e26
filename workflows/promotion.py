"""The process of a promotion: from the frozen list to the review of whoever was chosen.

The list is frozen before this process begins; nothing that happens in it changes the list.
"""

from __future__ import annotations

from enum import IntEnum

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.progress import ActionRef
    from workflows.case import CaseProcess


class Stage(IntEnum):
    """The process diagram's stages, in order."""

    CANDIDATES = 1
    CLEARANCES = 2
    BKN_REVIEW = 3
    CHOICE = 4
    DECREE = 5
    INAUGURATION = 6
    EFFECTIVE_DATE = 7
    DUTY_STATEMENT = 8
    WRITE_BACK = 9
    SIX_MONTHS = 10
    REVIEW = 11
    CORRECTION = 12


@workflow.defn
class PromotionProcess(CaseProcess):
    """One promotion. Started at any point of it, it goes on from what the ledger says."""

    first_stage = Stage.CANDIDATES
    stage_of_phase = {  # noqa: RUF012  (a mapping that nobody changes)
        "clearance": Stage.CLEARANCES,
        "bkn_review": Stage.BKN_REVIEW,
        "appointing_decision": Stage.CHOICE,
        "decree": Stage.DECREE,
        "inauguration": Stage.INAUGURATION,
        "awaiting_effect": Stage.EFFECTIVE_DATE,
        "effective": Stage.DUTY_STATEMENT,
        "duty_statement": Stage.DUTY_STATEMENT,
        "write_back": Stage.WRITE_BACK,
        "awaiting_review": Stage.SIX_MONTHS,
        "review": Stage.REVIEW,
        "correction": Stage.CORRECTION,
    }

    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        super().__init__(action)

    @workflow.run
    async def run(self, action: ActionRef) -> None:  # noqa: ARG002  (Temporal gives it to __init__ as well)
        """The diagram. An end of the case (rejected, withdrawn, expired, annulled) ends every stage,
        and a return to an earlier step keeps the later stages waiting.
        """
        await self._load_progress()
        await self._until_over(Stage.CANDIDATES)  # verified, ranked by the committee, put forward
        await self._until_over(Stage.CLEARANCES)
        await self._until_over(Stage.BKN_REVIEW)  # silence on the sixth working day is recorded as AUTO
        await self._until_over(Stage.CHOICE)  # by the mayor; a second person where reasons were needed
        await self._issue_decree(Stage.DECREE)
        await self._until_over(Stage.INAUGURATION)
        await self._until_over(Stage.EFFECTIVE_DATE)
        await self._until_over(Stage.DUTY_STATEMENT)
        await self._until_siasn_knows(Stage.WRITE_BACK)
        await self._until_over(Stage.SIX_MONTHS)
        await self._until_over(Stage.REVIEW)
        await self._until_siasn_knows(Stage.CORRECTION)  # after an annulment
        await workflow.wait_condition(workflow.all_handlers_finished)
