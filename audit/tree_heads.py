"""The head row, every stored checkpoint, and what others kept, against the recomputed tree."""

from __future__ import annotations

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from audit.findings import CannotVerify, Findings
from audit.ledger_pass import LedgerPass
from audit.log_keys import KeyHistory
from audit.stored_rows import Row, batches_of, rows_of, whole
from ledger.schema import checkpoints, events, head
from proofs import checkpoint as signed
from proofs.checkpoint import Checkpoint
from proofs.errors import AuditError
from proofs.signed_note import NoteSignature, VerifierKey, parse_note

IN_ORDER = select(checkpoints).order_by(checkpoints.c.size)


@dataclass(frozen=True)
class Kept:
    """What somebody outside kept: a tree head, or None with the reason why it proves nothing; from
    a receipt also the leaf, from a note its text and all its signature lines.
    """

    head: Checkpoint | None
    problem: str = ""
    leaf: tuple[int, str] | None = None
    text: str = ""
    lines: tuple[NoteSignature, ...] = ()


def read_kept(texts: list[str], keys: list[VerifierKey], origin: str) -> list[Kept]:
    """Signed notes and receipts (JSON), each verified against the trusted keys."""
    return [_read_kept(text, keys, origin) for text in texts]


def _read_kept(text: str, keys: list[VerifierKey], origin: str) -> Kept:
    try:
        if not text.lstrip().startswith("{"):
            verified, parsed = signed.verify(text, keys, origin), parse_note(text)
            return Kept(verified, text=parsed.text, lines=parsed.signatures)
        receipt = orjson.loads(text)
        receipt = receipt.get("receipt", receipt)
        found = Checkpoint(origin, int(receipt["tree_size"]), bytes.fromhex(receipt["root"]))
        note = f"{found.text}\n— {origin} {receipt['signature']}\n"
        leaf = (int(receipt["position"]), str(receipt["leaf_hash"]))
        return Kept(signed.verify(note, keys, origin), leaf=leaf)
    except (AuditError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Kept(None, f"{error}")


def parse_keys(vkeys: list[str]) -> list[VerifierKey]:
    """The trusted keys. Raises CannotVerify without any, or for one that is malformed."""
    try:
        keys = [VerifierKey.parse(vkey) for vkey in vkeys]
    except AuditError as error:
        raise CannotVerify(f"a verifier key cannot be used: {error}") from error
    if not keys:
        raise CannotVerify("no verifier key was given; it must come from outside the database")
    return keys


def check_head(connection: Connection, ledger: LedgerPass, findings: Findings) -> None:
    """The head must be one row with the recomputed size and frontier, and the newest moment."""
    rows = list(rows_of(connection, whole(head)))
    if len(rows) != 1:
        findings.add("head-differs", None, f"there are {len(rows)} head rows, not one")
    for row in rows:
        expected: dict[str, Any] = {
            "id": 1,
            "size": ledger.size,
            "frontier": ledger.frontier.to_bytes(),
            "recorded_at": ledger.last_moment,
        }
        for name, value in expected.items():
            if type(row[name]) is not type(value) or row[name] != value:
                findings.add("head-differs", None, f"{name} of the head is not that of the events")


def check_checkpoints(
    connection: Connection, ledger: LedgerPass, log_keys: KeyHistory, origin: str, findings: Findings
) -> None:
    """Each stored note: signed by the keys in force, one of them trusted, of this ledger, of its row's
    size, with our root.
    """

    def trusted(row: Row) -> Checkpoint | AuditError:
        size, note = row
        try:
            keys = log_keys.keys_at(size if type(size) is int else 0)
            return signed.verify(note if type(note) is str else "", keys, origin)
        except AuditError as error:
            return error

    previous = -1
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for batch in batches_of(connection, IN_ORDER):
            # Checking a signature gives up the interpreter's lock, so every core takes part.
            for (size, note), found in zip(batch, pool.map(trusted, batch), strict=True):
                if type(size) is not int or type(note) is not str:
                    findings.add(
                        "retyped-value", None, f"checkpoint {size!r} has a {type(note).__name__} note"
                    )
                    continue
                if size == previous:
                    findings.add("checkpoint-unexpected", None, f"there are two checkpoints of size {size}")
                previous = size
                _check_note(size, note, found, ledger, findings)
                if not isinstance(found, AuditError):
                    log_keys.check_signers(size, note, findings)
    log_keys.end(findings)


def _check_note(
    size: int, note: str, found: Checkpoint | AuditError, ledger: LedgerPass, findings: Findings
) -> None:
    at = size - 1 if 0 < size <= ledger.size else None
    if isinstance(found, AuditError):
        findings.add("checkpoint-not-trusted", at, f"checkpoint of size {size}: {found}")
    elif found.size != size:
        findings.add("checkpoint-differs", at, f"the note in row {size} is of size {found.size}")
    elif size > ledger.size:
        findings.add("truncated", None, f"a checkpoint says {size} events, there are {ledger.size}")
    elif found.root != ledger.checkpoint_roots.get(size):
        findings.add("root-differs", at, f"the signed root of size {size} is not that of the events")
    elif not note.startswith(f"{found.text}\n\u2014"):
        findings.add("checkpoint-differs", at, f"the note in row {size} holds more than the log wrote")


def check_kept(connection: Connection, kept: list[Kept], ledger: LedgerPass, findings: Findings) -> None:
    """What was kept outside must lie in this history."""
    for item in kept:
        found = item.head
        if found is None:
            findings.add("kept-not-trusted", None, f"what was kept proves nothing: {item.problem}")
        elif found.size > ledger.size:
            findings.add(
                "rollback", None, f"a kept checkpoint has {found.size} events, the ledger {ledger.size}"
            )
        elif ledger.roots.get(found.size) != found.root:
            root = base64.b64encode(found.root).decode()
            findings.add("fork", None, f"at size {found.size} the kept root {root} is not this ledger's")
        elif item.leaf is not None:
            _check_leaf(connection, item.leaf, findings)


def _check_leaf(connection: Connection, leaf: tuple[int, str], findings: Findings) -> None:
    position, expected = leaf
    stored = connection.execute(
        select(events.c.leaf_hash).where(events.c.position == position)
    ).scalar_one_or_none()
    if not isinstance(stored, bytes | memoryview) or bytes(stored).hex() != expected:
        findings.add("fork", position, "the event is not the one of the kept receipt")
