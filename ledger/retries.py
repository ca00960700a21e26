"""A command that is sent again: what its first sending led to, as the ledger has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from domain.errors import IdempotencyKeyReused, NotFound
from ledger.mirror import ACTION, load_state
from ledger.projection import RowWriter
from ledger.record import decode, stored_event
from ledger.result import Receipt, Result, Waiting
from proofs.checkpoint import Checkpoint


class Known(NamedTuple):
    """An accepted command: its body, and the last event of its stream with the tree of its commit."""

    body_hash: str
    stream: str
    version: int
    position: int
    tree_size: int


def known(rows: RowWriter, command_ids: Sequence[str]) -> dict[str, Known]:
    """Those of the commands that were accepted before, by id."""
    if not command_ids:
        return {}
    marks = ", ".join("?" * len(command_ids))
    found = rows.execute(
        "SELECT command_id, body_hash, stream, version, position, tree_size FROM commands "
        f"WHERE command_id IN ({marks})",
        tuple(command_ids),
    ).fetchall()
    return {row[0]: Known(*row[1:]) for row in found}


def first_answer(rows: RowWriter, item: Waiting, first: Known) -> Result:
    """The answer of the first sending, with the state that it left. Raises IdempotencyKeyReused for
    another body, NotFound where the ledger lacks what it has to hold.
    """
    if first.body_hash != item.body_hash:
        raise IdempotencyKeyReused()
    row = rows.execute(
        "SELECT record, leaf_hash FROM events WHERE position = ?", (first.position,)
    ).fetchone()
    note = rows.execute("SELECT note FROM checkpoints WHERE size = ?", (first.tree_size,)).fetchone()
    if row is None or note is None:
        raise NotFound()
    checkpoint = Checkpoint.parse(note[0].partition("\n\n")[0] + "\n")
    state = None
    if first.stream.startswith(f"{ACTION}/"):
        history = rows.execute(
            "SELECT position, record, leaf_hash FROM events WHERE stream = ? AND version <= ? "
            "ORDER BY version",
            (first.stream, first.version),
        ).fetchall()
        state = load_state(stored_event(p, bytes(r), bytes(h)) for p, r, h in history)
    receipt = Receipt(
        position=first.position,
        version=first.version,
        leaf_hash=bytes(row[1]).hex(),
        tree_size=first.tree_size,
        root=checkpoint.root.hex(),
        recorded_at=decode(bytes(row[0]))["recorded_at"],
        signature=note[0].rstrip("\n").rpartition("\n")[2].rpartition(" ")[2],
    )
    return Result(item.command.command_id, first.stream, first.version, receipt, state, replayed=True)
