"""The process's hands on the ledger: read how far an action is, do what is due, issue the decree.

Each may be tried again after a lost answer: the ledger judges by the state it finds, and the
command's id derives from the action and the version that the process had seen.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from typing import Protocol

from temporalio import activity

from activities.progress import UNKNOWN, Progress, SeenAction
from domain.commands import AdvanceAction, IssueDecree
from domain.errors import NotFound, Refusal
from domain.identity import SYSTEM

log = logging.getLogger(__name__)


class Recorder(Protocol):
    """The ledger as the process sees it. What cannot be reached raises, and is tried again later."""

    async def progress(self, action_id: str) -> Progress | None:
        """How far the action is; None when the ledger does not know it."""

    async def execute(self, command: AdvanceAction | IssueDecree) -> Progress:
        """Send a command to the ledger. Raises its Refusal."""

    async def next_working_day(self) -> datetime:
        """The moment at which the next working day begins."""


class LedgerActivities:
    """Activities of the process, on one recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @activity.defn
    async def load_progress(self, action: SeenAction) -> Progress:
        """How far the ledger says the action is."""
        return await self._recorder.progress(action.action_id) or _unknown(action)

    @activity.defn
    async def advance_action(self, seen: SeenAction) -> Progress:
        """Do what is due now: remind, escalate, expire, record a silence, take effect."""
        command_id = _command_id(seen, f"advance/{seen.version}")
        return await self._execute(
            seen, AdvanceAction(command_id=command_id, actor=SYSTEM, action_id=seen.action_id)
        )

    @activity.defn
    async def issue_decree(self, seen: SeenAction) -> Progress:
        """Give the decided action its decree."""
        command_id = _command_id(seen, "decree")
        return await self._execute(
            seen, IssueDecree(command_id=command_id, actor=SYSTEM, action_id=seen.action_id)
        )

    async def _execute(self, seen: SeenAction, command: AdvanceAction | IssueDecree) -> Progress:
        try:
            return await self._recorder.execute(command)
        except NotFound:
            return _unknown(seen)
        except Refusal as refusal:
            # Asking again at once would only be refused again; people have to clear the way first.
            log.warning("%s of %s refused: %s", type(command).__name__, seen.action_id, refusal.code)
            found = await self.load_progress(seen)
            again = await self._recorder.next_working_day()
            return found.model_copy(update={"next_due": again, "refusal": refusal.code})


def _command_id(action: SeenAction, what: str) -> str:
    return str(uuid.uuid5(uuid.UUID(action.action_id), what))


def _unknown(action: SeenAction) -> Progress:
    """An action that the ledger does not know has no process: the ledger was restored or replaced."""
    return Progress(
        action_id=action.action_id, version=0, position=0, phase=UNKNOWN, next_due=None, quiet=True
    )
