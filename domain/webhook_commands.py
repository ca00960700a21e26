"""What can be asked about webhooks."""

from __future__ import annotations

from pydantic import Field

from domain.commands import Command
from domain.webhook_events import PausedWhy, RefusedWhy, SubjectKind


class SubscribeWebhook(Command):
    """`url` has been looked at by whoever sends this: it may be called."""

    subscription_id: str
    label: str
    url: str
    event_types: tuple[str, ...] = ()
    kinds: tuple[SubjectKind, ...] = ()
    unit_ids: tuple[str, ...] = ()
    after: int = Field(ge=-1)


class RefuseWebhookAddress(Command):
    """Keep that an address was asked for that may not be called."""

    subscription_id: str
    host: str = Field(max_length=255)
    why: RefusedWhy


class WebhookCommand(Command):
    """A command to one subscription."""

    subscription_id: str


class RotateWebhookSecret(WebhookCommand):
    """`overlap_hours`: how long the secret before still signs as well."""

    overlap_hours: int = Field(ge=0, le=168)


class PauseWebhook(WebhookCommand):
    why: PausedWhy = "asked"


class ResumeWebhook(WebhookCommand):
    pass


class ReplayWebhook(WebhookCommand):
    after: int = Field(ge=-1)


class EndWebhook(WebhookCommand):
    pass
