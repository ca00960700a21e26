"""Whatever ends the supervisor, nothing that it started goes on without it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.supervisor import Part, _Supervisor
from settings import Settings


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_a_data_folder_that_vanishes_ends_all_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "var"
    data.mkdir()
    started: list[subprocess.Popen[bytes]] = []

    def begin(program: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", program])
        started.append(process)
        return process

    supervisor = _Supervisor(Settings(data=data), None)
    supervisor.parts = [
        Part("temporal", lambda: begin("import time; time.sleep(600)")),
        Part("api", lambda: begin("import time; time.sleep(600)")),
        Part("worker", lambda: begin("")),
    ]
    monkeypatch.setattr(supervisor, "_await_ready", lambda: shutil.rmtree(data))
    try:
        with pytest.raises(FileNotFoundError):
            supervisor.run()
        assert [process.poll() for process in started[:2]] == [-15, -15]
        assert all(process.poll() is not None for process in started)
    finally:
        for process in started:
            process.kill()
            process.wait()
