"""OCEL 2.0 as JSON: the SQLite file written out, one event and object at a time.

Format: ocel-standard.org, OCEL 2.0 specification (2023), JSON. Attribute values are strings there,
whatever the type that their event or object type declares.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from mining.ocel_sqlite import COLUMN_TYPES

FIXED = ("ocel_id", "ocel_time", "ocel_changed_field")
OCEL_TYPES = {column: kind for kind, column in COLUMN_TYPES.items()}


def write_json(connection: sqlite3.Connection, out: Path) -> None:
    """Write the OCEL in `connection` to `out`. Memory holds one object or event."""
    events, objects = _types(connection, "event"), _types(connection, "object")
    with out.open("w", encoding="utf-8") as file:
        file.write('{"eventTypes":')
        file.write(_text(_declared(events)))
        file.write(',\n"objectTypes":')
        file.write(_text(_declared(objects)))
        file.write(',\n"events":[')
        _write_all(file, _events(connection, events))
        file.write('],\n"objects":[')
        _write_all(file, _objects(connection, objects))
        file.write("]}\n")


Types = dict[str, tuple[str, dict[str, str]]]


def _types(connection: sqlite3.Connection, part: str) -> Types:
    """Of each type its table, and its attributes with their types."""
    found: Types = {}
    for name, mapped in connection.execute(f"SELECT * FROM {part}_map_type ORDER BY ocel_type"):
        table = f"{part}_{mapped}"
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        found[name] = (table, {row[1]: OCEL_TYPES[row[2]] for row in columns if row[1] not in FIXED})
    return found


def _declared(types: Types) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes.items()]}
        for name, (_, attributes) in types.items()
    ]


def _events(connection: sqlite3.Connection, types: Types) -> Iterator[dict[str, Any]]:
    for key, kind in connection.execute("SELECT ocel_id, ocel_type FROM event ORDER BY rowid"):
        table, attributes = types[kind]
        row = _rows(connection, table, key)[0]
        yield {
            "id": key,
            "type": kind,
            "time": row["ocel_time"],
            "attributes": [
                {"name": name, "value": _value(row[name], declared)}
                for name, declared in attributes.items()
                if row[name] is not None
            ],
            "relationships": _relationships(connection, "event_object", "ocel_event_id", key),
        }


def _objects(connection: sqlite3.Connection, types: Types) -> Iterator[dict[str, Any]]:
    for key, kind in connection.execute("SELECT ocel_id, ocel_type FROM object ORDER BY ocel_id"):
        table, attributes = types[kind]
        yield {
            "id": key,
            "type": kind,
            "attributes": [
                {"name": name, "value": _value(row[name], declared), "time": row["ocel_time"]}
                for row in _rows(connection, table, key)
                for name, declared in attributes.items()
                if row[name] is not None
            ],
            "relationships": _relationships(connection, "object_object", "ocel_source_id", key),
        }


def _rows(connection: sqlite3.Connection, table: str, key: str) -> list[dict[str, Any]]:
    found = connection.execute(f'SELECT * FROM "{table}" WHERE ocel_id = ? ORDER BY rowid', (key,))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _relationships(connection: sqlite3.Connection, table: str, end: str, key: str) -> list[dict[str, str]]:
    other = "ocel_object_id" if table == "event_object" else "ocel_target_id"
    found = connection.execute(
        f"SELECT {other}, ocel_qualifier FROM {table} WHERE {end} = ? ORDER BY 1, 2", (key,)
    )
    return [{"objectId": target, "qualifier": qualifier} for target, qualifier in found]


def _value(value: Any, declared: str) -> str:
    if declared == "boolean":
        return "true" if value else "false"
    return str(value)


def _write_all(file: TextIO, items: Iterator[dict[str, Any]]) -> None:
    for number, item in enumerate(items):
        file.write(",\n" if number else "\n")
        file.write(_text(item))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
