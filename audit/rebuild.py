"""Dropping a projection's rows and writing them anew from the history, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, text

from audit.findings import Findings
from audit.history import Events, fold
from audit.projection_check import compare_rows
from ledger.projection import History, Projection
from ledger.schema import head

ROWS_AT_ONCE = 1_000


def rebuild(
    engine: Engine, projections: Sequence[Projection], sealing_key: bytes
) -> list[tuple[str, bool, int]]:
    """Rebuild each projection under the head's lock, so that no writer appends meanwhile.

    `(name, whether the rows came out the same, rows written)` for each, in the order given.
    """
    answers = []
    with engine.begin() as connection:
        lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
        connection.execute(text(f"SELECT size FROM head WHERE id = 1{lock}"))
        history = fold_history(connection, sealing_key)
        for projection in projections:
            differences = Findings()
            compare_rows(
                connection,
                projection.table,
                projection.name,
                lambda projection=projection: projection.rows(history),  # type: ignore[misc]
                differences,
            )
            connection.execute(delete(projection.table))
            count = 0
            for part in _parts(projection.rows(history)):
                names = [column.name for column in projection.table.columns]
                connection.execute(insert(projection.table), [dict(zip(names, r, strict=True)) for r in part])
                count += len(part)
            answers.append((projection.name, not differences.found, count))
    return answers


def fold_history(connection: Connection, sealing_key: bytes | None) -> History:
    """The history as `connection`'s transaction sees it, taken as sound."""
    size = connection.execute(select(head.c.size)).scalar_one()
    return fold(Events(connection, sealing_key, size=size), lambda _: None)


def _parts(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while part := list(islice(rows, ROWS_AT_ONCE)):
        yield part
