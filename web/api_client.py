"""The pages' way to the API: the same application, called in this process with the visitor's credential.

There is no second path to ledger or read models, so a page can show and do what the API allows and
nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message

from web.visitor import Visitor


@dataclass(frozen=True)
class Answer:
    """What the API said. `body` is the parsed JSON, None for other media types; `raw` its bytes."""

    status: int
    headers: Mapping[str, str]
    raw: bytes
    body: Any

    @property
    def ok(self) -> bool:
        return self.status < 400


class Refused(Exception):
    """The API refused; `answer.body` is the problem (RFC 9457) in the visitor's language."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(str(answer.status))

    @property
    def code(self) -> str:
        return str((self.answer.body or {}).get("code", ""))


class Api:
    """Calls the API for one visitor."""

    def __init__(self, app: ASGIApp, request: Request, visitor: Visitor) -> None:
        self._app = app
        self._client = request.client
        self._visitor = visitor

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON at `path`. Raises Refused."""
        answer = await self.call("GET", path, query=query)
        if not answer.ok:
            raise Refused(answer)
        return answer.body

    async def post(self, path: str, body: Any, *, key: str | None = None) -> Answer:
        """The answer to a command; refusals are answers too."""
        return await self.call("POST", path, orjson.dumps(body), key=key)

    async def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
        media_type: str = "application/json",
    ) -> Answer:
        headers = {"accept-language": self._visitor.language, "content-length": str(len(body))}
        if body:
            headers["content-type"] = media_type
        if self._visitor.token:
            headers["authorization"] = f"Bearer {self._visitor.token}"
        if key:
            headers["idempotency-key"] = key.encode("ascii", "backslashreplace").decode()[:256]
        asked = urlencode({name: value for name, value in (query or {}).items() if value not in (None, "")})
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": asked.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": self._client,
            "server": None,
        }
        sent = False
        status, received, chunks = 500, {}, []

        async def receive() -> Message:
            nonlocal sent
            if sent:
                await asyncio.Event().wait()  # the visitor is there until the answer is complete
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status, received
            if message["type"] == "http.response.start":
                status = message["status"]
                received = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in message["headers"]
                }
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self._app(scope, receive, send)
        raw = b"".join(chunks)
        is_json = "json" in received.get("content-type", "") and bool(raw)
        return Answer(status, received, raw, orjson.loads(raw) if is_json else None)


def segment(text: str) -> str:
    """`text` as one segment of a path, whatever it holds."""
    return quote(text, safe="")
