"""Worker and Temporal as processes of their own, killed, restarted and wiped, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from domain.personnel_action import ActionState
from integrations.temporal_server import (
    TemporalMissing,
    await_server,
    start_development_server,
    temporal_binary,
)
from operations import doctor
from projections import employees
from projections.action_state import state_of
from settings import Settings
from tests.workflows.conftest import free_port
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30.0


class Site:
    """Temporal and worker of one installation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.data = world.installation.settings.data
        self.port, self.health_port = free_port(), free_port()
        self.settings = Settings(
            data=self.data,
            database_url=world.installation.settings.database_url,
            temporal_address=f"127.0.0.1:{self.port}",
        )
        self.temporal: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start_temporal(self) -> None:
        self.temporal = start_development_server(self.data, self.port)
        await_server(self.temporal, self.port)

    def start_worker(self) -> None:
        environment = os.environ | {
            "JENJANG_DATA": str(self.data),
            "JENJANG_DATABASE_URL": self.settings.database_url or "",
            "JENJANG_TEMPORAL_ADDRESS": f"127.0.0.1:{self.port}",
            "JENJANG_WORKER_HEALTH_PORT": str(self.health_port),
        }
        with (self.data / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, str(ROOT / "cli.py"), "worker"], env=environment, stdout=log, stderr=log
            )

    def kill_temporal(self) -> None:
        assert self.temporal is not None
        self.temporal.kill()
        self.temporal.wait()

    def kill_worker(self) -> None:
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()

    def is_ready(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.health_port}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def now(self, state: ActionState) -> ActionState:
        with self.world.installation.reader.engine.connect() as connection:
            found = state_of(connection, state.id)
        assert found is not None
        return found

    def submit(self, number: int) -> ActionState:
        state = self.world.submit(self.world.movable()[number], self.world.vacancies()[number]).state
        assert state is not None
        return state

    def walk(self, state: ActionState, until: str) -> ActionState:
        """People approve; what the process has to do is waited for."""
        deadline = time.monotonic() + PATIENCE
        while True:
            state = self.now(state)
            if until in (state.status.value, state.phase, *(task.step for task in state.open_tasks)):
                return state
            assert not state.ended, f"ended as {state.status}"
            assert time.monotonic() < deadline, f"{state.status}/{state.phase}: {self.log()}"
            if state.open_tasks:
                self.world.step(state)
            else:
                time.sleep(0.05)

    def log(self) -> str:
        return (self.data / "worker.log").read_text(encoding="utf-8")[-2000:]


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    opened = Site(world)
    yield opened
    for process in (opened.worker, opened.temporal):
        if process is not None and process.poll() is None:
            process.terminate()
            process.wait(40)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_cases_survive_the_death_of_worker_and_temporal(site: Site) -> None:
    site.start_worker()  # before there is a Temporal: it waits
    site.start_temporal()
    eventually(site.is_ready)
    first, second = site.submit(0), site.submit(1)
    site.walk(first, "appointing_decision")
    site.kill_worker()
    site.world.step(site.now(first))
    assert site.now(first).decree is None
    site.start_worker()
    site.walk(first, "duty_statement")
    site.kill_temporal()
    site.walk(second, "appointing_decision")
    site.world.step(site.now(second))  # decided while Temporal is down
    assert site.now(second).phase == "decree"
    site.start_temporal()
    site.walk(second, "completed")
    site.walk(first, "completed")
    numbers = {site.now(case).decree.sequence for case in (first, second)}  # type: ignore[union-attr]
    assert numbers == {1, 2}


def test_no_file_of_temporal_and_no_log_has_name_nip_or_reason(site: Site) -> None:
    site.start_temporal()
    site.start_worker()
    person = site.world.movable()[0]
    state = site.world.submit(person, site.world.vacancies()[0], reason="rahasia-alasan").state
    assert state is not None
    site.walk(state, "completed")
    with site.world.installation.reader.engine.connect() as connection:
        row = employees.by_id(connection, person)
    assert row is not None
    site.kill_worker()
    site.kill_temporal()
    written = [*site.data.glob("temporal.db*"), *(site.data / "logs").iterdir(), site.data / "worker.log"]
    whole = b"".join(file.read_bytes() for file in written)
    assert state.id.encode() in whole, "or the search would prove nothing"
    for secret in (row["name"], row["nip"], "rahasia"):
        assert secret.encode() not in whole


def test_a_wiped_temporal_is_rebuilt_from_the_ledger(site: Site) -> None:
    site.start_temporal()
    site.start_worker()
    state = site.walk(site.submit(0), "unit_recommendation")
    eventually(lambda: doctor.run(site.settings, repair=False).ok)
    site.kill_temporal()
    broken = doctor.run(site.settings, repair=True)
    assert [finding.code for finding in broken.findings] == ["temporal-unreachable"]
    for file in site.data.glob("temporal.db*"):
        file.unlink()
    site.start_temporal()
    eventually(site.is_ready)
    found = doctor.run(site.settings, repair=False)
    assert ("process-missing", state.id) in [(f.code, f.action_id) for f in found.findings]
    assert not found.ok
    doctor.run(site.settings, repair=True)
    eventually(lambda: doctor.run(site.settings, repair=False).ok)
    site.walk(state, "completed")
    assert site.worker is not None
    site.worker.terminate()
    assert site.worker.wait(30) == 0


@contextmanager
def with_path(value: str) -> Iterator[None]:
    before = os.environ["PATH"]
    os.environ["PATH"] = value
    try:
        yield
    finally:
        os.environ["PATH"] = before


def test_the_temporal_program_comes_with_the_environment_or_is_named(tmp_path: Path) -> None:
    with with_path(str(tmp_path)):
        assert temporal_binary().name == "temporal"
    with pytest.raises(TemporalMissing, match="there is no file"):
        temporal_binary(tmp_path / "nowhere")
