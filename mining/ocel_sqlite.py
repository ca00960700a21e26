"""OCEL 2.0 as a SQLite file: one table for each event and object type, and the relations between them.

Layout: ocel-standard.org, OCEL 2.0 specification (2023), relational schema.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mining.activity import activity_of, attribute_types, values_of
from mining.objects import ATTRIBUTES, Description, description, relations, type_of
from mining.selection import Selection, TreeHead

BEGINNING = "1970-01-01T00:00:00.000000Z"
TREE_HEAD = "tree_head"
TREE_HEAD_ATTRIBUTES = {
    "origin": "string",
    "size": "integer",
    "root": "string",
    "checkpoint": "string",
    "from": "string",
    "to": "string",
    "kind": "string",
}
COLUMN_TYPES = {"string": "TEXT", "integer": "INTEGER", "boolean": "BOOLEAN", "time": "TIMESTAMP"}
TABLES = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT,
  FOREIGN KEY (ocel_type) REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT,
  FOREIGN KEY (ocel_type) REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),
  FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id),
  FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id));
CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),
  FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id),
  FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id));
"""
# What the chosen events are about, and what that is related to, however far.
KEPT = """
CREATE TEMP TABLE kept AS WITH RECURSIVE reached (id) AS (
  SELECT ocel_object_id FROM event_object
  UNION SELECT ocel_target_id FROM object_object JOIN reached ON ocel_source_id = id
) SELECT id FROM reached;
CREATE UNIQUE INDEX temp.kept_id ON kept (id);
"""


def mapped(name: str) -> str:
    """A type's name as part of a table's name."""
    return re.sub(r"\W", "_", name)


class OcelFile:
    """Writes events one by one into a new file; what is known of objects lies in the file, not in memory.

    Objects are learnt from every event that `learn` sees; `add` also records the event itself.
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None)
        # A file that is not finished is thrown away, so nothing has to survive a crash.
        self.connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + TABLES + "BEGIN;")
        self._types: dict[tuple[str, str], tuple[str, ...]] = {}
        self._newest: str | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def learn(self, document: dict[str, Any]) -> None:
        """Take over what the event says of objects."""
        told = description(document)
        if told is None:
            return
        changed_at = BEGINNING if self._mention(told.object) else document["recorded_at"]
        self._describe(told, changed_at)
        for target, qualifier in told.relations:
            self._mention(target)
            self.connection.execute(
                "INSERT OR IGNORE INTO object_object VALUES (?, ?, ?)", (told.object, target, qualifier)
            )

    def add(self, document: dict[str, Any], leaf_hash: str) -> None:
        """Record the event, its values and its objects."""
        activity = activity_of(document)
        names = self._type("event", activity, attribute_types(document["type"]), ())
        values = values_of(document, leaf_hash)
        self.connection.execute("INSERT INTO event VALUES (?, ?)", (document["id"], activity))
        row = (document["id"], document["recorded_at"], *(values.get(name) for name in names))
        self._insert(f"event_{mapped(activity)}", row)
        for object_, qualifier in relations(document):
            self._mention(object_)
            self.connection.execute(
                "INSERT OR IGNORE INTO event_object VALUES (?, ?, ?)", (document["id"], object_, qualifier)
            )
        self._newest = document["id"]
        self.count += 1

    def finish(self, head: TreeHead, selection: Selection) -> None:
        """Leave out the objects that the chosen events do not lead to, and name the tree head. The newest
        chosen event is related to it, because tools drop objects that no event is about.
        """
        if selection.narrows:
            self._leave_out_unreached()
        names = self._type("object", TREE_HEAD, TREE_HEAD_ATTRIBUTES, ("ocel_changed_field",))
        told = {"origin": head.origin, "size": head.size, "root": head.root, "checkpoint": head.note}
        told |= selection.as_text()
        key = f"{TREE_HEAD}/{head.size}"
        self.connection.execute("INSERT INTO object VALUES (?, ?)", (key, TREE_HEAD))
        self._insert(f"object_{TREE_HEAD}", (key, BEGINNING, *(told.get(name) for name in names), None))
        if self._newest is not None:
            self.connection.execute(
                "INSERT INTO event_object VALUES (?, ?, ?)", (self._newest, key, "exported under")
            )
        self.connection.execute("COMMIT")

    def _leave_out_unreached(self) -> None:
        for statement in KEPT.split(";\n")[:-1]:
            self.connection.execute(statement)
        tables = [f"object_{mapped(name)}" for part, name in self._types if part == "object"]
        for table in ("object", *tables):
            self.connection.execute(f'DELETE FROM "{table}" WHERE ocel_id NOT IN (SELECT id FROM kept)')
        self.connection.execute("DELETE FROM object_object WHERE ocel_source_id NOT IN (SELECT id FROM kept)")
        self.connection.execute("DROP TABLE temp.kept")

    def _mention(self, object_: str) -> bool:
        """The object exists from now on; whether it did not before."""
        kind = type_of(object_)
        self._type("object", kind, ATTRIBUTES.get(kind, {}), ("ocel_changed_field",))
        done = self.connection.execute("INSERT OR IGNORE INTO object VALUES (?, ?)", (object_, kind))
        if done.rowcount:
            nothing = (None,) * (len(ATTRIBUTES.get(kind, {})) + 1)
            self._insert(f"object_{mapped(kind)}", (object_, BEGINNING, *nothing))
        return bool(done.rowcount)

    def _describe(self, told: Description, at: str) -> None:
        """A first value holds from the beginning; a value that differs from the last is a change."""
        table = f"object_{mapped(type_of(told.object))}"
        for name, value in told.attributes.items():
            last = self.connection.execute(
                f'SELECT "{name}" FROM "{table}" WHERE ocel_id = ? AND "{name}" IS NOT NULL '
                "ORDER BY rowid DESC LIMIT 1",
                (told.object,),
            ).fetchone()
            if last is None:
                self.connection.execute(
                    f'UPDATE "{table}" SET "{name}" = ? WHERE ocel_id = ? AND ocel_changed_field IS NULL',
                    (value, told.object),
                )
            elif last[0] != value:
                self.connection.execute(
                    f'INSERT INTO "{table}" (ocel_id, ocel_time, ocel_changed_field, "{name}") '
                    "VALUES (?, ?, ?, ?)",
                    (told.object, at, name, value),
                )

    def _type(
        self, part: str, name: str, attributes: dict[str, str], further: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The attribute names of a type, whose table is made when it is first met."""
        known = self._types.get((part, name))
        if known is not None:
            return known
        table = f"{part}_{mapped(name)}"
        columns = "".join(f', "{key}" {COLUMN_TYPES[kind]}' for key, kind in attributes.items())
        columns += "".join(f", {column} TEXT" for column in further)
        self.connection.execute(f"INSERT INTO {part}_map_type VALUES (?, ?)", (name, mapped(name)))
        unique = " PRIMARY KEY" if part == "event" else ""
        self.connection.execute(
            f'CREATE TABLE "{table}" (ocel_id TEXT{unique}, ocel_time TIMESTAMP{columns}, '
            f"FOREIGN KEY (ocel_id) REFERENCES {part} (ocel_id))"
        )
        if part == "object":
            self.connection.execute(f'CREATE INDEX "{table}_id" ON "{table}" (ocel_id)')
        self._types[(part, name)] = tuple(attributes)
        return tuple(attributes)

    def _insert(self, table: str, row: tuple[Any, ...]) -> None:
        marks = ", ".join("?" * len(row))
        self.connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', row)
