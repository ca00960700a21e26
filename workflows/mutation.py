"""The process of a transfer: what is waited for, in which order, from request to write-back.

The ledger decides, this process drives. It keeps one timer at the moment when something is due, asks
the ledger to do it, and is told when people have moved the case to where the process has to act.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from enum import IntEnum

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.progress import ActionRef, Progress, SeenAction
    from activities.record import LedgerActivities
    from workflows.naming import ADVANCED

# A commit takes milliseconds. Answers that are later than this are asked for again.
LEDGER_ANSWERS_WITHIN = timedelta(seconds=30)
# Outages of the ledger are waited out for ever: at first in the worker, then on the server's timer.
LEDGER_OUTAGE = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=1),
)
WAITED_OUT_IN_WORKER = timedelta(seconds=5)
# When the ledger's clock is behind Temporal's, nothing is due yet: ask again after 1, 2, 4 … seconds.
LONGEST_PAUSE_SECONDS = 600.0


class Stage(IntEnum):
    """The process diagram's stages, in order. A stage is over when the case is at a later one."""

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
class MutationProcess:
    """One transfer. Started at any point of it, it goes on from what the ledger says."""

    @workflow.init
    def __init__(self, action: ActionRef) -> None:
        self._action = action
        self._progress: Progress | None = None
        self._told = -1
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: datetime | None = None
        self._fruitless = 0

    @workflow.run
    async def run(self, action: ActionRef) -> None:
        """The diagram. An end of the case (rejected, withdrawn, expired, annulled) ends every stage,
        and a return to an earlier step keeps the later stages waiting.
        """
        await self._load_progress(action)
        await self._until_over(Stage.AGENCY_APPROVALS)
        await self._until_over(Stage.CLEARANCES)
        await self._until_over(Stage.BKN_REVIEW)  # silence on the sixth working day is recorded as AUTO
        await self._until_over(Stage.APPOINTING_DECISION)
        await self._issue_decree()
        await self._until_over(Stage.INAUGURATION)
        await self._until_over(Stage.EFFECTIVE_DATE)
        await self._until_over(Stage.DUTY_STATEMENT)
        await self._until_over(Stage.WRITE_BACK)
        await self._until_over(Stage.CORRECTION)  # of SIASN, after an annulment
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.signal(name=ADVANCED)
    def advanced(self, position: int) -> None:
        """The ledger has an event of this action at `position` that the process should know."""
        self._told = max(self._told, position)

    @workflow.query
    def progress(self) -> Progress | None:
        """How far the process believes the action to be."""
        return self._progress

    # --- how a stage is waited for ---

    async def _until_over(self, stage: Stage) -> None:
        while await self._is_before_end_of(stage):
            await self._something_to_do()
            if self._has_news():
                await self._load_progress(self._action)
            elif self._is_due():
                await self._advance()

    async def _issue_decree(self) -> None:
        while await self._is_before_end_of(Stage.DECREE):
            self._see(await _on_ledger(LedgerActivities.issue_decree, self._seen()))
            if self._progress is not None and self._progress.refusal is not None:
                await self._something_to_do()

    async def _is_before_end_of(self, stage: Stage) -> bool:
        """Whether the case is at `stage` or an earlier one. News that came while the process was busy
        is read first, so that no stage and no process ends on what has been overtaken.
        """
        while self._has_news():
            await self._load_progress(self._action)
        assert self._progress is not None  # run() begins by loading it
        at = STAGE_OF_PHASE.get(self._progress.phase, Stage.AGENCY_APPROVALS)
        return not self._progress.quiet and at <= stage

    async def _something_to_do(self) -> None:
        """Wait for news or for the due moment."""
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(self._action)
        self._set_alarm()
        await workflow.wait_condition(lambda: self._has_news() or self._is_due())

    async def _advance(self) -> None:
        before = self._seen()
        self._see(await _on_ledger(LedgerActivities.advance_action, before))
        changed = self._seen().version != before.version
        self._fruitless = 0 if changed or not self._is_due() else self._fruitless + 1

    async def _load_progress(self, action: ActionRef) -> None:
        self._see(await _on_ledger(LedgerActivities.load_progress, action))

    # --- what the process knows ---

    def _see(self, progress: Progress) -> None:
        known = self._progress.position if self._progress is not None else 0
        self._progress = progress.model_copy(update={"position": max(known, progress.position)})

    def _seen(self) -> SeenAction:
        assert self._progress is not None  # run() begins by loading it
        return SeenAction(action_id=self._progress.action_id, version=self._progress.version)

    def _has_news(self) -> bool:
        return self._progress is not None and self._told >= self._progress.position

    def _is_due(self) -> bool:
        due = self._progress.next_due if self._progress is not None else None
        return due is not None and due <= workflow.now() and self._alarm is None

    def _set_alarm(self) -> None:
        """Keep one timer, at the due moment. One that is set for an earlier moment stays: ringing too
        early it only asks the ledger, which costs less than setting it anew at every step.
        """
        due = self._progress.next_due if self._progress is not None else None
        if due is None:
            return
        pause = min(2.0**self._fruitless / 2, LONGEST_PAUSE_SECONDS) if self._fruitless else 0.0
        at = max(due, workflow.now() + timedelta(seconds=pause))
        if self._alarm_at is not None and self._alarm_at <= at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._alarm_at = None, None
        delay = (at - workflow.now()).total_seconds()
        if delay > 0:
            self._alarm_at = at
            self._alarm = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        self._alarm, self._alarm_at = None, None
