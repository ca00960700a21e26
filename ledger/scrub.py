"""Removing what deleted rows leave behind in the database's files: free pages, old versions, the WAL.

SQLite overwrites what is deleted (`secure_delete`), and the log of writes that still holds it is put
into the file and cut to nothing; VACUUM writes every page anew. On PostgreSQL, VACUUM FULL writes the
tables that hold readable personal data into new files; what the server's own WAL holds goes with its
recycling (`docs/operations.md`).
"""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from sqlalchemy import Engine, Table, text
from sqlalchemy.exc import DBAPIError

from domain import events as ev
from ledger.schema import metadata, person_keys

PATIENCE_SECONDS = 60.0
CREDENTIALS = frozenset({"login", "password_hash", "token_hash"})


class NotScrubbed(Exception):
    """Somebody reads an old state all the while, or the tables are not ours to write anew: to be tried
    again, in the second case by their owner.
    """


def readable_tables() -> list[Table]:
    """The tables with columns of personal data or credentials, and that of the keys."""
    personal = frozenset().union(*(model.PERSONAL for model in ev.EVENT_TYPES.values())) | CREDENTIALS
    return [
        table
        for table in metadata.sorted_tables
        if table is person_keys or not personal.isdisjoint(table.columns.keys())
    ]


def scrub(engine: Engine, *, patience: float = PATIENCE_SECONDS) -> Collection[str]:
    """Leave nothing of deleted rows; returns what could not be reached (`wal` on PostgreSQL without the
    right to make a checkpoint). Safe at any time and to repeat. Raises NotScrubbed.
    """
    if engine.dialect.name == "sqlite":
        _scrub_sqlite(engine, patience)
        return ()
    return _scrub_postgresql(engine, patience)


def _scrub_sqlite(engine: Engine, patience: float) -> None:
    pooled = engine.raw_connection()
    try:
        driver: Any = pooled.driver_connection
        driver.execute("VACUUM").close()
        deadline = time.monotonic() + patience
        while True:
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            if time.monotonic() > deadline:
                raise NotScrubbed("a reader keeps the write-ahead log from being cut")
            time.sleep(0.1)
    finally:
        pooled.invalidate()  # its cache may hold pages of before


OLDER_SNAPSHOTS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() "
    "AND age(backend_xmin) > age(CAST(CAST(:mine AS text) AS xid))"
)
FILE_OF = text("SELECT pg_relation_filenode(quote_ident(:table)::regclass)")


def _scrub_postgresql(engine: Engine, patience: float) -> Collection[str]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What a transaction that began earlier can still see would be copied into the new files.
        mine = connection.execute(text("SELECT pg_current_xact_id()::text")).scalar_one()
        deadline = time.monotonic() + patience
        while connection.execute(OLDER_SNAPSHOTS, {"mine": mine}).scalar_one():
            if time.monotonic() > deadline:
                raise NotScrubbed("a transaction still sees what was deleted")
            time.sleep(0.1)
        for table in readable_tables():
            before = connection.execute(FILE_OF, {"table": table.name}).scalar_one()
            connection.execute(text(f'VACUUM (FULL) "{table.name}"'))
            # To whom it is not permitted PostgreSQL only says a warning, and does nothing.
            if connection.execute(FILE_OF, {"table": table.name}).scalar_one() == before:
                raise NotScrubbed(f"{table.name} is its owner's to write anew, by `jenjang doctor --repair`")
        try:
            connection.execute(text("SELECT pg_switch_wal()"))
            connection.execute(text("CHECKPOINT"))
        except DBAPIError:
            return ("wal",)
    return ()
