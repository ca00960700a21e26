"""CloudEvents from other programs, each of which starts a personnel action."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from api import shapes
from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey
from api.problems import Problem, body_of_refusal, language_of, problem_body
from api.starting import begin, shown_beginning, started
from api.views import answer
from api.wiring import Services, ServicesDep
from domain.errors import Refusal
from domain.submission import START_SCOPE
from inbound.cloud_events import (
    BATCHED,
    PREFIX,
    REQUESTED,
    STRUCTURED,
    CloudEvent,
    InvalidEvent,
    binary,
    structured,
)
from inbound.requests import Asked
from ledger.append import LedgerUnavailable

router = APIRouter(prefix="/v1/events", tags=["personnel actions"])

MOST_AT_ONCE = 200
DATA = {
    "kind": "evaluation",
    "subject_nip": "198503122010011007",
    "period_start": "2026-01-01",
    "period_end": "2026-06-30",
}
EVENT = {
    "specversion": "1.0",
    "id": "b3f1c0de-7a52-4a51-9d6e-0d6a3f6c2d11",
    "source": "/simpeg/kota-serang",
    "type": REQUESTED,
    "datacontenttype": "application/json",
    "data": DATA,
}
EVENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "CloudEvent",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": 255},
        "source": {"type": "string", "minLength": 1, "maxLength": 255},
        "type": {"const": REQUESTED},
        "data": {"type": "object", "description": "The body of `POST /v1/personnel-actions`."},
    },
    "example": EVENT,
}
BODY = {
    "requestBody": {
        "required": True,
        "description": "One event, many, or the data alone with the attributes in `ce-` headers.",
        "content": {
            STRUCTURED: {"schema": EVENT_SCHEMA, "example": EVENT},
            BATCHED: {
                "schema": {"type": "array", "maxItems": MOST_AT_ONCE, "items": EVENT_SCHEMA},
                "example": [EVENT],
            },
            "application/json": {"schema": {"type": "object"}, "example": DATA},
        },
    }
}
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]


@router.post(
    "",
    status_code=201,
    responses=shapes.created("PersonnelAction", 403, 409, 412, 413, 415) | shapes.plain_ok("EventsAnswer"),
    openapi_extra=BODY,
    summary="Start personnel actions by CloudEvents",
)
async def take(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    key: IdempotencyKey = None,  # noqa: ARG001  (an event is known by its source and id)
    accept_language: Language = None,
) -> Response:
    """CloudEvents 1.0 of the type `id.jenjang.personnel_action.requested`, whose data is the body of
    `POST /v1/personnel-actions`: one (201, the action), or up to 200 in a batch (200, one result each). The
    same `source` and `id` again is the same action; with other data it is `idempotency-key-reused`.
    """
    caller.require_scope(START_SCOPE)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body: bytes = request.state.body
    language = language_of(accept_language)
    if kind == BATCHED:
        return await _many(request, services, caller, _json(body), language)
    if kind == STRUCTURED:
        event = structured(_json(body))
    elif f"{PREFIX}specversion" in request.headers:
        event = binary(request.headers.items(), kind, body)
    else:
        raise Problem("unsupported-media-type", detail=f"{STRUCTURED}, {BATCHED}, or ce- headers")
    return await started(services, caller, event.identified(caller.actor), event.request(), language)


async def _many(
    request: Request, services: Services, caller: Caller, documents: Any, language: str
) -> Response:
    if not isinstance(documents, list) or len(documents) > MOST_AT_ONCE:
        raise InvalidEvent(
            errors=[{"field": "", "message": f"not an array of {MOST_AT_ONCE} events at most"}]
        )
    waiting = [_one(request, services, caller, document, language) for document in documents]
    results = await asyncio.gather(*waiting)
    replayed = bool(results) and all(result.get("replayed") for result in results)
    return answer({"items": results}, headers={REPLAY: "true"} if replayed else {})


async def _one(
    request: Request, services: Services, caller: Caller, document: Any, language: str
) -> dict[str, Any]:
    """What the single request would have been answered, with the event's source and id."""
    named: dict[str, Any] = {"source": None, "id": None}
    try:
        event = structured(document)
        named = {"source": event.source, "id": event.id}
        return named | await _begun(services, caller, event, language)
    except Refusal as refusal:
        return named | body_of_refusal(request, refusal)
    except LedgerUnavailable:
        return named | problem_body(503, "ledger-unavailable", "The ledger is not available.")


async def _begun(services: Services, caller: Caller, event: CloudEvent, language: str) -> dict[str, Any]:
    identified, body = event.identified(caller.actor), event.request()
    with services.reading() as connection:
        command = Asked(services.reader, connection, caller.actor, services.now).command(identified, body)
    begun = await begin(services, caller, command, identified.body_hash)
    with services.reading() as connection:
        shown, replayed = shown_beginning(services, connection, caller, begun, language)
    result = {"status": 201, "action_id": shown["id"], "action_status": shown["status"]}
    result |= {"receipt": shown["receipt"], "replayed": replayed}
    return result | ({"sandbox": True} if caller.sandbox else {})


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        raise Problem("malformed-json") from None
