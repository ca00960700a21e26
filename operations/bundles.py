"""Evidence bundles made on the machine itself, by whoever holds its keys."""

from __future__ import annotations

import os
import uuid
from functools import partial
from pathlib import Path

from domain.commands import RecordPersonalDataRead
from domain.identity import SYSTEM
from evidence.bundle import Terms, write_bundle
from installation import Installation
from integrations.object_store import whole
from ledger.read import leaf_hashes
from projections import action_state
from proofs.tree_reader import TreeReader


def write_to(
    installation: Installation,
    action_id: str,
    out: Path,
    *,
    checkpoint_size: int | None = None,
    purpose: str | None = None,
) -> None:
    """Write the bundle to `out`, whole or not at all. With a `purpose` it holds fact sheets and
    documents, and that they were read is recorded before the file appears. Raises NoSuchCase, NoSuchSize.
    """
    reader = installation.reader

    def leaves(start: int, stop: int) -> list[bytes]:
        with reader.engine.connect() as connection:
            return leaf_hashes(connection, start, stop)

    terms = Terms(checkpoint_size, purpose is not None, partial(whole, installation.documents))
    draft = out.with_name(f".{out.name}.partial")
    try:
        # It may hold personal data: nobody else's to read.
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            write_bundle(reader, TreeReader(leaves), installation.vkeys, action_id, file, terms)
        if purpose is not None:
            with reader.engine.connect() as connection:
                state = action_state.state_of(connection, action_id)
            assert state is not None  # write_bundle found the case
            installation.ledger.execute(
                RecordPersonalDataRead(
                    command_id=str(uuid.uuid4()),
                    actor=SYSTEM,
                    subject_id=state.subject_id,
                    what="bundle",
                    purpose=purpose,
                )
            )
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
