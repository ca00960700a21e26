"""The keys of integrations: what each may do, the hash by which it is known, and whether it was ended.

A row is written in the same transaction as its event, so a key works exactly while the ledger says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, Text, select

from domain import events as ev
from domain.inbound_events import ApiKeyTermsSet
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("sandbox", Integer, nullable=False),
    Column("requests_per_minute", Integer),
    Column("signature_algorithm", Text),
    Column("verification_key", Text),
    Column("signature_required", Integer, nullable=False),
)

TERMS = (
    "UPDATE api_keys SET requests_per_minute = ?, signature_algorithm = ?, verification_key = ?, "
    "signature_required = ? WHERE key_id = ?"
)


class ApiKeys:
    name = "api_keys"
    table = api_keys

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            if isinstance(stored.event, ev.ApiKeyIssued):
                writer.upsert(api_keys, [_row(stored, stored.event, None, None)])
            elif isinstance(stored.event, ApiKeyTermsSet):
                writer.execute(TERMS, (*_terms(stored.event), stored.event.key_id))
            elif isinstance(stored.event, ev.ApiKeyRevoked):
                writer.execute(
                    "UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL",
                    (stored.recorded_at, stored.event.key_id),
                )

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        issued: dict[str, tuple[StoredEvent, ev.ApiKeyIssued]] = {}
        revoked: dict[str, str] = {}
        terms: dict[str, ApiKeyTermsSet] = {}
        for stored in history.events.of(ev.ApiKeyIssued, ev.ApiKeyRevoked, ApiKeyTermsSet):
            if isinstance(stored.event, ev.ApiKeyIssued):
                issued[stored.event.key_id] = (stored, stored.event)
                revoked.pop(stored.event.key_id, None)
                terms.pop(stored.event.key_id, None)
            elif isinstance(stored.event, ApiKeyTermsSet):
                terms[stored.event.key_id] = stored.event
            elif isinstance(stored.event, ev.ApiKeyRevoked):
                revoked.setdefault(stored.event.key_id, stored.recorded_at)
        for key_id, (stored, event) in issued.items():
            yield _row(stored, event, revoked.get(key_id), terms.get(key_id))


def _row(
    stored: StoredEvent, event: ev.ApiKeyIssued, revoked_at: str | None, terms: ApiKeyTermsSet | None
) -> tuple[Any, ...]:
    scopes = " ".join(event.scopes)
    known = (event.key_id, event.label, event.secret_hash, scopes, stored.recorded_at, revoked_at)
    return (*known, int(event.sandbox), *_terms(terms))


def _terms(event: ApiKeyTermsSet | None) -> tuple[Any, ...]:
    if event is None:
        return (None, None, None, 0)
    required = int(event.signature_required)
    return (event.requests_per_minute, event.signature_algorithm, event.verification_key, required)


def all_keys(connection: Connection) -> list[dict[str, Any]]:
    """Every key, oldest first: key_id, label, scopes, created_at, revoked_at, and its terms: sandbox,
    requests_per_minute, signature_algorithm, signature_required.
    """
    left_out = ("secret_hash", "verification_key")
    columns = [column for column in api_keys.c if column.name not in left_out]
    rows = connection.execute(select(*columns).order_by(api_keys.c.created_at, api_keys.c.key_id)).mappings()
    return [
        {
            **row,
            "scopes": row["scopes"].split(),
            "sandbox": bool(row["sandbox"]),
            "signature_required": bool(row["signature_required"]),
        }
        for row in rows
    ]


def is_in_force(connection: Connection, key_id: str) -> bool:
    found = select(api_keys.c.key_id).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
    return connection.execute(found).first() is not None
