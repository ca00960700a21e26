"""What a process and its activities tell each other: which action, and how far the ledger says it is.

No personal data: Temporal keeps ids, phases, moments and positions only.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

UNKNOWN = "unknown"


class SeenAction(BaseModel):
    """An action as far as the process has seen it: the version of its stream."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action_id: str
    version: int


class Progress(SeenAction):
    """How far an action is. `position` counts the ledger's events that this takes into account: an
    event of the action at that position or later is news. `next_due` is when the process has
    something to do if nobody acts before, None when it only waits for people.

    `tells_siasn`: the connector has a step to take.

    `refusal` is the code with which the ledger refused what the process asked last; `next_due` is
    then the moment at which to ask again.
    """

    position: int
    phase: str
    next_due: datetime | None
    quiet: bool
    tells_siasn: bool = False
    refusal: str | None = None


class ActionRef(BaseModel):
    """The personnel action that a process drives, and how far it was when the process was begun, where who
    began it knew: the process then need not ask first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action_id: str
    progress: Progress | None = None
