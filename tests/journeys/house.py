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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy.engine import make_url

from settings import Settings
from tests.journeys.client import Client

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 260
READY_SECONDS = 300.0
SEEDED_A_SECOND = 20
READY = b"Jenjang is ready"
COMMAND_SECONDS = 600.0


@dataclass
class House:
    """A running `jenjang up` on its own folder, database and port; `more_apis` are further API
    processes beside it, which nobody starts again.
    """

    data: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    more_apis: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    people: int = PEOPLE

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ports(self) -> list[int]:
        """The ports of all API processes."""
        return [self.port, *self.more_apis]

    @property
    def log(self) -> Path:
        return self.data.parent / "up.log"

    @property
    def settings(self) -> Settings:
        """As the commands of this installation read them."""
        return Settings(data=self.data, database_url=self.environment.get("JENJANG_DATABASE_URL"))

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "cli.py"), "up", "--data", str(self.data)]
        command += ["--port", str(self.port), "--people", str(self.people)]
        with self.log.open("ab") as log:
            told = log.tell()
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_SECONDS + self.people / SEEDED_A_SECOND
        # The health of an API could be that of one which was left and is about to be ended.
        while READY not in self.log.read_bytes()[told:]:
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")[-2000:]
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2000:]
            time.sleep(0.1)
        self.await_ready()

    def start_another_api(self) -> None:
        port = free_port()
        command = [sys.executable, str(ROOT / "cli.py"), "api", "--data", str(self.data), "--port", str(port)]
        with (self.data.parent / f"api-{port}.log").open("ab") as log:
            self.more_apis[port] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.await_ready(port)

    def await_ready(self, port: int | None = None) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port or self.port}/health/ready", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text(encoding="utf-8")[-2000:])

    def stop(self) -> None:
        for process in self.more_apis.values():
            process.terminate()
            process.wait(60)
        self.more_apis.clear()
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(60) == 0
            self.process = None

    def kill(self, part: str) -> bool:
        """SIGKILL to `api`, `worker` or `temporal`, which the supervisor starts again; False if it was
        not running at this moment. `up` is the supervisor itself: its parts are left, and it is started
        again by hand. `connections` are all those to PostgreSQL.
        """
        if part == "connections":
            return self._cut_connections()
        if part == "up":
            assert self.process is not None
            self.process.kill()
            self.process.wait()
            self.start()
            return True
        state = json.loads((self.data / "run.json").read_text(encoding="utf-8"))
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(state["pids"][part])
            if found.ppid() == self.process.pid and found.status() != psutil.STATUS_ZOMBIE:
                found.kill()
                return True
        return False

    def _cut_connections(self) -> bool:
        url = make_url(self.environment["JENJANG_DATABASE_URL"]).set(drivername="postgresql")
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            cut = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return bool(cut.fetchall())

    @property
    def parts(self) -> list[str]:
        """What can be killed here."""
        postgresql = "JENJANG_DATABASE_URL" in self.environment
        return ["api", "worker", "temporal", "up", *(["connections"] if postgresql else [])]

    def jenjang(self, *arguments: str) -> tuple[int, Any]:
        """Exit code and JSON of a command."""
        command = [sys.executable, str(ROOT / "cli.py"), *arguments, "--data", str(self.data), "--json"]
        done = subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def await_health(self, seconds: float = 300.0) -> float:
        """Wait until the doctor finds nothing; the seconds that it took."""
        begun = time.monotonic()
        while True:
            code, diagnosis = self.jenjang("doctor")
            if code == 0:
                return time.monotonic() - begun
            assert time.monotonic() < begun + seconds, diagnosis
            time.sleep(1.0)

    def client(self) -> Client:
        code, logins = self.jenjang("demo-logins")
        assert code == 0
        return Client(self.base, logins)

    @property
    def api_key(self) -> str:
        return (self.data / "demo-api-key").read_text(encoding="utf-8").strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_house(folder: Path, database_url: str, people: int = PEOPLE) -> Iterator[House]:
    """A house in `folder`, on `database_url` if that is PostgreSQL's, else on its own SQLite file."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JENJANG_")}
    environment |= {"JENJANG_WEBHOOK_PRIVATE_HOSTS": "127.0.0.1", "JENJANG_WEBHOOK_RETRY_SECONDS": "0.05"}
    environment["JENJANG_DECREE_SIGNING"] = "none"  # hundreds of files; tests/decrees makes them
    if database_url.startswith("postgresql"):
        environment["JENJANG_DATABASE_URL"] = database_url
    running = House(folder / "data", free_port(), environment, people=people)
    running.start()
    try:
        yield running
    finally:
        for process in running.more_apis.values():
            process.terminate()
            process.wait(60)
        if running.process is not None:
            running.process.send_signal(signal.SIGINT)
            running.process.wait(60)
