"""The regional apparatuses of a cycle: their achievement, and whether the pattern was considered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, Text, select

from domain import evaluation_events as eve
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

cycle_units = Table(
    "cycle_units",
    metadata,
    Column("cycle_id", Text, primary_key=True),
    Column("unit_id", Text, primary_key=True),
    Column("achievement", Text, nullable=False),
    Column("document_number", Text, nullable=False),
    Column("rated_by", Text, nullable=False),
    Column("rated_at", Text, nullable=False),
    Column("considered_by", Text),
    Column("considered_at", Text),
    Column("fits", Integer),
    Column("considered_version", Integer),
)
CONSIDERED = (
    "UPDATE cycle_units SET considered_by = ?, considered_at = ?, fits = ?, considered_version = ? "
    "WHERE cycle_id = ? AND unit_id = ?"
)


class CycleUnits:
    name = "cycle_units"
    table = cycle_units

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            event = stored.event
            if isinstance(event, eve.OrganisationRated):
                writer.upsert(cycle_units, [_rated(event, stored)])
            elif isinstance(event, eve.DistributionConsidered):
                writer.execute(CONSIDERED, (*_considered(event, stored), event.cycle_id, event.unit_id))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        found: dict[tuple[str, str], tuple[Any, ...]] = {}
        for stored in history.events.of(eve.OrganisationRated, eve.DistributionConsidered):
            event = stored.event
            if isinstance(event, eve.OrganisationRated):
                found[event.cycle_id, event.unit_id] = _rated(event, stored)
            elif isinstance(event, eve.DistributionConsidered):
                key = event.cycle_id, event.unit_id
                found[key] = (*found[key][:6], *_considered(event, stored))
        yield from found.values()


def _rated(event: eve.OrganisationRated, stored: StoredEvent) -> tuple[Any, ...]:
    """A new achievement has not been considered yet."""
    said = (event.achievement.value, event.document_number, stored.actor.id, stored.recorded_at)
    return (event.cycle_id, event.unit_id, *said, None, None, None, None)


def _considered(event: eve.DistributionConsidered, stored: StoredEvent) -> tuple[Any, ...]:
    return stored.actor.id, stored.recorded_at, int(event.fits), stored.version


def of_cycle(connection: Connection, cycle_id: str) -> dict[str, dict[str, Any]]:
    """The rows of a cycle by unit."""
    rows = connection.execute(select(cycle_units).where(cycle_units.c.cycle_id == cycle_id)).mappings()
    return {row["unit_id"]: dict(row) for row in rows}
