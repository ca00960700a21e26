"""The hand of a subscription to webhooks: send what waits.

It may be tried again after a lost answer: receivers know a message by its id. No personal data passes here,
and no address either: ids and moments only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity


class WebhookRef(BaseModel):
    """The subscription that a process drives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subscription_id: str


class WebhookRound(WebhookRef):
    """How far a round of sending came: whether there is `more` at once, when something is tried again, and
    whether the subscription stands still or is `over`.
    """

    more: bool = False
    next_due: datetime | None = None
    over: bool = False


class WebhookSender(Protocol):
    """The subscription as its process sees it. A ledger that is away raises, and is tried again later."""

    async def send(self, subscription_id: str) -> WebhookRound:
        """Send for some seconds what is due."""


class WebhookActivities:
    """Activities of webhooks, on one sender."""

    def __init__(self, sender: WebhookSender) -> None:
        self._sender = sender

    @activity.defn
    async def send_waiting_events(self, ref: WebhookRef) -> WebhookRound:
        return await self._sender.send(ref.subscription_id)
