"""The pages' way to the API: the same application, called in this process with the visitor's credential.

There is no second path to ledger or read models, so a page can show and do what the API allows and
nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope

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

    async def download(self, path: str, **query: Any) -> Response:
        """What is at `path` handed on as it comes, with its type and name. Raises Refused before that."""
        started: asyncio.Queue[Message] = asyncio.Queue(maxsize=2)
        scope = self._scope("GET", path, b"", query, {})
        calling = asyncio.ensure_future(self._app(scope, _only(b""), started.put))
        getting = asyncio.ensure_future(started.get())
        await asyncio.wait({getting, calling}, return_when=asyncio.FIRST_COMPLETED)
        if not getting.done():
            getting.cancel()
            calling.result()  # raises what ended it before it said anything
        first = await getting
        headers = _headers_of(first)
        if first["status"] >= 400:
            raw = b"".join([chunk async for chunk in _chunks(started, calling)])
            raise Refused(_answer(first["status"], headers, raw))
        kept = ("content-type", "content-disposition")
        return StreamingResponse(
            _chunks(started, calling), headers={name: headers[name] for name in kept if name in headers}
        )

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, orjson.dumps(body))

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
        more = {"content-type": media_type} if body else {}
        if key:
            more["idempotency-key"] = key.encode("ascii", "backslashreplace").decode()[:256]
        status, received, chunks = 500, dict[str, str](), list[bytes]()

        async def send(message: Message) -> None:
            nonlocal status, received
            if message["type"] == "http.response.start":
                status, received = message["status"], _headers_of(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self._app(self._scope(method, path, body, query, more), _only(body), send)
        return _answer(status, received, b"".join(chunks))

    def _scope(
        self, method: str, path: str, body: bytes, query: Mapping[str, Any] | None, more: Mapping[str, str]
    ) -> Scope:
        headers = {"accept-language": self._visitor.language, "content-length": str(len(body)), **more}
        if self._visitor.token:
            headers["authorization"] = f"Bearer {self._visitor.token}"
        asked = urlencode({name: value for name, value in (query or {}).items() if value not in (None, "")})
        return {
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


def _only(body: bytes) -> Receive:
    """A request that is `body` and goes on until its answer is complete."""
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _chunks(messages: asyncio.Queue[Message], calling: asyncio.Future[None]) -> AsyncIterator[bytes]:
    """The body as it comes. Who goes away in the middle ends the call."""
    try:
        more = True
        while more:
            message = await messages.get()
            more = message.get("more_body", False)
            yield message.get("body", b"")
        await calling
    finally:
        calling.cancel()


def _headers_of(started: Message) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in started["headers"]}


def _answer(status: int, headers: Mapping[str, str], raw: bytes) -> Answer:
    is_json = "json" in headers.get("content-type", "") and bool(raw)
    return Answer(status, headers, raw, orjson.loads(raw) if is_json else None)


def segment(text: str) -> str:
    """`text` as one segment of a path, whatever it holds."""
    return quote(text, safe="")
