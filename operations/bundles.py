"""Evidence bundles made on the machine itself, by whoever holds its keys."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from domain.identity import SYSTEM
from evidence.bundle import Terms, Written, write_bundle
from evidence.query import Query
from installation import Installation
from integrations.object_store import whole
from ledger.read import leaf_hashes
from operations.machine_account import machine_account
from operations.takings import sha256_of
from proofs.tree_reader import TreeReader
from review.evidence_query import Taker, record_bundle


def write_to(
    installation: Installation,
    wanted: str | Query,
    out: Path,
    *,
    checkpoint_size: int | None = None,
    purpose: str | None = None,
) -> Written:
    """Write the bundle of a case, or of a query, to `out`, whole or not at all; that it was taken is recorded
    before the file appears. With a `purpose` it holds fact sheets and documents, and that they were read is
    recorded too; a query needs one. Raises NoSuchCase, NoSuchSize, TooMuch, ReasonRequired.
    """
    reader = installation.reader

    def leaves(start: int, stop: int) -> list[bytes]:
        with reader.engine.connect() as connection:
            return leaf_hashes(connection, start, stop)

    def opened(_: str) -> bool:
        return purpose is not None

    terms = Terms(checkpoint_size, opened, partial(whole, installation.documents))
    draft = out.with_name(f".{out.name}.partial")
    try:
        # It may hold personal data: nobody else's to read.
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            written = write_bundle(reader, TreeReader(leaves), installation.vkeys, wanted, file, terms)
        taker = Taker(SYSTEM, purpose, machine_account())
        record_bundle(installation.ledger, taker, wanted, written, sha256_of(draft))
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return written
