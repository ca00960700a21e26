"""The words by which auditors find events, without a scan and without personal data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, Text, select

from domain.events import Event
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import PositionType, events, metadata

audit_terms = Table(
    "audit_terms",
    metadata,
    Column("term", Text, primary_key=True),
    Column("position", PositionType, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Fields whose values people search by. Dates, hashes and free text are found by other ways.
SEARCHED = (
    "step",
    "office",
    "outcome",
    "variant",
    "rule",
    "number",
    "target_position_id",
    "origin_position_id",
    "position_id",
    "unit_id",
    "subject_id",
    "person_id",
    "delegate_id",
    "capacity",
    "to_office",
    "what",
    "document_type",
    "authority",
)
WORD = re.compile(r"[^\s,;]+")


class AuditSearch:
    name = "audit_search"
    table = audit_terms

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.insert(audit_terms, [row for stored in batch.events for row in rows_of(stored)])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for stored in history.events:
            yield from rows_of(stored)


def rows_of(stored: StoredEvent) -> list[tuple[str, int]]:
    """One row for each distinct word of the searched fields."""
    event = stored.event
    values = [getattr(event, name) for name in _searched_fields(type(event))]
    words = {value.casefold() for value in values if isinstance(value, str)}
    return [(word, stored.position) for word in sorted(words)]


@cache
def _searched_fields(model: type[Event]) -> tuple[str, ...]:
    return tuple(name for name in SEARCHED if name in model.model_fields and name not in model.PERSONAL)


def matching(query: str) -> Select[Any] | None:
    """Positions of events that hold every word of `query`; None for an empty query. Case and order
    do not matter; a word may end in `*`.
    """
    words = [word.casefold() for word in WORD.findall(query)]
    if not words:
        return None
    statement = select(audit_terms.c.position)
    first, *others = words
    statement = statement.where(_term(first))
    for word in others:
        statement = statement.where(
            audit_terms.c.position.in_(select(audit_terms.c.position).where(_term(word)))
        )
    return statement


def _term(word: str) -> Any:
    if word.endswith("*") and len(word) > 1:
        start = word[:-1]
        return (audit_terms.c.term >= start) & (audit_terms.c.term < start + "\U0010ffff")
    return audit_terms.c.term == word


def page(
    connection: Connection,
    *,
    actor: str | None,
    type_: str | None,
    stream: str | None,
    first: str | None,
    last: str | None,
    query: str | None,
    limit: int,
    before: int | None,
) -> list[tuple[int, bytes, bytes]]:
    """Newest first: `(position, record, leaf_hash)`. `first` and `last` bound `recorded_at`, which
    never decreases with position, so they become position bounds by binary search.
    """
    statement = select(events.c.position, events.c.record, events.c.leaf_hash)
    if actor:
        statement = statement.where(events.c.actor == actor)
    if type_:
        statement = statement.where(events.c.type == type_)
    if stream:
        statement = statement.where(events.c.stream == stream)
    if first:
        statement = statement.where(events.c.position >= _first_at(connection, first))
    if last:
        statement = statement.where(events.c.position < _first_at(connection, last))
    if before is not None:
        statement = statement.where(events.c.position < before)
    words = matching(query or "")
    if words is not None:
        statement = statement.where(events.c.position.in_(words))
    statement = statement.order_by(events.c.position.desc()).limit(limit)
    return [(row[0], bytes(row[1]), bytes(row[2])) for row in connection.execute(statement)]


def first_position_after(connection: Connection, moment: str) -> int:
    """The first position recorded after `moment`; the ledger's size when there is none. A record's moment
    and those of the records before it never exceed it.
    """
    return _bisect(connection, lambda at: at <= moment)


def _first_at(connection: Connection, moment: str) -> int:
    """The first position recorded at or after `moment`; the ledger's size when there is none."""
    return _bisect(connection, lambda at: at < moment)


def _bisect(connection: Connection, earlier: Callable[[str], bool]) -> int:
    newest = connection.execute(
        select(events.c.position).order_by(events.c.position.desc()).limit(1)
    ).scalar()
    low, high = 0, 0 if newest is None else newest + 1
    while low < high:
        middle = (low + high) // 2
        at = connection.execute(select(events.c.recorded_at).where(events.c.position == middle)).scalar_one()
        if earlier(at):
            low = middle + 1
        else:
            high = middle
    return low
