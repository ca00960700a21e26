"""Where SIASN and the register disagree: about whom, in what, since when, and the outcome. No values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, Text, select

from domain.siasn_events import SiasnDiffered, SiasnDifferenceSettled
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import PositionType, metadata

OPEN = "open"

siasn_differences = Table(
    "siasn_differences",
    metadata,
    Column("difference_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Where its values are sealed.
    Column("position", PositionType, nullable=False),
    Column("found_at", Text, nullable=False),
    Column("settled_by", Text),
    Column("settled_at", Text),
    Index("siasn_differences_state", "state", "position"),
)
SETTLE = "UPDATE siasn_differences SET state = ?, settled_by = ?, settled_at = ? WHERE difference_id = ?"


class SiasnDifferences:
    name = "siasn_differences"
    table = siasn_differences

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            if isinstance(stored.event, SiasnDiffered):
                writer.insert(siasn_differences, [_found(stored, stored.event)])
            elif isinstance(stored.event, SiasnDifferenceSettled):
                writer.execute(SETTLE, (*_settled(stored, stored.event), stored.event.difference_id))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        found: dict[str, tuple[Any, ...]] = {}
        for stored in history.events.of(SiasnDiffered, SiasnDifferenceSettled):
            event = stored.event
            if isinstance(event, SiasnDiffered):
                found[event.difference_id] = _found(stored, event)
            elif isinstance(event, SiasnDifferenceSettled) and event.difference_id in found:
                known, (state, by, at) = found[event.difference_id], _settled(stored, event)
                found[event.difference_id] = (*known[:3], state, *known[4:6], by, at)
        yield from found.values()


def _found(stored: StoredEvent, event: SiasnDiffered) -> tuple[Any, ...]:
    what = (event.difference_id, event.person_id, event.field, OPEN)
    return (*what, stored.position, stored.recorded_at, None, None)


def _settled(stored: StoredEvent, event: SiasnDifferenceSettled) -> tuple[str, str | None, str]:
    by = stored.actor.id if stored.actor.kind == "person" else None
    return event.outcome, by, stored.recorded_at


def by_id(connection: Connection, difference_id: str) -> dict[str, Any] | None:
    statement = select(siasn_differences).where(siasn_differences.c.difference_id == difference_id)
    found = connection.execute(statement).mappings().first()
    return dict(found) if found is not None else None


def page(connection: Connection, state: str, limit: int, after: int) -> list[dict[str, Any]]:
    """In the order in which they were found, from behind the position `after`."""
    table = siasn_differences.c
    statement = select(siasn_differences).where(table.state == state, table.position > after)
    return [
        dict(row) for row in connection.execute(statement.order_by(table.position).limit(limit)).mappings()
    ]
