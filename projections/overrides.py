"""The public register of overrides: who carried which case past which rule, and who suggested the name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, select

from domain import events as ev
from domain.promotion_events import CandidateChosen
from ledger.mirror import ACTION, action_id_of
from ledger.projection import Batch, History, RowWriter
from ledger.read import Reader
from ledger.record import StoredEvent
from ledger.schema import PositionType, events, metadata

overrides = Table(
    "overrides",
    metadata,
    Column("position", PositionType, primary_key=True, autoincrement=False),
    Column("action_id", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
)


class Overrides:
    name = "overrides"
    table = overrides

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.insert(overrides, [row for stored in batch.events for row in _rows(stored)])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for stored in history.events.of(ev.Overridden):
            yield from _rows(stored)


def _rows(stored: StoredEvent) -> list[tuple[Any, ...]]:
    event = stored.event
    if not isinstance(event, ev.Overridden):
        return []
    return [
        (
            stored.position,
            action_id_of(stored.stream),
            event.rule,
            event.proposed_by,
            event.confirmed_by,
            stored.recorded_at,
        )
    ]


def page(connection: Connection, limit: int, before: int | None) -> list[dict[str, Any]]:
    """Newest first. `before` is the position of the last row of the page before."""
    statement = select(overrides).order_by(overrides.c.position.desc()).limit(limit)
    if before is not None:
        statement = statement.where(overrides.c.position < before)
    return [dict(row) for row in connection.execute(statement).mappings()]


def suggestion(reader: Reader, connection: Connection, action_id: str) -> tuple[str | None, str | None]:
    """Who suggested the name, sealed in the submission or with the choice of a candidate, None where nobody
    said or the seal is gone; and the hash of the frozen list that was chosen from, None where there is none.
    """
    named = (ev.ActionSubmitted.__name__, CandidateChosen.__name__)
    row = connection.execute(
        select(events.c.position, events.c.record, events.c.leaf_hash)
        .where(events.c.stream == f"{ACTION}/{action_id}", events.c.type.in_(named))
        .order_by(events.c.version.desc())
        .limit(1)
    ).first()
    if row is None:
        return None, None
    event = reader.open(connection, row.position, bytes(row.record), bytes(row.leaf_hash)).event
    if isinstance(event, CandidateChosen):
        return event.suggested_by, event.list_hash
    return (
        (event.suggested_by, event.candidate_list_hash)
        if isinstance(event, ev.ActionSubmitted)
        else (None, None)
    )
