"""A whole installation as `jenjang up` starts it: Temporal, API and worker as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.client import Client

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 260
READY_SECONDS = 120.0


@dataclass
class House:
    """A running `jenjang up` on its own folder, database and port."""

    data: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "cli.py"), "up", "--data", str(self.data)]
        command += ["--port", str(self.port), "--people", str(PEOPLE)]
        with (self.data.parent / "up.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.await_ready()

    def await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(self.base + "/health/ready", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError((self.data.parent / "up.log").read_text(encoding="utf-8")[-2000:])

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(60) == 0
            self.process = None

    def kill(self, part: str) -> None:
        """SIGKILL to `api`, `worker` or `temporal`; the supervisor starts it again."""
        state = json.loads((self.data / "run.json").read_text(encoding="utf-8"))
        os.kill(state["pids"][part], signal.SIGKILL)

    def jenjang(self, *arguments: str) -> tuple[int, Any]:
        """Exit code and JSON of a command."""
        command = [sys.executable, str(ROOT / "cli.py"), *arguments, "--data", str(self.data), "--json"]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    def client(self) -> Client:
        code, logins = self.jenjang("demo-logins")
        assert code == 0
        return Client(self.base, logins)

    @property
    def api_key(self) -> str:
        return (self.data / "demo-api-key").read_text(encoding="utf-8").strip()


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JENJANG_")}
    if database_url.startswith("postgresql"):
        environment["JENJANG_DATABASE_URL"] = database_url
    running = House(tmp_path / "data", port, environment)
    running.start()
    yield running
    if running.process is not None:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(60)
