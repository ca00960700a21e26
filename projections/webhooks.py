"""Subscriptions to webhooks as they stand: whose, to where, with which filter, and from where on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, select

from domain.event import Event
from domain.webhook_events import (
    WebhookEnded,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
)
from domain.webhook_state import OF_SUBSCRIPTIONS
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent, moment
from ledger.schema import PositionType, metadata

ACTIVE, PAUSED, ENDED = "active", "paused", "ended"

webhooks = Table(
    "webhooks",
    metadata,
    Column("subscription_id", Text, primary_key=True),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("url", Text, nullable=False),
    # Words, each without spaces; empty for all.
    Column("event_types", Text, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("unit_ids", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("paused_why", Text),
    # Only what is behind this position is sent; `replays` counts how often it was moved.
    Column("starts_after", PositionType, nullable=False),
    Column("replays", Integer, nullable=False),
    Column("secret_id", Text, nullable=False),
    Column("old_secret_id", Text),
    Column("old_until", Text),
    Column("created_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("webhooks_state", "state"),
)
NAMES = tuple(column.name for column in webhooks.columns)
Row = dict[str, Any]


class Webhooks:
    name = "webhooks"
    table = webhooks

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            event = stored.event
            if isinstance(event, WebhookSubscribed):
                writer.insert(webhooks, [tuple(_begun(stored, event).values())])
            elif isinstance(event, OF_SUBSCRIPTIONS):
                found = writer.execute(
                    f"SELECT {', '.join(NAMES)} FROM webhooks WHERE subscription_id = ?",
                    (event.subscription_id,),
                ).fetchone()
                moved = _after(dict(zip(NAMES, found, strict=True)), stored, event)
                writer.upsert(webhooks, [tuple(moved.values())])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        known: dict[str, Row] = {}
        for stored in history.events.of(*OF_SUBSCRIPTIONS):
            event = stored.event
            if isinstance(event, WebhookSubscribed):
                known[event.subscription_id] = _begun(stored, event)
            elif isinstance(event, OF_SUBSCRIPTIONS) and event.subscription_id in known:
                known[event.subscription_id] = _after(known[event.subscription_id], stored, event)
        for row in known.values():
            yield tuple(row.values())


def _begun(stored: StoredEvent, event: WebhookSubscribed) -> Row:
    return {
        "subscription_id": event.subscription_id,
        "owner_kind": stored.actor.kind,
        "owner_id": stored.actor.id,
        "label": event.label,
        "url": event.url,
        "event_types": " ".join(event.event_types),
        "kinds": " ".join(event.kinds),
        "unit_ids": " ".join(event.unit_ids),
        "state": ACTIVE,
        "paused_why": None,
        "starts_after": event.after,
        "replays": 0,
        "secret_id": event.secret_id,
        "old_secret_id": None,
        "old_until": None,
        "created_at": stored.recorded_at,
        "changed_at": stored.recorded_at,
        "version": stored.version,
    }


def _after(row: Row, stored: StoredEvent, event: Event) -> Row:
    moved = row | {"changed_at": stored.recorded_at, "version": stored.version}
    match event:
        case WebhookSecretRotated():
            old = {"old_secret_id": row["secret_id"], "old_until": moment(event.old_until)}
            return moved | {"secret_id": event.secret_id} | old
        case WebhookPaused():
            return moved | {"state": PAUSED, "paused_why": event.why}
        case WebhookResumed():
            return moved | {"state": ACTIVE, "paused_why": None}
        case WebhookReplayed():
            return moved | {"starts_after": event.after, "replays": row["replays"] + 1}
        case WebhookEnded():
            return moved | {"state": ENDED, "paused_why": None}
        case _:
            return moved


def by_id(connection: Connection, subscription_id: str) -> Row | None:
    found = connection.execute(select(webhooks).where(webhooks.c.subscription_id == subscription_id))
    row = found.mappings().first()
    return dict(row) if row is not None else None


def page(connection: Connection, owner: str | None, limit: int, after: tuple[str, str] | None) -> list[Row]:
    """Those that are not over, oldest first, of one owner or (None) of all; behind `(created_at, id)`."""
    order = (webhooks.c.created_at, webhooks.c.subscription_id)
    statement = select(webhooks).where(webhooks.c.state != ENDED)
    if owner is not None:
        statement = statement.where(webhooks.c.owner_id == owner)
    if after is not None:
        later = (order[0] == after[0]) & (order[1] > after[1])
        statement = statement.where((order[0] > after[0]) | later)
    return [dict(row) for row in connection.execute(statement.order_by(*order).limit(limit)).mappings()]


def in_state(connection: Connection, state: str) -> list[Row]:
    """All subscriptions in that state, by id."""
    statement = select(webhooks).where(webhooks.c.state == state).order_by(webhooks.c.subscription_id)
    return [dict(row) for row in connection.execute(statement).mappings()]
