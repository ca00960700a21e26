"""Subscriptions to webhooks: by keys that may subscribe and read, and by operators, who see to all."""

from __future__ import annotations

import uuid
from datetime import timedelta

from domain.directory import OPERATOR
from domain.errors import AlreadyExists, NotFound, NotPermitted, UnknownReference
from domain.event import NewEvent
from domain.facts import Facts
from domain.identity import Actor
from domain.outgoing import TYPES
from domain.webhook_commands import (
    EndWebhook,
    PauseWebhook,
    RefuseWebhookAddress,
    ReplayWebhook,
    ResumeWebhook,
    RotateWebhookSecret,
    SubscribeWebhook,
    WebhookCommand,
)
from domain.webhook_events import (
    WebhookAddressRefused,
    WebhookEnded,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
)
from domain.webhook_state import SUBSCRIBES, Subscription, stream_of, subscription_of


def subscribe(facts: Facts, command: SubscribeWebhook) -> list[NewEvent]:
    """A new subscription with its first secret. Raises NotPermitted, AlreadyExists, UnknownReference for a
    type, a unit or a position that there is not.
    """
    _may_subscribe(facts, command.actor)
    stream = stream_of(command.subscription_id)
    if facts.reviews.stream(stream):
        raise AlreadyExists(what="subscription_id")
    unknown = [kind for kind in command.event_types if kind not in TYPES]
    unknown += [unit for unit in command.unit_ids if unit not in facts.agency.units]
    if unknown:
        raise UnknownReference(what=unknown[0])
    _is_there(facts, command.after)
    fields = command.model_dump(include=set(WebhookSubscribed.model_fields))
    return [NewEvent(stream, WebhookSubscribed(**fields, secret_id=secret_id_of(command.command_id)))]


def refuse_address(facts: Facts, command: RefuseWebhookAddress) -> list[NewEvent]:
    """Keep who asked for it. Raises NotPermitted."""
    _may_subscribe(facts, command.actor)
    fields = command.model_dump(include=set(WebhookAddressRefused.model_fields))
    return [NewEvent(stream_of(command.subscription_id), WebhookAddressRefused(**fields))]


def rotate_secret(facts: Facts, command: RotateWebhookSecret) -> list[NewEvent]:
    """Raises NotPermitted, NotFound."""
    _mine(facts, command)
    event = WebhookSecretRotated(
        subscription_id=command.subscription_id,
        secret_id=secret_id_of(command.command_id),
        old_until=facts.now + timedelta(hours=command.overlap_hours),
    )
    return [NewEvent(stream_of(command.subscription_id), event)]


def pause(facts: Facts, command: PauseWebhook) -> list[NewEvent]:
    """What stands still already changes nothing. Raises NotPermitted, NotFound."""
    known = _mine(facts, command)
    if (command.actor.kind == "system") is (command.why == "asked"):
        raise NotPermitted()
    if known.standing == "paused":
        return []
    event = WebhookPaused(subscription_id=command.subscription_id, why=command.why)
    return [NewEvent(stream_of(command.subscription_id), event)]


def resume(facts: Facts, command: ResumeWebhook) -> list[NewEvent]:
    """What runs already changes nothing. Raises NotPermitted, NotFound."""
    if _mine(facts, command).standing == "active":
        return []
    event = WebhookResumed(subscription_id=command.subscription_id)
    return [NewEvent(stream_of(command.subscription_id), event)]


def replay(facts: Facts, command: ReplayWebhook) -> list[NewEvent]:
    """Raises NotPermitted, NotFound, UnknownReference for a position that there is not."""
    _mine(facts, command)
    _is_there(facts, command.after)
    event = WebhookReplayed(subscription_id=command.subscription_id, after=command.after)
    return [NewEvent(stream_of(command.subscription_id), event)]


def end(facts: Facts, command: EndWebhook) -> list[NewEvent]:
    """Raises NotPermitted, NotFound."""
    _mine(facts, command)
    return [
        NewEvent(stream_of(command.subscription_id), WebhookEnded(subscription_id=command.subscription_id))
    ]


def _mine(facts: Facts, command: WebhookCommand) -> Subscription:
    """The subscription, which is not over. A key finds its own alone; the system may only pause."""
    told = facts.reviews.stream(stream_of(command.subscription_id))
    known = subscription_of((each.event, each.by) for each in told)
    actor = command.actor
    if actor.kind == "system":
        if not isinstance(command, PauseWebhook):
            raise NotPermitted()
    else:
        _may_subscribe(facts, actor)
    if (
        known is None
        or known.standing == "ended"
        or (actor.kind == "integration" and known.owner != actor.id)
    ):
        raise NotFound()
    return known


def _may_subscribe(facts: Facts, actor: Actor) -> None:
    if actor.kind == "integration":
        allowed = actor.scopes >= SUBSCRIBES
    else:
        allowed = actor.kind == "person" and facts.offices.holds_any(actor.id, (OPERATOR,), facts.today)
    if not allowed:
        raise NotPermitted()


def _is_there(facts: Facts, position: int) -> None:
    """Raises UnknownReference where the ledger has no event at the position; -1 is before the first."""
    if position >= 0 and facts.reviews.stream_at(position) is None:
        raise UnknownReference(what="after", field="after")


def secret_id_of(command_id: str) -> str:
    """The id of the secret that a command makes, the same when the command is sent again."""
    return str(uuid.uuid5(uuid.UUID(command_id), "webhook-secret"))
