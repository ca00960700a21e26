"""The witness over HTTP: `POST /add-checkpoint` and `GET /<origin hash>/checkpoint`, nothing else."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

from witness.folder import FolderRefused, WitnessFolder
from witness.witness import Answer, Witness

log = logging.getLogger(__name__)

# 63 proof lines and a note with the largest post-quantum signatures take less.
LARGEST_BODY = 128 * 1024

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CHECKPOINT = re.compile(r"/([0-9a-f]{64})/checkpoint")


class WitnessServer:
    """An ASGI application around one witness."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope["method"], scope["path"], receive)
        except (FolderRefused, OSError) as error:
            log.error("no answer is given: %s", error)  # noqa: TRY400  (the sentence says it all)
            answer = Answer(500, "the witness cannot answer for what it saw; ask its operator\n")
        body = answer.body.encode()
        headers = [
            (b"content-type", answer.media_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, method: str, path: str, receive: Receive) -> Answer:
        found = _CHECKPOINT.fullmatch(path)
        if path != "/add-checkpoint" and found is None:
            return Answer(404, "not found\n")
        if method != ("POST" if found is None else "GET"):
            return Answer(405, "not with this method\n")
        if found is not None:
            return await asyncio.to_thread(self._witness.latest, found[1])
        body = await _body(receive)
        if body is None:
            return Answer(413, f"at most {LARGEST_BODY} bytes are read\n")
        return await asyncio.to_thread(self._witness.add_checkpoint, body)


def serve(folder: Path, host: str, port: int) -> int:
    """Serve the witness of `folder` until SIGTERM or SIGINT. Raises FolderRefused, SigningKeyRefused."""
    opened = WitnessFolder(folder)
    with opened.alone():
        app = WitnessServer(Witness(opened, time.time))
        uvicorn.run(
            app,
            host=host,
            port=port,
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=256,
            timeout_keep_alive=30,
        )
    return 0


async def _body(receive: Receive) -> bytes | None:
    """The whole request body, None when it is too large or the sender went away."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > LARGEST_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)
