"""Starting the servers that are measured, each a process of its own, and stopping them again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.places import Place

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def floor_server(where: Place) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The API with the bench's own floor endpoints beside it, as uvicorn serves it."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.floors:app", "--port", str(port), "--no-access-log"]
    command += ["--log-level", "warning"]
    with _process(command, where.environment()) as process:
        await_ready(port, process)
        yield port, process


@contextmanager
def api_server(where: Place) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`jenjang api`, as it is."""
    port = free_port()
    command = [sys.executable, str(ROOT / "cli.py"), "api", "--port", str(port)]
    with _process(command, where.environment()) as process:
        await_ready(port, process)
        yield port, process


@contextmanager
def worker_process(where: Place, temporal_port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`jenjang worker` on a Temporal server at `temporal_port`."""
    environment = where.environment() | {"JENJANG_TEMPORAL_ADDRESS": f"127.0.0.1:{temporal_port}"}
    with _process([sys.executable, str(ROOT / "cli.py"), "worker"], environment) as process:
        yield process


def await_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait for /health/ready. Raises TimeoutError."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError("the server did not become ready")


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    environment = environment | {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
