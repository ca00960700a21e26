"""What the connector to SIASN may ask of the ledger."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.commands import FREE_TEXT_LIMIT, ActionCommand, Command, EmployeeRow
from domain.siasn_events import Compared, Purpose, Reached, SiasnMode


class ConnectSiasn(Command):
    """A connector is at work in that mode; None: there is none."""

    mode: SiasnMode | None


class RecordWriteBack(ActionCommand):
    """The connector has reached that. `why` and `message` are of a failure."""

    purpose: Purpose
    reached: Reached
    siasn_id: str | None = Field(default=None, max_length=64)
    document_id: str | None = None
    why: str = Field(default="", pattern=r"^[A-Za-z0-9_-]{0,64}$")
    message: str | None = Field(default=None, max_length=FREE_TEXT_LIMIT)


class FoundDifference(BaseModel):
    """One thing of which SIASN says something else."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    difference_id: str
    field: Compared
    ours: str | None
    theirs: str


class RecordSiasnDifferences(Command):
    """What the nightly comparison found of a person; `gone` are differences that are none any more."""

    person_id: str
    found: tuple[FoundDifference, ...] = ()
    gone: tuple[str, ...] = ()


class SettleSiasnDifference(Command):
    """An officer's word on a difference; `row` is the person's row in the register with SIASN's value."""

    difference_id: str
    outcome: Literal["accepted", "dismissed"]
    reason: str = Field(default="", max_length=FREE_TEXT_LIMIT)
    row: EmployeeRow | None = None
