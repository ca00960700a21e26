"""Requests that arrive at the same instant: all but the last byte of each is sent, then all last bytes."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.parser import Parser
from typing import Any

ANSWERED_WITHIN = 120.0
CONNECTED_WITHIN = 30.0


@dataclass(frozen=True)
class Post:
    """A POST that `login` sends to the API at `port` with their session or key."""

    port: int
    token: str
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def raw(self) -> bytes:
        body = json.dumps(self.body).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.token}\r\nIdempotency-Key: {self.key}\r\nAccept-Language: en\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True)
class Heard:
    """One answer; of status 0 where the server went away before it was complete."""

    status: int
    body: dict[str, Any]
    replayed: bool

    @property
    def receipt(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body["receipt"]
        return found


def send(posts: Sequence[Post], meanwhile: Callable[[], object] = lambda: None) -> list[Heard]:
    """The answers, in order. `meanwhile` begins with the last bytes, in a thread of its own."""
    return asyncio.run(_send(posts, meanwhile))


async def _send(posts: Sequence[Post], meanwhile: Callable[[], object]) -> list[Heard]:
    connections = await asyncio.gather(*(_connect(post) for post in posts))
    disturbance = asyncio.create_task(asyncio.to_thread(meanwhile))
    for post, (_, writer) in zip(posts, connections, strict=True):
        writer.write(post.raw[-1:])
    async with asyncio.timeout(ANSWERED_WITHIN):
        answers = await asyncio.gather(*(_answer(reader) for reader, _ in connections))
    await disturbance
    for _, writer in connections:
        writer.close()
    return [_heard(answer) for answer in answers]


async def _connect(post: Post) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(CONNECTED_WITHIN):
        reader, writer = await asyncio.open_connection("127.0.0.1", post.port)
        writer.write(post.raw[:-1])
        await writer.drain()
    return reader, writer


async def _answer(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


def _heard(answer: bytes) -> Heard:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, _, fields = head.decode().partition("\r\n")
    headers = Parser().parsestr(fields, headersonly=True)
    if len(body) < int(headers["Content-Length"] or 1):
        return Heard(0, {}, replayed=False)
    return Heard(int(first.split()[1]), json.loads(body), headers["Idempotent-Replay"] == "true")
