"""What can be asked about the documents of a person's file."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from domain.commands import FREE_TEXT_LIMIT, Command
from domain.document_events import Verdict


class VerifyDocument(Command):
    """An officer's verdict on a document. `valid_until` is its last day, for an accepted one only;
    a rejection and an expiry need a reason.
    """

    document_id: str
    outcome: Verdict
    valid_until: date | None = None
    reason: str = Field(default="", max_length=FREE_TEXT_LIMIT)
