"""A subscription as its stream tells it: whose it is, and whether it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from domain.event import Event
from domain.webhook_events import (
    WebhookEnded,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
)

SUBSCRIPTION = "webhook"
# A key owns what it subscribed to, if it may subscribe and read; operators see to all.
SUBSCRIBES: frozenset[str] = frozenset({"webhooks:write", "actions:read"})
Standing = Literal["active", "paused", "ended"]
OF_SUBSCRIPTIONS = (
    WebhookSubscribed,
    WebhookSecretRotated,
    WebhookPaused,
    WebhookResumed,
    WebhookReplayed,
    WebhookEnded,
)


def stream_of(subscription_id: str) -> str:
    return f"{SUBSCRIPTION}/{subscription_id}"


@dataclass(frozen=True)
class Subscription:
    """`owner` is the key or the person who subscribed."""

    owner: str
    standing: Standing
    secret_id: str


def subscription_after(known: Subscription | None, event: Event, by: str) -> Subscription | None:
    """The subscription after an event of its stream by that actor."""
    if isinstance(event, WebhookSubscribed):
        return Subscription(by, "active", event.secret_id)
    if known is None:
        return None
    match event:
        case WebhookSecretRotated():
            return replace(known, secret_id=event.secret_id)
        case WebhookPaused():
            return replace(known, standing="paused")
        case WebhookResumed():
            return replace(known, standing="active")
        case WebhookEnded():
            return replace(known, standing="ended")
        case _:
            return known


def subscription_of(told: Iterable[tuple[Event, str]]) -> Subscription | None:
    """Folded from the events of one stream with their actors' ids, oldest first."""
    known: Subscription | None = None
    for event, by in told:
        known = subscription_after(known, event, by)
    return known
