"""What an integration's key was refused is recorded: the first time at once, then by the quarter hour.

Only what the edge refuses: bodies that cannot be read, scopes, signatures, quotas. What the law refuses a key
is an answer like any other. Requests without a known key are counted by `/metrics` alone.
"""

from __future__ import annotations

import logging
import threading
import uuid
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts.api_keys import KEY_PREFIX
from accounts.sessions import hash_token
from api.problems import PROBLEM_JSON
from api.wiring import Services
from domain.identity import SYSTEM
from domain.inbound_commands import RecordRefusals
from ledger.append import Ledger
from ledger.database import fetch

log = logging.getLogger(__name__)

QUIET_FOR = timedelta(minutes=15)
RECORDED = frozenset(
    {
        "bad-request",
        "body-too-large",
        "invalid-event",
        "invalid-request",
        "malformed-json",
        "not-permitted",
        "quota-exceeded",
        "sandbox-only",
        "scope-missing",
        "signature-invalid",
        "signature-replayed",
        "signature-required",
        "unauthenticated",
        "unsupported-media-type",
    }
)
KNOWN = "SELECT key_id FROM api_keys WHERE secret_hash = ?"


class Refusals:
    """Hands refusals to the writer; nobody waits for it. What a process that is killed had only counted is
    lost, its first of a kind is not.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, str], int] = {}
        self._recorded: dict[tuple[str, str], datetime] = {}
        self._waiting: set[Future[Any]] = set()

    def note(self, key_id: str, code: str, now: datetime) -> None:
        """The key was refused, with a `code` of RECORDED."""
        kind = (key_id, code)
        with self._lock:
            times = self._counted.pop(kind, 0) + 1
            last = self._recorded.get(kind)
            if last is not None and now - last < QUIET_FOR:
                self._counted[kind] = times
                return
            self._recorded[kind] = now
        self._record(kind, times)

    def flush(self) -> None:
        """Record what was only counted, and wait for all that is on its way."""
        with self._lock:
            counted, self._counted = self._counted, {}
        for kind, times in counted.items():
            self._record(kind, times)
        with self._lock:
            waiting = list(self._waiting)
        for future in waiting:
            try:
                future.result(10.0)
            except Exception:
                log.exception("refusals could not be recorded")

    def _record(self, kind: tuple[str, str], times: int) -> None:
        key_id, code = kind
        command = RecordRefusals(
            command_id=str(uuid.uuid4()), actor=SYSTEM, key_id=key_id, code=code, times=times
        )
        future = self._ledger.submit(command)
        with self._lock:
            self._waiting.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: Future[Any]) -> None:
        with self._lock:
            self._waiting.discard(future)
        error = None if future.cancelled() else future.exception()
        if error is not None:
            log.error("refusals could not be recorded: %s", error)


class RefusalWatch:
    """Sees the problems that keys are answered with, wherever in the application they were made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secret = Headers(scope=scope).get("authorization", "").partition(" ")[2].strip()
        if not secret.startswith(KEY_PREFIX):
            await self._app(scope, receive, send)
            return
        is_problem = False

        async def watched(message: Message) -> None:
            nonlocal is_problem
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                is_problem = kind.startswith(PROBLEM_JSON)
            elif is_problem and message["type"] == "http.response.body":
                code = _code(message.get("body", b""))
                if code in RECORDED:
                    await run_in_threadpool(_noted, scope["app"], secret, code)
            await send(message)

        await self._app(scope, receive, watched)


def refusals_of(app: Any) -> Refusals:
    """Those of one application, from its first use on."""
    if not hasattr(app.state, "refusals"):
        app.state.refusals = Refusals(app.state.services.ledger)
    found: Refusals = app.state.refusals
    return found


def _noted(app: Any, secret: str, code: str) -> None:
    services: Services = app.state.services
    try:
        with services.reading() as connection:
            key_id = _key_of(connection, secret)
    except Exception:
        log.exception("a refusal (%s) could not be recorded", code)
        return
    if key_id is not None:
        refusals_of(app).note(key_id, code, services.now())


def _key_of(connection: Connection, secret: str) -> str | None:
    """The key with that secret, also one that was revoked."""
    found = fetch(connection, KNOWN, (hash_token(secret),)) if secret.isascii() else []
    return str(found[0][0]) if found else None


def _code(body: bytes) -> str:
    try:
        return str(orjson.loads(body).get("code"))
    except (ValueError, AttributeError):
        return ""
