"""What can happen to a document of a person's file after it was filed."""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain.event import Event
from domain.identity import Signature

Verdict = Literal["accepted", "rejected", "expired"]


class DocumentVerified(Event):
    """An officer looked at a document and said what it is worth; the newest verdict counts."""

    PERSONAL = frozenset({"reason"})

    document_id: str
    person_id: str
    outcome: Verdict
    signature: Signature
    valid_until: date | None = None
    reason: str | None = None
