"""The newest reminder of each unit in the profiling campaign, and how many it has had."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Integer, Select, Table, Text, select

from domain.profiling_events import ProfilingReminded
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

profiling_reminders = Table(
    "profiling_reminders",
    metadata,
    Column("unit_id", Text, primary_key=True),
    Column("office", Text, nullable=False),
    Column("reminded_on", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("mapped", Integer, nullable=False),
    # The version of the unit's stream: how often it was reminded.
    Column("times", Integer, nullable=False),
)


class ProfilingReminders:
    name = "profiling_reminders"
    table = profiling_reminders

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.upsert(profiling_reminders, list(_newest(batch.events).values()))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        yield from _newest(history.events.of(ProfilingReminded)).values()


def _newest(events: Iterable[StoredEvent]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for stored in events:
        event = stored.event
        if isinstance(event, ProfilingReminded):
            found[event.unit_id] = (
                event.unit_id,
                event.office,
                event.as_of.isoformat(),
                event.people,
                event.mapped,
                stored.version,
            )
    return found


def of_offices(connection: Connection, offices: Collection[str]) -> list[dict[str, Any]]:
    """The reminders of these office keys, by unit."""
    statement = select(profiling_reminders).where(profiling_reminders.c.office.in_(sorted(offices)))
    return _rows(connection, statement.order_by(profiling_reminders.c.unit_id))


def of_units(connection: Connection) -> dict[str, dict[str, Any]]:
    """Each reminded unit's newest reminder."""
    return {row["unit_id"]: row for row in _rows(connection, select(profiling_reminders))}


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]
