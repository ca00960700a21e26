"""What stands in front of every endpoint: size, media type and readability of bodies, security headers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, language_of, problem_response

JSON_LIMIT = 64 * 1024
# A whole policy is a body of its own size.
POLICIES, POLICY_LIMIT = ("/v1/policies", "/v1/policies/simulation"), 512 * 1024
CODEC, CODEC_LIMIT = "/codec/", 2 * 1024 * 1024  # what Temporal takes in one payload
EVENTS, EVENTS_LIMIT = "/v1/events", 1024 * 1024
BATCH, JSON_BATCH_LIMIT = "/v1/personnel-actions:batch", 8 * 1024 * 1024
TABLES = frozenset({"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
IMPORTS = "/v1/administration/imports/"
DEEPEST = 64  # levels of nesting
FORM_OVERHEAD = 64 * 1024
DOCS = ("/docs", "/static-offline-docs")
ANSWERS_CSP = "default-src 'none'; frame-ancestors 'none'"
# Swagger UI starts from an inline script and draws icons from data: addresses.
DOCS_CSP = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)


class Gate:
    """Refuses what no endpoint could read, and puts the security headers on every answer.

    Bodies are read whole here, up to 64 KiB of JSON (512 of a policy), or `document_limit` bytes of an
    upload and `batch_limit` of a batch in a file.
    """

    def __init__(self, app: ASGIApp, document_limit: int, batch_limit: int) -> None:
        self._app = app
        self._document_limit = document_limit
        self._batch_limit = batch_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        scope.setdefault("state", {})
        csp = DOCS_CSP if path.startswith(DOCS) else ANSWERS_CSP

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Content-Security-Policy", csp)
                headers.setdefault("Cache-Control", "no-store")
                headers.update(scope["state"].get("rate_limit", {}))
            await send(message)

        headers = Headers(scope=scope)
        try:
            _check_address(path, scope.get("query_string", b""))
            if scope["method"] in ("POST", "PUT", "PATCH", "DELETE"):
                body = await self._checked_body(path, headers, receive)
                scope["state"]["body"] = body  # as it was sent: a signature is over these bytes
                receive = _replay(body, receive)
        except Problem as problem:
            answer = problem_response(problem.body(language_of(headers.get("accept-language"))))
            await answer(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    async def _checked_body(self, path: str, headers: Headers, receive: Receive) -> bytes:
        upload = path.endswith("/documents") or path.startswith(IMPORTS)
        limit = POLICY_LIMIT if path in POLICIES else JSON_LIMIT
        if path.startswith(CODEC):
            limit = CODEC_LIMIT
        if path == EVENTS:
            limit = EVENTS_LIMIT
        if path == BATCH:
            limit = self._batch_limit if _media_type(headers) in TABLES else JSON_BATCH_LIMIT
        if upload:
            limit = self._document_limit + FORM_OVERHEAD
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            raise Problem("body-too-large")
        body = await _read(receive, limit)
        if body and not upload:
            media_type = _media_type(headers)
            if path == BATCH and media_type in TABLES:
                return body
            if media_type != "application/json" and not media_type.endswith("+json"):
                raise Problem("unsupported-media-type")
            if len(body) > POLICY_LIMIT:
                await run_in_threadpool(_check_text, body)
            else:
                _check_text(body)
        return body


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Problem("bad-request")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise Problem("body-too-large")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _check_address(path: str, query: bytes) -> None:
    if "\x00" in path:
        raise Problem("not-found")
    if b"%" in query and b"\x00" in unquote_to_bytes(query):
        raise Problem("invalid-request", errors=[{"in": "query", "message": "holds a NUL character"}])


def _check_text(body: bytes) -> None:
    """Refuse what cannot be stored as text: NUL characters and lone surrogates; what is no JSON; and what is
    nested deeper than anything asked for here, which no writer of JSON would get through.

    The look for escapes and brackets is cheap; only a body that has some is walked through.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Problem("malformed-json") from None
    many = text.count("[") + text.count("{") > DEEPEST
    if "\\u" not in text and not many:
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Problem("malformed-json") from None
    if many and _is_deep(value):
        raise Problem(
            "invalid-request", errors=[{"in": "body", "message": f"nested more than {DEEPEST} levels"}]
        )
    if not _is_storable(value):
        raise Problem(
            "invalid-request",
            errors=[{"in": "body", "message": "text holds a NUL character or half a character"}],
        )


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for part in level
            if isinstance(part, dict | list)
            for inner in (part.values() if isinstance(part, dict) else part)
        ]
    return bool(level)


def _is_storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_is_storable(key) and _is_storable(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(_is_storable(inner) for inner in value)
    return True
