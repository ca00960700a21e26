"""Exporting recorded events for other tools, each with its position and leaf hash."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TextIO

import orjson
from sqlalchemy import Connection, Engine, select

from ledger.record import decode
from ledger.schema import events
from mining.export import Exported
from mining.selection import Selection, TreeHead

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


def export_events(engine: Engine, format_: Literal["jsonl", "csv"], out: Path, chosen: Selection) -> Exported:
    """Write the chosen events below the newest signed checkpoint; returns how many, and that tree head.
    Sealed data stays sealed. Raises NothingRecorded.
    """
    with engine.connect() as connection, out.open("w", encoding="utf-8", newline="") as file:
        head = TreeHead.newest(connection)
        selected = _select(connection, head, chosen)
        count = _write_csv(file, selected) if format_ == "csv" else _write_lines(file, selected)
    return count, head


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


def _select(connection: Connection, head: TreeHead, chosen: Selection) -> Iterator[tuple[bytes, bytes]]:
    statement = select(events.c.record, events.c.leaf_hash).order_by(events.c.position)
    statement = statement.where(events.c.position < head.size)
    if chosen.first:
        statement = statement.where(events.c.recorded_at >= chosen.first)
    if chosen.last:
        statement = statement.where(events.c.recorded_at < chosen.last)
    if chosen.kind:
        statement = statement.where(events.c.type == chosen.kind)
    for row in connection.execution_options(yield_per=5000).execute(statement):
        yield bytes(row[0]), bytes(row[1])
