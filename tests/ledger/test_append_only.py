"""The database itself refuses to alter what was appended."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from installation import Installation

ALTERATIONS = [
    "UPDATE events SET type = 'X' WHERE position = 0",
    "DELETE FROM events WHERE position = 0",
    "UPDATE checkpoints SET note = 'x'",
    "DELETE FROM checkpoints",
]


@pytest.mark.parametrize("statement", ALTERATIONS)
def test_no_statement_alters_what_was_appended(installation: Installation, statement: str) -> None:
    with installation.writing_engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def test_replacing_by_insert_is_refused(installation: Installation) -> None:
    columns = "position, record, leaf_hash, stream, version, category, type, actor, recorded_at, wakes"
    if installation.writing_engine.dialect.name == "sqlite":
        statement = (
            f"INSERT OR REPLACE INTO events ({columns}) SELECT {columns} FROM events WHERE position = 0"
        )
    else:
        statement = (
            f"INSERT INTO events ({columns}) SELECT {columns} FROM events WHERE position = 0 "
            "ON CONFLICT (position) DO UPDATE SET type = 'X'"
        )
    with installation.writing_engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def test_truncating_is_refused(installation: Installation) -> None:
    if installation.writing_engine.dialect.name == "sqlite":
        statement = "DELETE FROM events"
    else:
        statement = "TRUNCATE events"
    with installation.writing_engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))
