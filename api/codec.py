"""The codec server of Temporal's pages: opens what processes were told, for those who may look.

Deny by default: without `temporal_ui_origin` no browser page of another origin gets an answer, and
nobody who does not hold an office of the policy's `process_viewers`, or a key with `processes:read`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter, Depends, Path, Request
from google.protobuf.message import DecodeError
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio.api.common.v1 import Payload

from api.credentials import Caller, CredentialsDep, find_caller, in_full_right, signed_in
from api.machine_calls import admitted
from api.problems import Problem, responses
from api.views import answer
from api.wiring import Services, ServicesDep
from integrations.payload_codec import EncryptionCodec, UnknownCodecKey

router = APIRouter(prefix="/codec", tags=["operators"])

# As `web.visitor` names it: Temporal's pages send the cookie of who is signed in to ours.
SESSION_COOKIE = "__Host-jenjang"
SCOPE = "processes:read"
MOST_PAYLOADS = 1000
EXAMPLE: dict[str, Any] = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "ImEi"}]}


class PayloadBody(BaseModel):
    """A payload in protobuf's JSON: base64 in `metadata` and `data`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    metadata: dict[str, str] = Field(default_factory=dict, max_length=20)
    data: str = ""


class PayloadsBody(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"examples": [EXAMPLE]})

    payloads: Annotated[tuple[PayloadBody, ...], Field(max_length=MOST_PAYLOADS)] = ()


async def process_viewer(request: Request, services: ServicesDep, credentials: CredentialsDep) -> Caller:
    """Who may see what processes were told, by token, key, or the cookie that the pages set. Raises a
    401 and a 403. The cookie counts only where the request says it comes from Temporal's own pages.
    """
    with services.reading() as connection:
        origin = request.headers.get("origin")
        cookie = request.cookies.get(SESSION_COOKIE)
        from_ui = origin is not None and origin == services.installation.settings.temporal_ui_origin
        caller = find_caller(services, connection, cookie) if cookie and from_ui and not credentials else None
        if caller is None:
            caller = signed_in(services, connection, credentials)
        in_full_right(caller)
        view = services.view(connection)
        day = services.today(view)
        viewers = view.policy_in_force(day).personal_data.process_viewers
    await admitted(request, services, caller)
    if caller.person_id is None:
        caller.require_scope(SCOPE)
    elif not view.offices(day).holds_any(caller.person_id, viewers, day):
        raise Problem("not-permitted")
    return caller


@router.post(
    "/{what}",
    response_model=PayloadsBody,
    responses=responses(413, 415),
    summary="Open or close payloads of processes (Temporal's codec protocol)",
    dependencies=[Depends(process_viewer)],
)
async def convert(
    what: Annotated[Literal["decode", "encode"], Path(description="decode or encode")],
    services: ServicesDep,
    body: PayloadsBody,
) -> Response:
    """For the offices of `personal_data.process_viewers` and keys with `processes:read`. `422` for what was
    altered or is encrypted under a key that is gone.
    """
    codec = codec_of(services)
    try:
        payloads = [_payload(item) for item in body.payloads]
        done = await (codec.decode(payloads) if what == "decode" else codec.encode(payloads))
    except (InvalidTag, UnknownCodecKey, DecodeError, binascii.Error, ValueError):
        told = {"field": "payloads", "in": "body", "message": "cannot be read with the keys at hand"}
        raise Problem("invalid-request", errors=[told]) from None
    return answer({"payloads": [_shown(payload) for payload in done]})


def codec_of(services: Services) -> EncryptionCodec:
    return EncryptionCodec(services.installation.settings.codec_keys)


class CodecOrigin:
    """Lets the pages of one origin ask the codec server (CORS, Fetch standard); all others hear no."""

    def __init__(self, app: ASGIApp, origin: str | None) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{router.prefix}/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers.get("origin")
        allowed = origin is not None and origin == self._origin
        if scope["method"] == "OPTIONS" and allowed:
            await Response(status_code=204, headers=_permission(origin or ""))(scope, receive, send)
            return
        await self._app(scope, receive, _with(send, _permission(origin or "") if allowed else {}))


def _permission(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "authorization, content-type, x-namespace",
        "Vary": "Origin",
    }


def _with(send: Send, more: dict[str, str]) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            added = [(name.lower().encode(), value.encode()) for name, value in more.items()]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending


def _payload(item: PayloadBody) -> Payload:
    decoded = {name: base64.b64decode(value, validate=True) for name, value in item.metadata.items()}
    return Payload(metadata=decoded, data=base64.b64decode(item.data, validate=True))


def _shown(payload: Payload) -> dict[str, Any]:
    return {
        "metadata": {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()},
        "data": base64.b64encode(payload.data).decode(),
    }
