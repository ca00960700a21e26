"""What can happen to a subscription to webhooks: who has what sent where, and when it stands still."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from domain.event import Event
from domain.policy import Kind

PausedWhy = Literal["asked", "failing", "gone", "address-refused", "key-revoked"]
RefusedWhy = Literal["private-address", "not-https"]
# What a subscription can be narrowed to: the kinds of personnel actions, and lists of rank promotions.
SubjectKind = Literal["mutation", "promotion", "evaluation", "rank_promotion"]
KINDS: tuple[SubjectKind, ...] = ("mutation", "promotion", "evaluation", "rank_promotion")
RANK_PROMOTION: SubjectKind = "rank_promotion"
assert {kind.value for kind in Kind} | {RANK_PROMOTION} == set(KINDS)


class WebhookSubscribed(Event):
    """From the event behind `after` on, everything that the filter lets through is sent to `url`. An empty
    filter lets everything through; `unit_ids` include what is below them. `secret_id` is what the secret
    is derived from, under a key that is not in the ledger.
    """

    subscription_id: str
    label: str
    url: str
    event_types: tuple[str, ...] = ()
    kinds: tuple[SubjectKind, ...] = ()
    unit_ids: tuple[str, ...] = ()
    after: int
    secret_id: str


class WebhookSecretRotated(Event):
    """A new secret; until `old_until` what is sent is signed with the one before as well."""

    subscription_id: str
    secret_id: str
    old_until: datetime


class WebhookPaused(Event):
    """Nothing is sent until it is resumed. `asked`: by its owner or an operator; else the system found that
    the receiver failed for too long, is gone for good (410), has an address that is not allowed, or that the
    key of its owner was revoked.
    """

    subscription_id: str
    why: PausedWhy


class WebhookResumed(Event):
    """It goes on where it stood."""

    subscription_id: str


class WebhookReplayed(Event):
    """Everything behind `after` is sent once more, what was waiting is not waited for."""

    subscription_id: str
    after: int


class WebhookEnded(Event):
    """The subscription is over for good."""

    subscription_id: str


class WebhookAddressRefused(Event):
    """Somebody wanted events sent to an address that may not be called."""

    subscription_id: str
    host: str
    why: RefusedWhy
