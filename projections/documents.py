"""Documents in people's files: what was filed, when, and the hash of its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, select

from domain import events as ev
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

documents = Table(
    "documents",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("document_type", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("file_name", Text),
    Column("filed_at", Text, nullable=False),
    Column("filed_by", Text, nullable=False),
    Index("documents_person", "person_id", "filed_at"),
)


class Documents:
    name = "documents"
    table = documents

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.upsert(documents, [row for stored in batch.events for row in _rows(stored)])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        newest = {row[0]: row for stored in history.events.of(ev.DocumentFiled) for row in _rows(stored)}
        yield from newest.values()


def _rows(stored: StoredEvent) -> list[tuple[Any, ...]]:
    event = stored.event
    if not isinstance(event, ev.DocumentFiled):
        return []
    return [
        (
            event.document_id,
            event.person_id,
            event.document_type,
            event.media_type,
            event.size_bytes,
            event.sha256,
            event.file_name,
            stored.recorded_at,
            stored.actor.id,
        )
    ]


def of_person(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    statement = select(documents).where(documents.c.person_id == person_id)
    return [dict(row) for row in connection.execute(statement.order_by(documents.c.filed_at)).mappings()]


def by_id(connection: Connection, document_id: str) -> dict[str, Any] | None:
    row = (
        connection.execute(select(documents).where(documents.c.document_id == document_id)).mappings().first()
    )
    return dict(row) if row else None
