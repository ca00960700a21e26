"""Many rows into the ledger's tables at once, for reading benchmarks: without guards, syncing and
indexes, which are as they were afterwards.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

import psycopg

from installation import Installation

EventRow = tuple[int, bytes, bytes, str, int, str, str, str, str, int]
EVENTS = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
TERMS = "INSERT INTO audit_terms (term, position) VALUES (?, ?)"
TABLES = ("events", "audit_terms")


class Bulk(Protocol):
    """Takes events in the order of their positions, and search terms in the order of that table's key."""

    def add(self, events: Iterable[EventRow], terms: Iterable[tuple[str, int]]) -> None: ...


@contextmanager
def bulk(installation: Installation) -> Iterator[Bulk]:
    """The writer of many rows into the installation's database, which nobody else uses meanwhile."""
    url = installation.settings.database
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as database:
            yield from _sqlite(database)
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as server:
            yield from _postgresql(server)


class _Sqlite:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, events: Iterable[EventRow], terms: Iterable[tuple[str, int]]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(EVENTS, events)
        self._database.executemany(TERMS, terms)
        self._database.execute("COMMIT")


def _sqlite(database: sqlite3.Connection) -> Iterator[Bulk]:
    for pragma in ("synchronous = OFF", "cache_size = -500000", "temp_store = MEMORY"):
        database.execute(f"PRAGMA {pragma}").close()
    kept = database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN (?, ?) AND sql IS NOT NULL "
        "AND type IN ('trigger', 'index')",
        TABLES,
    ).fetchall()
    for kind, name, _ in kept:
        database.execute(f"DROP {kind} {name}")
    yield _Sqlite(database)
    for _, _, statement in kept:
        database.execute(statement)


class _Postgresql:
    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    def add(self, events: Iterable[EventRow], terms: Iterable[tuple[str, int]]) -> None:
        for statement, rows in (
            ("COPY events FROM STDIN", events),
            ("COPY audit_terms (term, position) FROM STDIN", terms),
        ):
            with self._cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)


def _postgresql(server: psycopg.Connection[Any]) -> Iterator[Bulk]:
    cursor = server.cursor()
    cursor.execute("SET maintenance_work_mem = '1GB'")
    keys = cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid::regclass::text = ANY(%s) AND contype IN ('p', 'u')",
        [list(TABLES)],
    ).fetchall()
    names = [name for _, name, _ in keys]
    indexes = cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname <> ALL(%s)",
        [list(TABLES), names],
    ).fetchall()
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    for table, name, _ in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} SET UNLOGGED")
    yield _Postgresql(cursor)
    for table, name, definition in keys:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        cursor.execute(definition)
    server.commit()
    # What autovacuum does by itself a minute later.
    server.autocommit = True
    for table in TABLES:
        cursor.execute(f"VACUUM ANALYZE {table}")
