"""The list of erased people beside the keys, so that a restored backup does not bring anybody back.

A backup of the database from before an erasure holds the person's key. The list lies in the folder of
the keys, which is backed up apart from the database and never put back to an older state; whoever
opens the ledger for writing compares the two and erases again. It holds surrogate ids only.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from domain.erasure_events import PersonErased
from ledger.database import fetch
from ledger.record import clear_part, event_of
from ledger.record import decode as decode_record
from ledger.schema import events
from proofs.keys import sync_directory

FILE = "erased.jsonl"
MARKS_AT_ONCE = 500


class ErasedListBroken(Exception):
    """The list of erased people cannot be read: nobody may be brought back by ignoring it."""


class ErasedPeople:
    """One line of JSON a person: what their erasure says, with its position and leaf hash."""

    def __init__(self, keys_folder: Path) -> None:
        self._path = keys_folder / FILE

    def all(self) -> dict[str, dict[str, Any]]:
        """Every entry by person. Raises ErasedListBroken; a last line that was cut off by a crash was
        never acted upon and is left out.
        """
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        found: dict[str, dict[str, Any]] = {}
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                entry = json.loads(line)
                found[entry["person_id"]] = entry
            except (ValueError, KeyError, TypeError) as error:
                if number == len(lines):
                    continue
                raise ErasedListBroken(f"{self._path} line {number} is no entry; restore it") from error
        return found

    def add(self, entry: dict[str, Any]) -> None:
        """Note somebody durably; somebody who is noted already stays as they are. Raises ErasedListBroken."""
        with self._alone():
            if entry["person_id"] not in self.all():
                self._append(entry)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of two processes that erase at once, neither may write over the other's entry."""
        lock = os.open(self._path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(lock, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _append(self, entry: dict[str, Any]) -> None:
        whole = self._path.read_bytes() if self._path.exists() else b""
        whole = whole[: whole.rfind(b"\n") + 1]  # without a line that a crash cut off
        draft = self._path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(whole + json.dumps(entry, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        sync_directory(self._path.parent)


def entry_of(connection: Connection, person_id: str) -> dict[str, Any] | None:
    """What the ledger records of the person's erasure, as an entry of the list; None without one."""
    statement = select(events.c.position, events.c.leaf_hash, events.c.record).where(
        events.c.stream == f"erasure/{person_id}"
    )
    for position, leaf_hash, record in connection.execute(statement.order_by(events.c.version.desc())):
        event = event_of(decode_record(bytes(record)))
        if isinstance(event, PersonErased):
            return {"position": position, "leaf_hash": bytes(leaf_hash).hex()} | clear_part(event)
    return None


def with_keys(connection: Connection, people: list[str]) -> list[str]:
    """Which of these people have a key in the database."""
    found: list[str] = []
    for start in range(0, len(people), MARKS_AT_ONCE):
        some = tuple(people[start : start + MARKS_AT_ONCE])
        marks = ", ".join("?" * len(some))
        rows = fetch(connection, f"SELECT person_id FROM person_keys WHERE person_id IN ({marks})", some)
        found += [row[0] for row in rows]
    return found
