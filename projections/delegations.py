"""Acting holders and delegates, past and present, with their letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, Text, or_, select

from domain import events as ev
from domain.erasure_events import PersonErased
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

delegations = Table(
    "delegations",
    metadata,
    Column("delegation_id", Text, primary_key=True),
    Column("capacity", Text, nullable=False),
    Column("position_id", Text, nullable=False),
    Column("principal_id", Text),
    Column("delegate_id", Text, nullable=False),
    Column("first_day", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("letter_number", Text),
    Column("granted_at", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("revoked_at", Text),
    Index("delegations_newest", "granted_at", "delegation_id"),
)


class Delegations:
    name = "delegations"
    table = delegations

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            if isinstance(stored.event, ev.DelegationGranted):
                writer.upsert(delegations, [_row(stored, stored.event, None)])
            elif isinstance(stored.event, ev.DelegationRevoked):
                writer.execute(
                    "UPDATE delegations SET revoked_at = ? WHERE delegation_id = ?",
                    (stored.recorded_at, stored.event.delegation_id),
                )
            elif isinstance(stored.event, PersonErased):
                # The letter is sealed for whom it appoints.
                writer.execute(
                    "UPDATE delegations SET letter_number = NULL WHERE delegate_id = ?",
                    (stored.event.person_id,),
                )

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        granted: dict[str, tuple[StoredEvent, ev.DelegationGranted]] = {}
        revoked: dict[str, str] = {}
        for stored in history.events.of(ev.DelegationGranted, ev.DelegationRevoked):
            if isinstance(stored.event, ev.DelegationGranted):
                granted[stored.event.delegation_id] = (stored, stored.event)
                revoked.pop(stored.event.delegation_id, None)
            elif isinstance(stored.event, ev.DelegationRevoked):
                revoked[stored.event.delegation_id] = stored.recorded_at
        for delegation_id, (stored, event) in granted.items():
            yield _row(stored, event, revoked.get(delegation_id))


def _row(stored: StoredEvent, event: ev.DelegationGranted, revoked_at: str | None) -> tuple[Any, ...]:
    return (
        event.delegation_id,
        event.capacity.value,
        event.position_id,
        event.principal_id,
        event.delegate_id,
        event.first_day.isoformat(),
        event.last_day.isoformat(),
        event.letter_number,
        stored.recorded_at,
        stored.actor.id,
        revoked_at,
    )


def page(
    connection: Connection, person_id: str | None, limit: int, before: tuple[str, str] | None
) -> list[dict[str, Any]]:
    """Newest first; with `person_id` only those in which the person has a part."""
    statement = select(delegations).order_by(
        delegations.c.granted_at.desc(), delegations.c.delegation_id.desc()
    )
    if person_id is not None:
        statement = statement.where(
            or_(
                delegations.c.principal_id == person_id,
                delegations.c.delegate_id == person_id,
                delegations.c.granted_by == person_id,
            )
        )
    if before is not None:
        statement = statement.where(
            or_(
                delegations.c.granted_at < before[0],
                (delegations.c.granted_at == before[0]) & (delegations.c.delegation_id < before[1]),
            )
        )
    return [dict(row) for row in connection.execute(statement.limit(limit)).mappings()]


def by_id(connection: Connection, delegation_id: str) -> dict[str, Any] | None:
    row = (
        connection.execute(select(delegations).where(delegations.c.delegation_id == delegation_id))
        .mappings()
        .first()
    )
    return dict(row) if row else None
