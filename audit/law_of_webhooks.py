"""Were the events of webhooks lawful? Keys that may subscribe and read see to their own, operators to all,
and the system only pauses.
"""

from __future__ import annotations

from datetime import timedelta

from audit.case import Moment
from domain import events as ev
from domain.directory import OPERATOR
from domain.outgoing import TYPES
from domain.webhook_events import (
    WebhookAddressRefused,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
)
from domain.webhook_state import OF_SUBSCRIPTIONS, SUBSCRIBES, Subscription, stream_of, subscription_after
from ledger.record import StoredEvent

Problem = tuple[str, str]
LONGEST_OVERLAP = timedelta(hours=168)


def stream_for(event: ev.Event) -> str | None:
    """The stream in which an event of a webhook belongs; None for every other event."""
    if isinstance(event, (*OF_SUBSCRIPTIONS, WebhookAddressRefused)):
        return stream_of(event.subscription_id)
    return None


class WebhookLaw:
    """Takes the events in order; asked before each is applied. It knows what keys may do, too."""

    def __init__(self) -> None:
        self._known: dict[str, Subscription] = {}
        self._keys: dict[str, frozenset[str]] = {}

    def problems(self, stored: StoredEvent, moment: Moment) -> list[Problem]:
        """What is unlawful about an event of a webhook; nothing of any other event."""
        event, actor = stored.event, stored.actor
        if stream_for(event) is None:
            return []
        found: list[Problem] = []
        system = actor.kind == "system"
        if not system and not self._may_subscribe(stored, moment):
            found.append(("not-entitled", f"{stored.type} by {actor.kind} {actor.id}"))
        if system and not isinstance(event, WebhookPaused):
            found.append(("not-entitled", f"{stored.type} by the system"))
        known = self._known.get(stored.stream)
        if isinstance(event, WebhookSubscribed | WebhookAddressRefused):
            if known is not None:
                found.append(("illegal-transition", f"{stored.type} where there is a subscription"))
        elif known is None or known.standing == "ended":
            found.append(("illegal-transition", f"{stored.type} without a running subscription"))
        elif actor.kind == "integration" and actor.id != known.owner:
            found.append(("not-entitled", f"{actor.id} changed a subscription that is not theirs"))
        elif self._changes_nothing(event, known):
            found.append(("illegal-transition", f"{stored.type} changes nothing"))
        return found + self._of_contents(stored, moment)

    def follow(self, stored: StoredEvent) -> None:
        """After an event was judged."""
        event = stored.event
        if isinstance(event, ev.ApiKeyIssued):
            self._keys[event.key_id] = frozenset(event.scopes)
        elif isinstance(event, ev.ApiKeyRevoked):
            self._keys.pop(event.key_id, None)
        elif isinstance(event, OF_SUBSCRIPTIONS):
            moved = subscription_after(self._known.get(stored.stream), event, stored.actor.id)
            if moved is not None:
                self._known[stored.stream] = moved

    def _may_subscribe(self, stored: StoredEvent, moment: Moment) -> bool:
        actor = stored.actor
        if actor.kind == "integration":
            return self._keys.get(actor.id, frozenset()) >= SUBSCRIBES
        return moment.offices.holds_any(actor.id, (OPERATOR,), moment.day)

    @staticmethod
    def _changes_nothing(event: ev.Event, known: Subscription) -> bool:
        return (isinstance(event, WebhookPaused) and known.standing == "paused") or (
            isinstance(event, WebhookResumed) and known.standing == "active"
        )

    @staticmethod
    def _of_contents(stored: StoredEvent, moment: Moment) -> list[Problem]:
        event, found = stored.event, list[Problem]()
        if isinstance(event, WebhookSubscribed):
            unknown = [kind for kind in event.event_types if kind not in TYPES]
            unknown += [unit for unit in event.unit_ids if unit not in moment.agency.units]
            if unknown:
                found.append(("wrong-facts", f"a filter of what there is not: {', '.join(unknown)}"))
        if isinstance(event, WebhookSubscribed | WebhookReplayed) and not -1 <= event.after < stored.position:
            found.append(("wrong-facts", f"position {event.after} was not there yet"))
        if isinstance(event, WebhookPaused) and (event.why == "asked") is (stored.actor.kind == "system"):
            found.append(("not-entitled", f"paused ({event.why}) by {stored.actor.kind} {stored.actor.id}"))
        if isinstance(event, WebhookSecretRotated) and event.old_until > moment.at + LONGEST_OVERLAP:
            found.append(("wrong-facts", f"a secret was to live on until {event.old_until}"))
        return found
