"""A light HTTP/1.1 client over raw sockets, in a process of its own: requests a second and latencies."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """One POST: path, bearer token and JSON body."""

    path: str
    token: str
    body: bytes

    def wire(self) -> bytes:
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


@dataclass(frozen=True)
class Measured:
    """Seconds in all, each request's milliseconds, and the statuses that were not 2xx."""

    seconds: float
    latencies: list[float]
    failures: list[int]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


def measure(port: int, requests: list[Request], clients: int) -> Measured:
    """Send `requests` by `clients` connections at once, each waiting for its answer, from a process of
    its own, so that client and server do not share an interpreter.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_run, (port, requests, clients))


def _run(port: int, requests: list[Request], clients: int) -> Measured:
    return asyncio.run(_all(port, [request.wire() for request in requests], clients))


async def _all(port: int, wires: list[bytes], clients: int) -> Measured:
    todo = iter(wires)
    latencies: list[float] = []
    failures: list[int] = []
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(clients)]

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for wire in todo:
            begun = time.perf_counter()
            writer.write(wire)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append((time.perf_counter() - begun) * 1000)
            status = int(head[9:12])
            if not 200 <= status < 300:
                failures.append(status)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(work(reader, writer) for reader, writer in connections))
    return Measured(time.perf_counter() - begun, latencies, failures)
