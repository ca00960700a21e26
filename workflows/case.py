"""What every process of a personnel action does: keep one timer, hear news, ask the ledger.

The ledger decides, a process drives. It keeps one timer at the moment when something is due, asks
the ledger to do it, and is told when people have moved the case to where the process has to act.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, ClassVar

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.progress import ActionRef, Progress, SeenAction
    from activities.record import LedgerActivities
    from activities.siasn import SiasnActivities
    from workflows.naming import ADVANCED

# A commit takes milliseconds. Answers that are later than this are asked for again.
LEDGER_ANSWERS_WITHIN = timedelta(seconds=30)
# A step at SIASN is some calls, each of which may take long, after a refresh of tokens.
SIASN_ANSWERS_WITHIN = timedelta(minutes=10)
# What was sent and not answered may still be committed: it is looked for again after this long, then later.
SIASN_PAUSE_SECONDS = 15.0
# Outages of the ledger are waited out for ever: at first in the worker, then on the server's timer.
LEDGER_OUTAGE = RetryPolicy(
    initial_interval=timedelta(milliseconds=500),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
)
WAITED_OUT_IN_WORKER = timedelta(seconds=5)
# When the ledger's clock is behind Temporal's, nothing is due yet: ask again after 1, 2, 4 … seconds.
LONGEST_PAUSE_SECONDS = 600.0


class CaseProcess:
    """The life of one case. Started at any point of it, a process goes on from what the ledger says.

    Each kind names the stages of its own diagram, in order, and the phases that belong to them; phases
    that are not named belong to the first stage. A stage is over when the case is at a later one.
    """

    first_stage: ClassVar[IntEnum]
    stage_of_phase: ClassVar[Mapping[str, IntEnum]]

    def __init__(self, action: ActionRef) -> None:
        self._action_id = action.action_id
        self._progress = action.progress
        self._told = -1
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: datetime | None = None
        self._rang = False
        self._fruitless = 0

    @workflow.signal(name=ADVANCED)
    def advanced(self, position: int) -> None:
        """The ledger has an event of this action at `position` that the process should know."""
        self._told = max(self._told, position)

    @workflow.query
    def progress(self) -> Progress | None:
        """How far the process believes the action to be."""
        return self._progress

    # --- how a stage is waited for ---

    async def _until_over(self, stage: IntEnum) -> None:
        while await self._is_before_end_of(stage):
            await self._one_turn()

    async def _one_turn(self) -> None:
        await self._something_to_do()
        if self._rang and self._due_moment() <= workflow.now():
            await self._advance()
        else:
            await self._load_progress()
        self._rang = False

    async def _issue_decree(self, stage: IntEnum) -> None:
        while await self._is_before_end_of(stage):
            await self._ask(LedgerActivities.issue_decree)
            if self._known.refusal is not None and await self._is_before_end_of(stage):
                await self._something_to_do()
                self._rang = False

    async def _until_siasn_knows(self, stage: IntEnum) -> None:
        """Until SIASN is told, by the connector step by step, or by an officer: from the beginning where no
        connector is at work, else when it gives up. What it cannot do now is tried again ever later, and
        the case's own due moment ends that.
        """
        in_vain = 0
        while await self._is_before_end_of(stage):
            if not self._known.tells_siasn or self._rang:
                await self._one_turn()
                continue
            await self._ask(SiasnActivities.tell_siasn, SIASN_ANSWERS_WITHIN)
            if self._known.refusal is None:
                in_vain = 0
                continue
            self._set_alarm()
            pause = timedelta(seconds=min(SIASN_PAUSE_SECONDS * 2.0**in_vain, LONGEST_PAUSE_SECONDS))
            in_vain = min(in_vain + 1, 20)
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(lambda: self._rang or self._has_news(), timeout=pause)

    async def _is_before_end_of(self, stage: IntEnum) -> bool:
        """Whether the case is at `stage` or an earlier one. News that came while the process was busy
        is read first, so that no stage and no process ends on what has been overtaken.
        """
        while self._has_news():
            await self._load_progress()
        at = self.stage_of_phase.get(self._known.phase, self.first_stage)
        return not self._known.quiet and at <= stage

    async def _something_to_do(self) -> None:
        """Wait for news or for the due moment."""
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(ActionRef(action_id=self._action_id))
        self._set_alarm()
        await workflow.wait_condition(lambda: self._rang or self._has_news())

    def _set_alarm(self) -> None:
        """Keep one timer, at the due moment. One that is set for an earlier moment stays: ringing too
        early it only asks the ledger, which costs less than setting it anew at every step.
        """
        if self._known.next_due is None:
            return
        pause = min(2.0**self._fruitless - 1, LONGEST_PAUSE_SECONDS)
        at = max(self._known.next_due, workflow.now() + timedelta(seconds=pause))
        if self._alarm_at is not None and self._alarm_at <= at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm, self._alarm_at = None, None
        delay = (at - workflow.now()).total_seconds()
        if delay > 0:
            self._alarm_at = at
            self._alarm = asyncio.get_running_loop().call_later(delay, self._ring)
        else:
            self._rang = True

    def _ring(self) -> None:
        self._alarm, self._alarm_at, self._rang = None, None, True

    # --- what the process asks the ledger, and knows of it ---

    async def _know_progress(self) -> None:
        """Begin with what the process was told; what has happened since comes as news."""
        if self._progress is None:
            await self._load_progress()

    async def _load_progress(self) -> None:
        told = self._told
        await self._ask(LedgerActivities.load_progress)
        # What was told before the question is in the answer, whatever position was named.
        position = max(self._known.position, told + 1)
        self._progress = self._known.model_copy(update={"position": position})

    async def _advance(self) -> None:
        before = self._known.version
        await self._ask(LedgerActivities.advance_action)
        in_vain = self._known.version == before and self._due_moment() <= workflow.now()
        self._fruitless = min(self._fruitless + 1, 20) if in_vain else 0

    async def _ask(
        self,
        question: Callable[[Any, SeenAction], Awaitable[Progress]],
        within: timedelta = LEDGER_ANSWERS_WITHIN,
    ) -> None:
        known = self._progress
        found = await workflow.execute_local_activity_method(
            question,
            SeenAction(action_id=self._action_id, version=known.version if known else 0),
            start_to_close_timeout=within,
            retry_policy=LEDGER_OUTAGE,
            local_retry_threshold=WAITED_OUT_IN_WORKER,
        )
        position = max(found.position, known.position if known else 0)
        self._progress = found.model_copy(update={"position": position})

    @property
    def _known(self) -> Progress:
        assert self._progress is not None  # run() begins by loading it
        return self._progress

    def _due_moment(self) -> datetime:
        return self._known.next_due or datetime.max.replace(tzinfo=UTC)

    def _has_news(self) -> bool:
        return self._told >= self._known.position
