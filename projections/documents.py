"""Documents in people's files: what was filed, when, the hash of its bytes, and the newest verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, select

from domain import events as ev
from domain.document_events import DocumentVerified
from domain.erasure_events import PersonErased
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
    Column("issued_on", Text),
    Column("verdict", Text),
    Column("valid_until", Text),
    Column("reason", Text),
    Column("verified_at", Text),
    Column("verified_by", Text),
    Column("version", Integer, nullable=False),
    Index("documents_person", "person_id", "filed_at"),
)


UNVERIFIED = (None, None, None, None, None)
VERIFY = (
    "UPDATE documents SET verdict = ?, valid_until = ?, reason = ?, verified_at = ?, verified_by = ?, "
    "version = ? WHERE document_id = ?"
)
ERASED = "UPDATE documents SET file_name = NULL, reason = NULL WHERE person_id = ?"


class Documents:
    name = "documents"
    table = documents

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            if isinstance(stored.event, ev.DocumentFiled):
                writer.upsert(documents, [_filed(stored, stored.event)])
            elif isinstance(stored.event, DocumentVerified):
                verdict = _verdict(stored, stored.event)
                writer.execute(VERIFY, (*verdict, stored.version, stored.event.document_id))
            elif isinstance(stored.event, PersonErased):
                writer.execute(ERASED, (stored.event.person_id,))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        newest: dict[str, tuple[Any, ...]] = {}
        for stored in history.events.of(ev.DocumentFiled, DocumentVerified):
            if isinstance(stored.event, ev.DocumentFiled):
                newest[stored.event.document_id] = _filed(stored, stored.event)
            elif isinstance(stored.event, DocumentVerified):
                kept = newest[stored.event.document_id][: -len(UNVERIFIED) - 1]
                newest[stored.event.document_id] = (*kept, *_verdict(stored, stored.event), stored.version)
        yield from newest.values()


def _filed(stored: StoredEvent, event: ev.DocumentFiled) -> tuple[Any, ...]:
    return (
        event.document_id,
        event.person_id,
        event.document_type,
        event.media_type,
        event.size_bytes,
        event.sha256,
        event.file_name,
        stored.recorded_at,
        stored.actor.id,
        event.issued_on.isoformat() if event.issued_on else None,
        *UNVERIFIED,
        stored.version,
    )


def _verdict(stored: StoredEvent, event: DocumentVerified) -> tuple[Any, ...]:
    until = event.valid_until.isoformat() if event.valid_until else None
    return (event.outcome, until, event.reason, stored.recorded_at, stored.actor.id)


def of_person(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    statement = select(documents).where(documents.c.person_id == person_id)
    return [dict(row) for row in connection.execute(statement.order_by(documents.c.filed_at)).mappings()]


def by_id(connection: Connection, document_id: str) -> dict[str, Any] | None:
    row = (
        connection.execute(select(documents).where(documents.c.document_id == document_id)).mappings().first()
    )
    return dict(row) if row else None
