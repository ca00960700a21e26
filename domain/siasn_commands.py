"""What the connector to SIASN may ask of the ledger."""

from __future__ import annotations

from pydantic import Field

from domain.commands import FREE_TEXT_LIMIT, ActionCommand, Command
from domain.siasn_events import Purpose, Reached, SiasnMode


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
