"""Every column of every table, mutated by machine: nothing that is evidence changes unseen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from audit.findings import Findings
from audit.projection_check import compare_rows
from audit.rebuild import fold_history
from audit.stored_rows import Row
from ledger.database import open_database
from ledger.schema import guards, metadata
from projections.catalogue import all_projections
from tests.audit.conftest import Evidence, copy_of

# Tables that prove nothing about what was decided, each with its reason.
NO_EVIDENCE = {
    "accounts": "credentials: passwords, lockouts; changed outside the ledger",
    "sessions": "credentials: who is signed in just now",
    "second_factors": "credentials: sealed seeds, lockouts; changed outside the ledger",
    "recovery_codes": "credentials: hashes of codes not used yet",
    "saved_views": "what people like to see first; changed outside the ledger",
    "cursors": "how far a consumer has come; a wrong one repeats or is caught up",
    "batches": "what a program sent in one file; what came of each row is in the ledger by its command",
    "batch_parts": "as `batches`: how far the file has come",
    "batch_rows": "as `batches`: the answer to each row, whose receipt can be held against the ledger",
    "notices": "letters to people, waiting or gone; what they tell of is in the ledger",
    "notification_settings": "how people like to be told; changed outside the ledger",
    "rate_windows": "how much a key has asked for lately",
    "spent_nonces": "which signed requests were seen within the last minutes",
    "webhook_cursors": "how far a subscriber was told; a wrong one repeats or leaves out what the feed has",
    "webhook_deliveries": "attempts to tell a subscriber; nothing is decided by them",
}
# Single columns likewise.
UNPROVABLE = {
    ("commands", "body_hash"): "guards against a reused key only; any SHA-256 is as good to the ledger",
}
MUTATIONS = ("flip", "null", "retype", "swap")
TABLES = sorted(set(metadata.tables) - NO_EVIDENCE.keys())
PROJECTIONS = {projection.table.name: projection for projection in all_projections()}
Rows = dict[str, list[Row]]


@pytest.fixture(scope="session")
def rows(small: Evidence) -> Rows:
    """What each read model must hold. The events under them stay as they are while a row is mutated, so
    they are folded once instead of some hundred times.
    """
    with small.installation.reader.engine.connect() as connection:
        history = fold_history(connection, small.installation.sealing_key)
        return {name: list(projection.rows(history)) for name, projection in PROJECTIONS.items()}


def passes(small: Evidence, path: Path, table: str, rows: Rows) -> bool:
    """Whether a mutated copy is taken for sound: by the whole of `verify`, or by its comparison of the
    read model that `table` is. (That `verify` compares each read model is seen by the deleted rows below.)
    """
    if table not in PROJECTIONS:
        return small.verify(path).ok
    engine, findings = open_database(f"sqlite+pysqlite:///{path}", read_only=True), Findings()
    try:
        with engine.connect() as connection:
            compare_rows(connection, metadata.tables[table], table, lambda: iter(rows[table]), findings)
    finally:
        engine.dispose()
    return not findings.found


@pytest.mark.parametrize("table", sorted(PROJECTIONS))
def test_what_is_not_mutated_passes(small: Evidence, table: str, rows: Rows) -> None:
    assert rows[table]
    assert passes(small, small.database, table, rows)


@pytest.mark.parametrize("table", TABLES)
def test_no_mutation_of_a_column_survives(small: Evidence, tmp_path: Path, table: str, rows: Rows) -> None:
    survived, tried = [], 0
    for column in (column.name for column in metadata.tables[table].columns):
        if (table, column) in UNPROVABLE:
            continue
        for mutation in MUTATIONS:
            path = copy_of(small.database, tmp_path / "mutated.db")
            if mutate(path, table, column, mutation):
                tried += 1
                if passes(small, path, table, rows):
                    survived.append((table, column, mutation))
            path.unlink()
    assert not survived
    assert tried


@pytest.mark.parametrize("table", TABLES)
def test_no_deleted_or_doubled_row_survives(small: Evidence, tmp_path: Path, table: str) -> None:
    for act in ("delete", "double"):
        path = copy_of(small.database, tmp_path / f"{act}.db")
        with unguarded(path) as connection:
            loosen(connection, table)
            row = middle(connection, table)
            if act == "delete":
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
            else:
                connection.execute(f"INSERT INTO {table} SELECT * FROM {table} WHERE rowid = ?", (row,))
            restore(connection)
        assert not small.verify(path).ok, act


def mutate(path: Path, table: str, column: str, mutation: str) -> bool:
    """Apply one mutation to a middle row; False where it leaves the value as it was."""
    with unguarded(path) as connection:
        loosen(connection, table)
        row = middle(connection, table)
        before = value(connection, table, column, row)
        if mutation == "swap":
            other = partner(connection, table, column, row)
            if other is None:
                return False
            theirs = value(connection, table, column, other[0])
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (before, other[0]))
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (theirs, row))
        else:
            changed = {"flip": flipped, "null": lambda _: None, "retype": retyped}[mutation](before)
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
        after = value(connection, table, column, row)
        restore(connection)
    return (type(before), before) != (type(after), after)


def partner(connection: sqlite3.Connection, table: str, column: str, row: int) -> tuple[int] | None:
    """A row that differs in `column` and in another: two that differ in it alone only change places."""
    names = [info[1] for info in connection.execute(f"PRAGMA table_info({table})")]
    rest = " OR ".join(f"a.{name} IS NOT b.{name}" for name in names if name != column) or "TRUE"
    found: tuple[int] | None = connection.execute(
        f"SELECT a.rowid FROM {table} a JOIN {table} b ON b.rowid = ? "
        f"WHERE a.{column} IS NOT b.{column} AND ({rest}) ORDER BY a.rowid DESC LIMIT 1",
        (row,),
    ).fetchone()
    return found


def flipped(value: object) -> object:
    if isinstance(value, int):
        return value ^ 1
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"
    return "x"


def retyped(value: object) -> object:
    if isinstance(value, int):
        return f"{value}x".encode()
    if isinstance(value, bytes):
        return value.hex()
    return b"\xff" + str(value).encode()


class unguarded:  # noqa: N801  (reads as a word in a `with` line)
    """A connection that may do anything; the schema's text is put back when it closes."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)

    def __enter__(self) -> sqlite3.Connection:
        for (name,) in self.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            self.connection.execute(f"DROP TRIGGER {name}")
        return self.connection

    def __exit__(self, *_: object) -> None:
        for statement in guards("sqlite"):
            self.connection.execute(statement)
        self.connection.close()


def loosen(connection: sqlite3.Connection, table: str) -> None:
    """Take the table's keys and NOT NULLs away, keeping its rows: a plain table of plain columns."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    connection.execute(f"ALTER TABLE {table} RENAME TO strict_{table}")
    connection.execute(f"CREATE TABLE {table} ({', '.join(names)})")
    connection.execute(f"INSERT INTO {table} SELECT * FROM strict_{table}")


def restore(connection: sqlite3.Connection) -> None:
    """Leave no other trace than the table's looseness, which the schema pin is told to pass."""
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE name LIKE 'strict\\_%' ESCAPE '\\' AND type = 'table'"
    ).fetchall():
        connection.execute(f"DROP TABLE {name}")


def middle(connection: sqlite3.Connection, table: str) -> int:
    count = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    return int(
        connection.execute(
            f"SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET ?", (count // 2,)
        ).fetchone()[0]
    )


def value(connection: sqlite3.Connection, table: str, column: str, row: int) -> object:
    found: object = connection.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()[0]
    return found


@pytest.fixture(autouse=True)
def keys_are_not_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a mutation is found by its value and not because the table lost its key."""
    monkeypatch.setattr("audit.verify.check_schema", lambda *_: True)
