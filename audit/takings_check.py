"""What left the building names the tree that it was made from, and there was such a tree."""

from __future__ import annotations

from collections.abc import Iterable

from audit.findings import Findings
from audit.ledger_pass import LedgerPass
from domain.evidence_events import EvidenceTaken
from ledger.record import StoredEvent


def check_takings(taken: Iterable[StoredEvent], ledger: LedgerPass, findings: Findings) -> None:
    """The root that a taking names is that of a checkpoint of its size."""
    for stored in taken:
        event = stored.event
        assert isinstance(event, EvidenceTaken)
        if event.root is None:
            continue
        root = ledger.checkpoint_roots.get(event.tree_size)
        if root is None or root.hex() != event.root:
            detail = f"no checkpoint of size {event.tree_size} has the root of what was taken"
            findings.add("publication-differs", stored.position, detail)
