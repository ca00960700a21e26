"""Files that a command on the machine makes are recorded as taken before they appear."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any, Literal

from domain.evidence_commands import RecordEvidenceTaken
from domain.identity import SYSTEM
from installation import Installation
from ledger.result import Receipt
from mining.selection import TreeHead
from operations.machine_account import machine_account


def sha256_of(file: Path) -> str:
    """In hexadecimal; read in pieces."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def record_file(
    installation: Installation,
    file: Path,
    what: Literal["export", "quality_list"],
    records: int,
    query: dict[str, Any],
    purpose: str | None,
    head: TreeHead | None = None,
) -> tuple[str, Receipt | None]:
    """Record that `file`, with so many records or rows, leaves; returns its hash and the receipt. `head` is
    the tree that it was made from, else the newest. Raises ReasonRequired, LedgerUnavailable and
    NothingRecorded.
    """
    if head is None:
        with installation.reader.engine.connect() as connection:
            head = TreeHead.newest(connection)
    sha256 = sha256_of(file)
    taking = RecordEvidenceTaken(
        command_id=str(uuid.uuid4()),
        actor=SYSTEM,
        taking_id=str(uuid.uuid4()),
        what=what,
        records=records,
        tree_size=head.size,
        root=head.root,
        sha256=sha256,
        purpose=purpose,
        query=query,
        account=machine_account(),
    )
    return sha256, installation.ledger.execute(taking).receipt
