"""Results of talent that officers entered: who, when, of whom, and what became of them. No values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, Text, select

from domain.result_entry_events import TalentResultDecided, TalentResultEntered
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

WAITING, COUNTED, REJECTED = "waiting", "counted", "rejected"

talent_results = Table(
    "talent_results",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Text),
    Index("talent_results_state", "state", "entered_at", "entry_id"),
)
DECIDE = "UPDATE talent_results SET state = ?, decided_by = ?, decided_at = ? WHERE entry_id = ?"


class TalentResults:
    name = "talent_results"
    table = talent_results

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            if isinstance(stored.event, TalentResultEntered):
                writer.insert(talent_results, [_entered(stored, stored.event)])
            elif isinstance(stored.event, TalentResultDecided):
                writer.execute(DECIDE, (*_decided(stored, stored.event), stored.event.entry_id))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        found: dict[str, tuple[Any, ...]] = {}
        for stored in history.events.of(TalentResultEntered, TalentResultDecided):
            if isinstance(stored.event, TalentResultEntered):
                found[stored.event.entry_id] = _entered(stored, stored.event)
            elif isinstance(stored.event, TalentResultDecided) and stored.event.entry_id in found:
                known, decided = found[stored.event.entry_id], _decided(stored, stored.event)
                found[stored.event.entry_id] = (*known[:3], decided[0], *known[4:6], *decided[1:])
        yield from found.values()


def _entered(stored: StoredEvent, event: TalentResultEntered) -> tuple[Any, ...]:
    state = WAITING if event.waits else COUNTED
    who = (event.entered_by, stored.recorded_at)
    return (event.entry_id, event.person_id, event.what, state, *who, None, None)


def _decided(stored: StoredEvent, event: TalentResultDecided) -> tuple[str, str, str]:
    state = COUNTED if event.outcome == "approve" else REJECTED
    return state, event.decided_by, stored.recorded_at


def by_id(connection: Connection, entry_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(talent_results).where(talent_results.c.entry_id == entry_id))
    found = row.mappings().first()
    return dict(found) if found is not None else None


def page(
    connection: Connection, state: str | None, limit: int, after: tuple[str, str] | None
) -> list[dict[str, Any]]:
    """In the order in which they were entered; `after` is moment and id of the last row before."""
    table = talent_results.c
    statement = select(talent_results).order_by(table.entered_at, table.entry_id).limit(limit)
    if state is not None:
        statement = statement.where(table.state == state)
    if after is not None:
        at, entry_id = after
        later = (table.entered_at > at) | ((table.entered_at == at) & (table.entry_id > entry_id))
        statement = statement.where(later)
    return [dict(row) for row in connection.execute(statement).mappings()]
