"""The worker's health over HTTP: /health/live and /health/ready, for whoever restarts it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"


class HealthEndpoint:
    """Serves on `port` while entered; nothing when `port` is None. `readiness` tells what is needed
    and whether it is there: all of it makes the worker ready.
    """

    def __init__(self, port: int | None, readiness: Callable[[], Awaitable[dict[str, bool]]]) -> None:
        self._port = port
        self._readiness = readiness
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        if self._port is not None:
            self._server = await asyncio.start_server(self._answer, HOST, self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readline(), 5.0)
            status, body = await self._respond(line.decode("latin-1").split(" "))
            text = json.dumps(body)
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
                f"Connection: close\r\n\r\n{text}".encode()
            )
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass  # a caller that does not speak HTTP gets no answer
        finally:
            writer.close()

    async def _respond(self, request: list[str]) -> tuple[str, dict[str, bool]]:
        match request:
            case ["GET", "/health/live", *_]:
                return "200 OK", {"live": True}
            case ["GET", "/health/ready", *_]:
                needs = await self._readiness()
                return ("200 OK" if all(needs.values()) else "503 Service Unavailable"), needs
        return "404 Not Found", {}
