"""`jenjang up`: everything on one machine, started from nothing, watched, and stopped together."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from accounts import api_keys
from demo.logins import DemoLogin, one_for_each_role, read_logins
from demo.seed import UNFINISHED, needs_demo, seed_demo
from demo.siasn_emulator import EmulatedSiasn, is_emulator_on, prepare
from installation import Installation
from integrations.temporal_server import is_server_on, start_development_server
from operations.leftovers import IsLeft, end_leftovers
from operations.ports import NoFreePort, Ports
from settings import Settings

READY_SECONDS = 60.0
# Who dies soon after its start is started again ever later, so that a part that cannot start does not spin.
HEALTHY_SECONDS = 5.0
LONGEST_PAUSE = 30.0
STOP_SECONDS = 15.0
DEMO_KEY_FILE = "demo-api-key"


class CannotStart(Exception):
    """Something in the way of starting; the sentence says what."""


@dataclass
class Part:
    """One process that is kept running."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    early_deaths: int = 0
    start_again_at: float | None = None

    def launch(self) -> None:
        self.process = self.start()
        self.started_at = time.monotonic()
        self.start_again_at = None

    def note_death(self) -> None:
        """Decide when to start again: at once after a healthy life, later after each early death."""
        lived = time.monotonic() - self.started_at
        self.early_deaths = 0 if lived >= HEALTHY_SECONDS else self.early_deaths + 1
        pause = min(2.0 ** (self.early_deaths - 1), LONGEST_PAUSE) if self.early_deaths else 0.0
        self.start_again_at = time.monotonic() + pause


def run_everything(settings: Settings, *, people: int, demo: bool, siasn_emulator: bool = False) -> int:
    """Set up, seed, start Temporal, API and worker, and keep them running until told to stop; with
    `siasn_emulator` an emulated SIASN as well, to which the worker writes back.
    """
    if siasn_emulator and settings.siasn_mode is not None:
        raise CannotStart("JENJANG_SIASN_MODE names a SIASN already: start without --siasn-emulator")
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.data / "up.lock").open("w") as lock:
        _lock(lock, settings)
        end_leftovers(_parts_of(settings.data.resolve()), _say)
        _check_port(settings)
        siasn = _prepare(settings, people=people, demo=demo, siasn_emulator=siasn_emulator)
        supervisor = _Supervisor(settings, siasn)
        supervisor.run()
    return 0


def _lock(lock: IO[str], settings: Settings) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CannotStart(f"another `jenjang up` is running on {settings.data}") from error


def _parts_of(data: Path) -> tuple[IsLeft, ...]:
    """What a supervisor on `data` had started: API, worker, Temporal, as `_Supervisor` starts them."""
    return (
        lambda command_line: command_line.endswith(f" api --data {data}"),
        lambda command_line: command_line.endswith(f" worker --data {data}"),
        lambda command_line: is_server_on(data, command_line),
        lambda command_line: is_emulator_on(data, command_line),
    )


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(f"port {settings.port} is in use: choose another with --port") from error


def _prepare(settings: Settings, *, people: int, demo: bool, siasn_emulator: bool) -> EmulatedSiasn | None:
    installation = Installation(settings)
    try:
        _say("preparing database, keys and policy")
        installation.set_up()
        if demo and needs_demo(installation, settings.data):
            seed_demo(installation, people, settings.data, _say)
            scopes = ("actions:write", "actions:read", "employees:read", "webhooks:write")
            _, secret = api_keys.create_key(installation, "demo portal", scopes)
            _write_private(settings.data / DEMO_KEY_FILE, secret + "\n")
            (settings.data / UNFINISHED).unlink()
        return prepare(installation) if siasn_emulator else None
    finally:
        installation.close()


class _Supervisor:
    def __init__(self, settings: Settings, siasn: EmulatedSiasn | None) -> None:
        self.settings = settings
        self.siasn = siasn
        self.stopping = False
        try:
            self.ports = Ports(settings.data)
        except NoFreePort as error:
            raise CannotStart(str(error)) from error
        self.logs = settings.data / "logs"
        self.logs.mkdir(exist_ok=True)
        self.parts = [
            Part("temporal", self._temporal),
            Part("api", lambda: self._python("api")),
            Part("worker", lambda: self._python("worker")),
        ]
        if siasn is not None:
            self.parts.insert(0, Part("siasn", lambda: self._emulator(siasn)))

    def run(self) -> None:
        """Start all parts, tell where they are, and restart what dies until a signal comes."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._stop)
        try:
            for part in self.parts:
                part.launch()
            self._write_state()
            self._await_ready()
            if not self.stopping:
                _announce(self.settings, self.ports.temporal_ui)
            while not self.stopping:
                self._revive()
                time.sleep(0.3)
        finally:
            self._end_all()

    def _stop(self, _: int, __: FrameType | None) -> None:
        self.stopping = True

    def _temporal(self) -> subprocess.Popen[bytes]:
        return start_development_server(
            self.settings.data,
            self.ports.temporal,
            self.ports.temporal_ui,
            codec=f"http://{self.settings.host}:{self.settings.port}/codec",
            binary=self.settings.temporal_binary,
        )

    def _python(self, name: str) -> subprocess.Popen[bytes]:
        program = Path(__file__).resolve().parent.parent / "cli.py"
        # `_parts_of` knows these again by their last words.
        command = [sys.executable, str(program), name, "--data", str(self.settings.data.resolve())]
        environment = os.environ | {
            "JENJANG_HOST": self.settings.host,
            "JENJANG_PORT": str(self.settings.port),
            "JENJANG_TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports.temporal}",
            "JENJANG_TEMPORAL_UI_ORIGIN": f"http://127.0.0.1:{self.ports.temporal_ui}",
        }
        if self.siasn is not None:
            environment |= self.siasn.environment
        with (self.logs / f"{name}.log").open("ab") as log:
            # A session of its own: Ctrl-C reaches this process alone, which then stops them in order.
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)

    def _emulator(self, siasn: EmulatedSiasn) -> subprocess.Popen[bytes]:
        root = Path(__file__).resolve().parent.parent
        with (self.logs / "siasn.log").open("ab") as log:
            return subprocess.Popen(siasn.command, cwd=root, stdout=log, stderr=log, start_new_session=True)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        url = f"http://{self.settings.host}:{self.settings.port}/health/ready"
        while not self.stopping:
            try:
                with urlopen(url, timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                pass
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"the API is not ready after {READY_SECONDS:.0f} s; see {self.logs}/api.log"
                )
            self._revive()
            time.sleep(0.1)

    def _revive(self) -> None:
        for part in self.parts:
            if self.stopping or part.process is None or part.process.poll() is None:
                continue
            if part.start_again_at is None:
                part.note_death()
                _say(f"{part.name} ended with code {part.process.returncode}; starting it again")
            if part.start_again_at is not None and time.monotonic() >= part.start_again_at:
                part.launch()
                self._write_state()

    def _write_state(self) -> None:
        pids = {part.name: part.process.pid for part in self.parts if part.process is not None}
        state = {
            "temporal_address": f"127.0.0.1:{self.ports.temporal}",
            "temporal_ui": f"http://127.0.0.1:{self.ports.temporal_ui}",
            "api": f"http://{self.settings.host}:{self.settings.port}",
            "pids": pids,
        }
        _write_private(self.settings.data / "run.json", json.dumps(state, indent=1))

    def _end_all(self) -> None:
        """The API first, so that nobody is answered by halves; those that others call last."""
        order = ("api", "worker", "siasn", "temporal")
        for part in sorted(self.parts, key=lambda part: order.index(part.name)):
            if part.process is None or part.process.poll() is not None:
                continue
            part.process.terminate()
            try:
                part.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()
        self.ports.release()
        _say("stopped")


def _announce(settings: Settings, ui_port: int) -> None:
    address = f"http://{settings.host}:{settings.port}"
    _say(f"Jenjang is ready: {address}  (API docs {address}/docs, Temporal http://127.0.0.1:{ui_port})")
    try:
        logins: list[DemoLogin] = read_logins(settings.data)
    except FileNotFoundError:
        return
    _say(f"logins, one for each role ({len(logins)} in all: jenjang demo-logins):")
    for role, login in one_for_each_role(logins):
        print(f"  {role:<26} {login.nip}  {login.password}  {login.name}, {login.unit}")
    key = settings.data / DEMO_KEY_FILE
    if key.is_file():
        print(f"  {'API key of a portal':<26} {key.read_text(encoding='utf-8').strip()}")
    print("Ctrl-C stops everything.", flush=True)


def _write_private(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.partial")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _say(text: str) -> None:
    print(f"jenjang: {text}", flush=True)
