"""What is recorded before evidence leaves the building."""

from __future__ import annotations

from typing import Any

from domain.commands import Command
from domain.evidence_events import Hash, Taken


class RecordEvidenceTaken(Command):
    """Fields as in `EvidenceTaken`."""

    taking_id: str
    what: Taken
    records: int
    tree_size: int
    root: Hash | None = None
    sha256: Hash | None = None
    purpose: str | None
    query: dict[str, Any]
    account: str | None = None
