"""Exporting recorded events for other tools, each with its position and leaf hash."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import orjson
from sqlalchemy import select

from ledger.read import Reader
from ledger.record import decode
from ledger.schema import events
from mining.selection import instant

COLUMNS = (
    "position",
    "stream",
    "version",
    "type",
    "recorded_at",
    "actor_kind",
    "actor_id",
    "leaf_hash",
    "data",
)


def export_events(
    reader: Reader,
    format_: Literal["jsonl", "csv"],
    out: Path,
    *,
    first: str | None,
    last: str | None,
    kind: str | None,
) -> int:
    """Write events recorded from `first` (inclusive) to `last` (exclusive), of type `kind`; returns
    how many. Sealed data stays sealed. The file appears whole or not at all.
    """
    draft = out.with_name(f".{out.name}.partial")
    count = 0
    with draft.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file) if format_ == "csv" else None
        if rows:
            rows.writerow(COLUMNS)
        for record, leaf_hash in _select(reader, instant(first), instant(last), kind):
            document = decode(record)
            if rows:
                rows.writerow(
                    (
                        document["position"],
                        document["stream"],
                        document["version"],
                        document["type"],
                        document["recorded_at"],
                        document["actor"]["kind"],
                        document["actor"]["id"],
                        leaf_hash.hex(),
                        orjson.dumps(document["data"], option=orjson.OPT_SORT_KEYS).decode(),
                    )
                )
            else:
                document["leaf_hash"] = leaf_hash.hex()
                file.write(orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode() + "\n")
            count += 1
    draft.replace(out)
    return count


def _select(
    reader: Reader, first: str | None, last: str | None, kind: str | None
) -> Iterator[tuple[bytes, bytes]]:
    statement = select(events.c.record, events.c.leaf_hash).order_by(events.c.position)
    if first:
        statement = statement.where(events.c.recorded_at >= first)
    if last:
        statement = statement.where(events.c.recorded_at < last)
    if kind:
        statement = statement.where(events.c.type == kind)
    with reader.engine.connect() as connection:
        for row in connection.execution_options(yield_per=5000).execute(statement):
            yield bytes(row[0]), bytes(row[1])
