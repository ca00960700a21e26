"""Which events a report is made from: all below one signed tree head, narrowed by time and type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, select

from ledger.mirror import ACTION
from ledger.read import newest_checkpoint
from ledger.record import decode, moment
from ledger.schema import events
from proofs.checkpoint import Checkpoint
from proofs.signed_note import parse_note

BATCH = 2000


class NothingRecorded(Exception):
    """There is no checkpoint yet, so nothing that a report could be tied to."""


@dataclass(frozen=True)
class TreeHead:
    """The signed statement that a report rests on: `root` in hexadecimal, `note` as it was signed."""

    origin: str
    size: int
    root: str
    note: str

    @classmethod
    def newest(cls, connection: Connection) -> TreeHead:
        """Raises NothingRecorded."""
        note = newest_checkpoint(connection)
        if note is None:
            raise NothingRecorded("the ledger is empty: there is no checkpoint to tie a report to")
        checkpoint = Checkpoint.parse(parse_note(note).text)
        return cls(checkpoint.origin, checkpoint.size, checkpoint.root.hex(), note)


@dataclass(frozen=True)
class Selection:
    """Events recorded from `first` (included) to `last` (not included), of type `kind`; moments as the
    ledger writes them. None does not narrow.
    """

    first: str | None = None
    last: str | None = None
    kind: str | None = None

    @classmethod
    def of(cls, first: str | None, last: str | None, kind: str | None) -> Selection:
        """From ISO 8601 texts. Raises ValueError for what is no date or moment."""
        return cls(instant(first), instant(last), kind)

    @property
    def narrows(self) -> bool:
        return self != Selection()

    def holds(self, document: dict[str, Any]) -> bool:
        at = document["recorded_at"]
        return (
            (self.first is None or at >= self.first)
            and (self.last is None or at < self.last)
            and (self.kind is None or document["type"] == self.kind)
        )

    def as_text(self) -> dict[str, str]:
        """What narrows, by option name."""
        given = {"from": self.first, "to": self.last, "kind": self.kind}
        return {name: value for name, value in given.items() if value is not None}


def instant(text: str | None) -> str | None:
    """An ISO 8601 date or moment as the ledger writes moments; without an offset it is UTC."""
    if text is None:
        return None
    parsed = datetime.fromisoformat(text)
    return moment(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def documents(
    connection: Connection, head: TreeHead, last: str | None = None
) -> Iterator[tuple[dict[str, Any], str]]:
    """Every decoded record below the tree head with its leaf hash (hexadecimal), in order, up to `last`."""
    statement = _below(head).order_by(events.c.position)
    if last is not None:
        statement = statement.where(events.c.recorded_at < last)
    return _decoded(connection, statement)


def traces(connection: Connection, head: TreeHead) -> Iterator[tuple[str, list[tuple[dict[str, Any], str]]]]:
    """The personnel actions below the tree head, each with its whole history: `(id, [(record, leaf
    hash)])`, one in memory at a time.
    """
    statement = _below(head).where(events.c.category == ACTION).order_by(events.c.stream, events.c.version)
    rows = _decoded(connection, statement)
    for stream, found in groupby(rows, key=lambda row: str(row[0]["stream"])):
        yield stream.partition("/")[2], list(found)


def _below(head: TreeHead) -> Select[tuple[bytes, bytes]]:
    return select(events.c.record, events.c.leaf_hash).where(events.c.position < head.size)


def _decoded(connection: Connection, statement: Select[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for record, leaf_hash in connection.execution_options(yield_per=BATCH).execute(statement):
        yield decode(bytes(record)), bytes(leaf_hash).hex()
