"""Evidence bundles made on the machine itself, by whoever holds its keys."""

from __future__ import annotations

import uuid
from pathlib import Path

from domain.commands import RecordPersonalDataRead
from domain.identity import SYSTEM
from evidence.bundle import Terms, write_bundle
from installation import Installation
from integrations.object_store import ObjectStore
from ledger.read import leaf_hashes
from proofs.tree_reader import TreeReader

FOLDER = "documents"


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

    store = ObjectStore(installation.settings.data / FOLDER)
    terms = Terms(checkpoint_size, purpose is not None, store.whole)
    draft = out.with_name(f".{out.name}.partial")
    try:
        with draft.open("wb") as file:
            vkey = installation.signer.vkey
            subject = write_bundle(reader, TreeReader(leaves), vkey, action_id, file, terms)
        if purpose is not None:
            installation.ledger.execute(
                RecordPersonalDataRead(
                    command_id=str(uuid.uuid4()),
                    actor=SYSTEM,
                    subject_id=subject,
                    what="bundle",
                    purpose=purpose,
                )
            )
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
