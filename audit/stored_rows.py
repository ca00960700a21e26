"""Reading stored rows as the driver gives them, a few thousand in memory at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Select, Table, select

from ledger.database import driver_connection

ROWS_AT_ONCE = 2_000
_TEXTS: WeakKeyDictionary[Select[Any], dict[str, str]] = WeakKeyDictionary()
_WHOLE: dict[str, Select[Any]] = {}
Row = tuple[Any, ...]


def batches_of(connection: Connection, statement: Select[Any]) -> Iterator[list[Row]]:
    """Rows of plain driver values in lists of up to ROWS_AT_ONCE, in `connection`'s transaction.

    SQLAlchemy's own rows cost more than hashing a record does. Raises the driver's errors.
    """
    sql = _text_of(statement, connection.dialect)
    driver = driver_connection(connection)
    if connection.dialect.name == "sqlite":
        cursor = driver.cursor()
        cursor.execute(sql)
    else:
        cursor = driver.cursor(name=f"audit_{uuid.uuid4().hex}")
        cursor.execute(sql, binary=True)
    try:
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows
    finally:
        cursor.close()


def whole(table: Table) -> Select[Any]:
    """All rows and columns of a table, in no order. One statement for each table: it is compiled once."""
    return _WHOLE.setdefault(table.name, select(table))


def _text_of(statement: Select[Any], dialect: Dialect) -> str:
    """Compiling costs as much as reading a few hundred rows, so that a kept statement is compiled once."""
    known = _TEXTS.setdefault(statement, {})
    if dialect.name not in known:
        known[dialect.name] = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return known[dialect.name]


def rows_of(connection: Connection, statement: Select[Any]) -> Iterator[dict[str, Any]]:
    """The same rows one by one, as dicts by column name."""
    names = tuple(statement.selected_columns.keys())
    for batch in batches_of(connection, statement):
        for row in batch:
            yield dict(zip(names, row, strict=True))
