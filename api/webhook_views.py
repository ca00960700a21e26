"""Webhooks over HTTP: who may see which, how one is shown, and the few calls out that a request may make."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from sqlalchemy import Connection

from api.administration import is_operator
from api.credentials import Caller, CallerDep
from api.problems import Problem
from api.shapes import RECEIPT
from api.views import as_id
from api.wiring import Services, ServicesDep
from domain.authorization import READ_ACTIONS
from domain.outgoing import TYPES
from domain.webhook_events import SubjectKind
from ledger.record import moment
from projections import webhooks
from relay import webhook_outbox

WRITE = "webhooks:write"
ID = "5d0c2f5e-7c8e-4a55-9f0e-3c1b7a0b6a10"
EVENT_TYPE = "id.jenjang.personnel_action.took_effect"
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD2SHTZyNCzKQ="  # noqa: S105  (an example)
WEBHOOK: dict[str, Any] = {
    "id": ID,
    "label": "Portal kepegawaian",
    "url": "https://portal.example.go.id/jenjang",
    "event_types": [EVENT_TYPE],
    "kinds": ["mutation"],
    "unit_ids": [],
    "state": "active",
    "paused_why": None,
    "owner": {"kind": "integration", "id": "0b0f8c9e-54c3-4d76-9c4e-0d9b0f6f7a11"},
    "position": 18342,
    "waiting": 0,
    "failing_since": None,
    "last_error": None,
    "old_secret_until": None,
    "created_at": "2026-11-24T02:15:07.120345Z",
    "changed_at": "2026-11-24T02:15:07.120345Z",
}
# So many requests at once may wait for somebody outside.
_OUTSIDE = threading.BoundedSemaphore(4)


class WebhookView(BaseModel):
    """`position` is the next one of the ledger that is looked at; `waiting` counts what passed the filter and
    has not arrived. `last_error` is a word, of what has failed longest.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [WEBHOOK]})

    id: str
    label: str
    url: str
    event_types: list[str]
    kinds: list[str]
    unit_ids: list[str]
    state: Literal["active", "paused", "ended"]
    paused_why: str | None
    owner: dict[str, str]
    position: int | None
    waiting: int
    failing_since: str | None
    last_error: str | None
    old_secret_until: str | None
    created_at: str
    changed_at: str


class WebhookAnswer(WebhookView):
    model_config = ConfigDict(json_schema_extra={"examples": [WEBHOOK | {"receipt": RECEIPT}]})

    receipt: dict[str, Any] | None = Field(description="None where nothing changed.")


class NewWebhook(WebhookAnswer):
    model_config = ConfigDict(
        json_schema_extra={"examples": [WEBHOOK | {"secret": SECRET, "receipt": RECEIPT}]}
    )

    secret: str = Field(description="Shown this once.")


class WebhookPage(BaseModel):
    items: list[WebhookView]
    next: str | None


class Subscribing(BaseModel):
    """An empty filter lets everything through. `unit_ids` include what is below them. `after`: send what lies
    behind that position of the ledger, too; without it, what happens from now on.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"label": WEBHOOK["label"], "url": WEBHOOK["url"], "event_types": [EVENT_TYPE]}]
        },
    )

    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    url: Annotated[str, Field(min_length=8, max_length=1000)]
    event_types: Annotated[tuple[str, ...], Field(max_length=len(TYPES))] = ()
    kinds: Annotated[tuple[SubjectKind, ...], Field(max_length=4)] = ()
    unit_ids: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    after: Annotated[int | None, Field(ge=-1, lt=2**53)] = None

    @field_validator("event_types", "unit_ids")
    @classmethod
    def _are_words(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if any(not value or len(value) > 100 or value.split() != [value] for value in values):
            raise ValueError("each is one word")
        return tuple(dict.fromkeys(values))


async def _subscriber(services: ServicesDep, caller: CallerDep) -> Caller:
    """The caller, who may have webhooks. Raises a 403."""
    if caller.person_id is None:
        caller.require_scope(WRITE)
        caller.require_scope(READ_ACTIONS)
        return caller
    with services.reading() as connection:
        if not is_operator(services, connection, caller):
            raise Problem("not-permitted")
    return caller


SubscriberDep = Annotated[Caller, Depends(_subscriber)]


def webhook_of(connection: Connection, caller: Caller, subscription_id: str) -> dict[str, Any]:
    """The row of a subscription that the caller may see to. Raises a 404."""
    row = webhooks.by_id(connection, as_id(subscription_id))
    mine = row is not None and (caller.person_id is not None or row["owner_id"] == caller.actor.id)
    if row is None or not mine or row["state"] == webhooks.ENDED:
        raise Problem("not-found")
    return row


def webhook_view(services: Services, connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    standing = webhook_outbox.standing(connection, row["subscription_id"])
    overlaps = row["old_until"] is not None and row["old_until"] > moment(services.now())
    return {
        "id": row["subscription_id"],
        **{name: row[name] for name in ("label", "url", "state", "paused_why", "created_at", "changed_at")},
        **{name: row[name].split() for name in ("event_types", "kinds", "unit_ids")},
        "owner": {"kind": row["owner_kind"], "id": row["owner_id"]},
        "position": standing.position,
        "waiting": standing.waiting,
        "failing_since": standing.failing_since,
        "last_error": standing.last_error,
        "old_secret_until": row["old_until"] if overlaps else None,
    }


@contextmanager
def going_outside() -> Iterator[None]:
    """For as long as a request waits for somebody outside. Raises a 429 where enough of them do."""
    if not _OUTSIDE.acquire(blocking=False):
        raise Problem("too-many-attempts", headers={"Retry-After": "15"})
    try:
        yield
    finally:
        _OUTSIDE.release()
