"""Stored rows of a projection against those that the history gives, in bounded memory.

Both sides are summed (a sum of hashes does not depend on order). Where the sums differ they are taken
again in buckets of rows by primary key, and rows of differing buckets are looked at one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b

from sqlalchemy import Connection, Table

from audit.findings import Findings
from audit.stored_rows import Row, batches_of, whole

BUCKETS = 4096
BUCKETS_LOOKED_AT = 64
Rows = Callable[[], Iterator[Row]]


def compare_rows(
    connection: Connection,
    table: Table,
    name: str,
    expected: Rows,
    findings: Findings,
    hidden: frozenset[int] = frozenset(),
) -> int:
    """Report missing, extra and different rows of `table`; returns how many are stored. The columns at
    `hidden` are not compared; `expected` gives None there.
    """
    total, count = 0, 0
    try:
        for row in expected():
            total += _digest(row)
    except Exception as error:  # noqa: BLE001  (a history that no projection can be made from is a finding)
        findings.add("projection-unmakeable", None, f"{name}: {type(error).__name__}: {error}")
        return 0
    for row in without(_stored(connection, table), hidden):
        total -= _digest(row)
        count += 1
    if total:
        key = [index for index, column in enumerate(table.columns) if column.primary_key]
        looked_at = _differing(connection, table, expected, key, hidden)
        _name_rows(connection, table, name, expected, key, looked_at, hidden, findings)
    return count


def _differing(
    connection: Connection, table: Table, expected: Rows, key: list[int], hidden: frozenset[int]
) -> set[int]:
    """The first buckets whose sums differ."""
    sums = [0] * BUCKETS
    for row in expected():
        sums[_bucket(row, key)] += _digest(row)
    for row in without(_stored(connection, table), hidden):
        sums[_bucket(row, key)] -= _digest(row)
    return set([bucket for bucket, total in enumerate(sums) if total][:BUCKETS_LOOKED_AT])


def _name_rows(
    connection: Connection,
    table: Table,
    name: str,
    expected: Rows,
    key: list[int],
    buckets: set[int],
    hidden: frozenset[int],
    findings: Findings,
) -> None:
    wanted: dict[str, Counter[str]] = {}
    for row in expected():
        if _bucket(row, key) in buckets:
            wanted.setdefault(_key(row, key), Counter())[repr(row)] += 1
    stored: dict[str, Counter[str]] = {}
    for row in without(_stored(connection, table), hidden):
        if _bucket(row, key) in buckets:
            stored.setdefault(_key(row, key), Counter())[repr(row)] += 1
    for where in sorted(wanted.keys() | stored.keys()):
        if where not in stored:
            findings.add("projection-row-missing", None, f"{name} {where}")
        elif where not in wanted:
            findings.add("projection-row-extra", None, f"{name} {where}")
        elif wanted[where] != stored[where]:
            findings.add("projection-row-differs", None, f"{name} {where}")


def _stored(connection: Connection, table: Table) -> Iterator[Row]:
    for batch in batches_of(connection, whole(table)):
        yield from batch


def _key(row: Row, key: list[int]) -> str:
    return ", ".join(repr(row[index]) for index in key)


def _bucket(row: Row, key: list[int]) -> int:
    hashed = blake2b(_key(row, key).encode("utf-8", "backslashreplace"), digest_size=2).digest()
    return int.from_bytes(hashed, "big") % BUCKETS


def _digest(row: Row) -> int:
    return int.from_bytes(
        blake2b(repr(row).encode("utf-8", "backslashreplace"), digest_size=64).digest(), "big"
    )


def without(rows: Iterator[Row], positions: frozenset[int]) -> Iterator[Row]:
    """Rows with the values at `positions` blanked."""
    if not positions:
        return rows
    return (tuple(None if index in positions else value for index, value in enumerate(row)) for row in rows)
