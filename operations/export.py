"""Exporting recorded events for other tools, each with its position and leaf hash."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TextIO

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
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            selected = _select(reader, instant(first), instant(last), kind)
            count = _write_csv(file, selected) if format_ == "csv" else _write_lines(file, selected)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _write_csv(file: TextIO, selected: Iterator[tuple[bytes, bytes]]) -> int:
    rows, count = csv.writer(file), 0
    rows.writerow(COLUMNS)
    for record, leaf_hash in selected:
        document = decode(record)
        data = orjson.dumps(document["data"], option=orjson.OPT_SORT_KEYS).decode()
        actor = document["actor"]
        plain = [document[name] for name in COLUMNS[:5]]
        rows.writerow((*plain, actor["kind"], actor["id"], leaf_hash.hex(), data))
        count += 1
    return count


def _write_lines(file: TextIO, selected: Iterator[tuple[bytes, bytes]]) -> int:
    count = 0
    for record, leaf_hash in selected:
        document = decode(record) | {"leaf_hash": leaf_hash.hex()}
        file.write(orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode() + "\n")
        count += 1
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
