"""Subscriptions to webhooks: made, listed, looked at and ended."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.credentials import Caller
from api.idempotency import REPLAY, IdempotencyKey, Identified, identify, was_answered
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.views import answer, receipt_view
from api.webhook_views import (
    ID,
    NewWebhook,
    SubscriberDep,
    Subscribing,
    WebhookPage,
    WebhookView,
    going_outside,
    webhook_of,
    webhook_view,
)
from api.wiring import Services, ServicesDep
from domain.webhook_commands import EndWebhook, RefuseWebhookAddress, SubscribeWebhook
from domain.webhook_events import RefusedWhy
from domain.webhooks import secret_id_of
from integrations import standard_webhooks
from integrations.guarded_call import AddressRefused, CallFailed, NotAnAddress
from ledger import read
from projections import webhooks
from relay import webhook_outbox

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

WebhookId = Annotated[str, Path(max_length=64, examples=[ID])]


class Delivery(BaseModel):
    """`position` is the event's in the ledger, `case` its stream. Of those that wait, `next_at` says when it
    is tried, unless an older event of the case waits; `last_error` is a word.
    """

    position: int
    type: str
    case: str
    state: Literal["waiting", "delivered"]
    attempts: int
    next_at: str | None
    failing_since: str | None
    last_status: int | None
    last_error: str | None
    delivered_at: str | None


class DeliveryPage(BaseModel):
    items: list[Delivery]
    next: str | None


@router.post(
    "", status_code=201, response_model=NewWebhook, responses=responses(403, 409, 413, 415),
    summary="Have events sent to an address",
)  # fmt: skip
def subscribe(
    body: Subscribing,
    request: Request,
    services: ServicesDep,
    caller: SubscriberDep,
    key: IdempotencyKey = None,
) -> Response:
    """For operators, and keys with `webhooks:write` and `actions:read`, which see to their own. The address
    is https at a public address; which private hosts may be called is a setting. One that may not be called
    is a `422 webhook-address-refused`, and that it was asked for is recorded.
    """
    identified = identify(request, caller, key, body)
    with services.reading() as connection:
        known, size = was_answered(connection, identified), read.size(connection)
    if not known:
        _check_address(services, caller, identified, body.url)
    command = SubscribeWebhook(
        command_id=identified.command_id,
        actor=caller.actor,
        subscription_id=identified.made("webhook"),
        label=body.label,
        url=body.url,
        event_types=body.event_types,
        kinds=body.kinds,
        unit_ids=body.unit_ids,
        after=size - 1 if body.after is None else body.after,
    )
    result = services.ledger.execute(command, body_hash=identified.body_hash)
    assert result.receipt is not None  # something new was begun
    with services.reading() as connection:
        shown = webhook_view(services, connection, webhook_of(connection, caller, command.subscription_id))
    secret = standard_webhooks.secret_of(services.installation.sealing_key, secret_id_of(command.command_id))
    shown |= {"secret": standard_webhooks.as_text(secret), "receipt": receipt_view(result.receipt)}
    headers = {"Location": f"{router.prefix}/{command.subscription_id}"}
    return answer(shown, 201, headers=headers | ({REPLAY: "true"} if result.replayed else {}))


@router.get("", response_model=WebhookPage, responses=responses(403), summary="Webhooks that I see to")
def list_webhooks(
    services: ServicesDep, caller: SubscriberDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Operators see all, a key its own. Those that were ended are left out."""
    place = decode_cursor(cursor, (str, str))
    owner = caller.actor.id if caller.person_id is None else None
    with services.reading() as connection:
        rows = webhooks.page(connection, owner, limit + 1, (place[0], place[1]) if place else None)
        items = [webhook_view(services, connection, row) for row in rows[:limit]]
    return page_of(rows, limit, lambda row: [row["created_at"], row["subscription_id"]], items)


@router.get(
    "/{webhook_id}",
    response_model=WebhookView,
    responses=responses(403),
    summary="One webhook, how it stands",
)
def one(webhook_id: WebhookId, services: ServicesDep, caller: SubscriberDep) -> dict[str, Any]:
    with services.reading() as connection:
        return webhook_view(services, connection, webhook_of(connection, caller, webhook_id))


@router.get(
    "/{webhook_id}/deliveries", response_model=DeliveryPage, responses=responses(403),
    summary="What waits, and what has arrived",
)  # fmt: skip
def deliveries(
    webhook_id: WebhookId,
    services: ServicesDep,
    caller: SubscriberDep,
    state: Annotated[Literal["waiting", "delivered"], Query()] = "waiting",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Newest first. Of what has arrived the newest thousand are kept."""
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        row = webhook_of(connection, caller, webhook_id)
        before = place[0] if place else None
        rows = webhook_outbox.page(connection, row["subscription_id"], state, limit + 1, before)
    return page_of(rows, limit, lambda each: [each["position"]], [_delivery(each) for each in rows[:limit]])


@router.delete("/{webhook_id}", status_code=204, responses=responses(403), summary="End a webhook for good")
def end(
    webhook_id: WebhookId,
    request: Request,
    services: ServicesDep,
    caller: SubscriberDep,
    key: IdempotencyKey = None,
) -> None:
    identified = identify(request, caller, key)
    with services.reading() as connection:
        if was_answered(connection, identified):
            return
        row = webhook_of(connection, caller, webhook_id)
    command = EndWebhook(
        command_id=identified.command_id, actor=caller.actor, subscription_id=row["subscription_id"]
    )
    services.ledger.execute(command, body_hash=identified.body_hash)


def _check_address(services: Services, caller: Caller, identified: Identified, url: str) -> None:
    """Raises a 422 for an address that may not be called, after recording who asked for it."""
    try:
        with going_outside():
            services.installation.settings.webhook_guard.check(url)
    except NotAnAddress as error:
        told = [{"field": "url", "in": "body", "message": str(error)}]
        raise Problem("invalid-request", errors=told) from None
    except CallFailed:
        raise Problem("webhook-host-unknown") from None
    except AddressRefused as error:
        log.warning("a webhook to %s was refused to %s: %s", error.host, caller.actor.id, error.why)
        why: RefusedWhy = "not-https" if error.why == "not-https" else "private-address"
        services.ledger.execute(
            RefuseWebhookAddress(
                command_id=identified.made(f"refusal/{identified.body_hash}"),
                actor=caller.actor,
                subscription_id=identified.made(f"refused webhook/{identified.body_hash}"),
                host=error.host[:255],
                why=why,
            )
        )
        raise Problem("webhook-address-refused", why=why, host=error.host) from None


def _delivery(row: dict[str, Any]) -> dict[str, Any]:
    waits = row["state"] == webhook_outbox.WAITING
    names = ("position", "state", "attempts", "last_status", "last_error", "delivered_at")
    return {
        **{name: row[name] for name in names},
        "type": row["event_type"],
        "case": row["case_key"],
        "next_at": row["next_at"] if waits else None,
        "failing_since": row["failing_since"] if waits else None,
    }
