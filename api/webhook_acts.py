"""What is done to a webhook: its secret changed, paused and resumed, replayed, and tried."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.credentials import Caller
from api.idempotency import REPLAY, IdempotencyKey, Identified, identify
from api.problems import responses
from api.shapes import RECEIPT
from api.views import answer, receipt_view
from api.webhook_views import (
    SECRET,
    SubscriberDep,
    WebhookAnswer,
    going_outside,
    webhook_of,
    webhook_view,
)
from api.webhooks import WebhookId
from api.wiring import Services, ServicesDep
from domain.outgoing import source_of, trial_event
from domain.webhook_commands import (
    PauseWebhook,
    ReplayWebhook,
    ResumeWebhook,
    RotateWebhookSecret,
    WebhookCommand,
)
from domain.webhooks import secret_id_of
from integrations import standard_webhooks
from integrations.guarded_call import AddressRefused, CallFailed, NotAnAddress
from ledger.record import encode, moment
from proofs.checkpoint import origin_of

router = APIRouter(prefix="/v1/webhooks/{webhook_id}", tags=["webhooks"])

ROTATED: dict[str, Any] = {
    "secret": SECRET,
    "old_until": "2026-11-25T02:15:07.120345Z",
    "receipt": RECEIPT,
}


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rotation(_Body):
    """For how long what is sent is signed under the secret before as well; 0 where that one has leaked."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24}]}
    )

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class Rotated(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [ROTATED]})

    secret: str = Field(description="Shown this once.")
    old_until: str | None
    receipt: dict[str, Any]


class Replay(_Body):
    """The position behind which everything is sent once more; -1 is before the first event. A later position
    than where it stands leaves out what lies between.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [{"after": 18000}]})

    after: Annotated[int, Field(ge=-1, lt=2**53)]


class Trial(BaseModel):
    """Whether a message of type `id.jenjang.test` arrived; where not, `error` says why in a word."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"delivered": True, "status": 204, "error": None}]}
    )

    delivered: bool
    status: int | None
    error: str | None


@router.post(
    "/secret", status_code=201, response_model=Rotated, responses=responses(403, 409, 413, 415),
    summary="Give it a new secret",
)  # fmt: skip
def rotate(
    webhook_id: WebhookId,
    body: Rotation,
    request: Request,
    services: ServicesDep,
    caller: SubscriberDep,
    key: IdempotencyKey = None,
) -> Response:
    """Until `old_until` every message bears both signatures."""
    identified, row = _asked(services, caller, webhook_id, request, key, body)
    command = RotateWebhookSecret(
        command_id=identified.command_id,
        actor=caller.actor,
        subscription_id=row["subscription_id"],
        overlap_hours=body.overlap_hours,
    )
    result = services.ledger.execute(command, body_hash=identified.body_hash)
    assert result.receipt is not None  # a rotation always changes something
    with services.reading() as connection:
        row = webhook_of(connection, caller, webhook_id)
    secret_id = secret_id_of(command.command_id)
    secret = standard_webhooks.secret_of(services.installation.sealing_key, secret_id)
    shown = {
        "secret": standard_webhooks.as_text(secret),
        "old_until": row["old_until"] if row["secret_id"] == secret_id else None,
        "receipt": receipt_view(result.receipt),
    }
    return answer(shown, 201, headers={REPLAY: "true"} if result.replayed else {})


@router.post(
    "/pause", response_model=WebhookAnswer, responses=responses(403, 409, 413, 415),
    summary="Send nothing for the time being",
)  # fmt: skip
def pause(
    webhook_id: WebhookId, request: Request, services: ServicesDep, caller: SubscriberDep,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """Nothing is lost: what happens meanwhile is sent when it is resumed."""
    identified, row = _asked(services, caller, webhook_id, request, key)
    identity = row["subscription_id"]
    command = PauseWebhook(command_id=identified.command_id, actor=caller.actor, subscription_id=identity)
    return _done(services, caller, command, identified)


@router.post(
    "/resumption", response_model=WebhookAnswer, responses=responses(403, 409, 413, 415),
    summary="Go on where it stood",
)  # fmt: skip
def resume(
    webhook_id: WebhookId, request: Request, services: ServicesDep, caller: SubscriberDep,
    key: IdempotencyKey = None,
) -> Response:  # fmt: skip
    """What waits is tried at once, and the receiver has its whole time again."""
    identified, row = _asked(services, caller, webhook_id, request, key)
    identity = row["subscription_id"]
    command = ResumeWebhook(command_id=identified.command_id, actor=caller.actor, subscription_id=identity)
    return _done(services, caller, command, identified)


@router.post(
    "/replay", response_model=WebhookAnswer, responses=responses(403, 409, 413, 415),
    summary="Send everything behind a position once more",
)  # fmt: skip
def replay(
    webhook_id: WebhookId,
    body: Replay,
    request: Request,
    services: ServicesDep,
    caller: SubscriberDep,
    key: IdempotencyKey = None,
) -> Response:
    """Under the same `webhook-id`s as before. It does not resume what is paused."""
    identified, row = _asked(services, caller, webhook_id, request, key, body)
    command = ReplayWebhook(
        command_id=identified.command_id,
        actor=caller.actor,
        subscription_id=row["subscription_id"],
        after=body.after,
    )
    return _done(services, caller, command, identified)


@router.post(
    "/test",
    response_model=Trial,
    responses=responses(403, 413, 415),
    summary="Send a message that says nothing",
)
def try_address(
    webhook_id: WebhookId,
    services: ServicesDep,
    caller: SubscriberDep,
    key: IdempotencyKey = None,  # noqa: ARG001  (a repeat is another try)
) -> dict[str, Any]:
    """Once and at once, signed as all others are, whether it is paused or not."""
    with services.reading() as connection:
        row = webhook_of(connection, caller, webhook_id)
    installation, now = services.installation, services.now()
    event_id = str(uuid.uuid4())
    body = encode(trial_event(event_id, moment(now), source_of(origin_of(installation.settings.agency))))
    secret = standard_webhooks.secret_of(installation.sealing_key, row["secret_id"])
    identifier = standard_webhooks.message_id(row["subscription_id"], event_id)
    headers = standard_webhooks.headers([secret], identifier, now, body)
    status, error = None, None
    with going_outside():
        try:
            status = installation.settings.webhook_guard.post(row["url"], body, headers)
        except CallFailed as failed:
            error = failed.why
        except (AddressRefused, NotAnAddress):
            error = "address-refused"
    if status is not None and not 200 <= status < 300:
        error = "refused"
    return {"delivered": error is None, "status": status, "error": error}


def _asked(
    services: Services, caller: Caller, webhook_id: str, request: Request, key: str | None, body: Any = None
) -> tuple[Identified, dict[str, Any]]:
    with services.reading() as connection:
        return identify(request, caller, key, body), webhook_of(connection, caller, webhook_id)


def _done(services: Services, caller: Caller, command: WebhookCommand, identified: Identified) -> Response:
    result = services.ledger.execute(command, body_hash=identified.body_hash)
    with services.reading() as connection:
        shown = webhook_view(services, connection, webhook_of(connection, caller, command.subscription_id))
    shown["receipt"] = receipt_view(result.receipt) if result.receipt else None
    return answer(shown, headers={REPLAY: "true"} if result.replayed else {})
