"""A human task, in the words of WS-HumanTask: it belongs to an office and is worked on by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from domain.identity import Signature


class TaskState(StrEnum):
    READY = "READY"
    RESERVED = "RESERVED"
    COMPLETED = "COMPLETED"
    EXITED = "EXITED"


@dataclass(frozen=True)
class Vote:
    person_id: str
    vote: Literal["approve", "reject", "abstain"]
    at: datetime


@dataclass(frozen=True)
class Task:
    """A human task (WS-HumanTask): belongs to an office, is worked on by a person."""

    id: str
    step: str
    office: str
    state: TaskState
    opened_at: datetime
    opened_version: int
    due_on: date | None
    remind_at: datetime | None
    due_at: datetime | None
    expires_at: datetime | None
    silence_at: datetime | None
    excluded: frozenset[str]
    resumes: str | None = None
    claimed_by: str | None = None
    delegated_to: str | None = None
    delegated_by: str | None = None
    delegated_signature: Signature | None = None
    escalated_to: str | None = None
    reminded: frozenset[str] = frozenset()
    votes: tuple[Vote, ...] = ()
    outcome: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decided_version: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state in (TaskState.READY, TaskState.RESERVED)

    def next_due(self) -> datetime | None:
        """The next moment at which something is to be done about this task, if any."""
        if not self.is_open:
            return None
        moments = [self.expires_at, self.silence_at]
        if "half" not in self.reminded:
            moments.append(self.remind_at)
        if "due" not in self.reminded:
            moments.append(self.due_at)
        return min((moment for moment in moments if moment is not None), default=None)
