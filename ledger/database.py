"""Opening the database: SQLite in WAL with full durability, or PostgreSQL, by URL alone."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

BUSY_TIMEOUT_MS = 60_000


class DatabaseUnavailable(Exception):
    """The database cannot be reached or is not set up; the sentence says what to do."""


def sqlite_url(path: Path) -> str:
    return f"sqlite+pysqlite:///{path}"


def open_database(url: str | URL, *, read_only: bool = False, pool_size: int = 5) -> Engine:
    """An engine for `url`. SQLite connections are WAL with `synchronous=FULL` (an acknowledged
    commit survives power loss) and begin transactions only when told, so that the writer can take
    the write lock first (`BEGIN IMMEDIATE`). `read_only` connections refuse every write.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"check_same_thread": False},
            pool_size=pool_size,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _sqlite_read_only if read_only else _sqlite_setup)
        event.listen(engine, "begin", _sqlite_begin_read if read_only else _sqlite_begin_write)
        return engine
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        if read_only:
            return engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
        return engine
    raise DatabaseUnavailable(f"{parsed.get_backend_name()} is not supported: use sqlite or postgresql")


def driver_connection(connection: Connection) -> Any:
    """The driver's own connection, for statements that run for every event."""
    return connection.connection.driver_connection


def fetch(connection: Connection, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The rows of a `statement` written with `?` marks, by the driver alone, in `connection`'s transaction:
    for the few statements that nearly every request runs. Raises OperationalError.
    """
    if not connection.in_transaction():
        connection.begin()
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.Error as error:
        raise OperationalError(statement, None, error) from error
    finally:
        cursor.close()


def _sqlite_setup(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").close()
    _sqlite_write_ahead(connection)
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        # What is deleted is overwritten: erasure has to reach free pages too.
        "secure_delete = ON",
        "recursive_triggers = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL. Whoever meets another process at this very moment is told "locked" at
    once, whatever the busy timeout says, and looks again.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _sqlite_read_only(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}").close()
    connection.execute("PRAGMA query_only = ON").close()


def _sqlite_begin_write(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _sqlite_begin_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
