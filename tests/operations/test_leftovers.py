"""What a killed supervisor left is ended; what somebody started by hand, or elsewhere, is let alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operations.leftovers import end_leftovers
from operations.supervisor import _parts_of

POLITE = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
)

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(program: str, *words: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", program, *words], stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_the_parts_of_this_folder_are_ended_and_no_others(start: Start, tmp_path: Path) -> None:
    own = [start(POLITE, part, "--data", str(tmp_path)) for part in ("api", "worker")]
    own.append(start(POLITE, "server", "start-dev", "--db-filename", f"{tmp_path}/temporal.db", "--headless"))
    by_hand = start(POLITE, "api", "--data", str(tmp_path), "--port", "8001")
    elsewhere = start(POLITE, "api", "--data", f"{tmp_path}-2")
    said: list[str] = []
    end_leftovers(_parts_of(tmp_path), said.append)
    assert [process.wait(5) for process in own] == [-15, -15, -15]
    assert len(said) == 3
    assert (by_hand.poll(), elsewhere.poll()) == (None, None)


def test_who_does_not_end_when_asked_is_ended_all_the_same(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.leftovers.STOP_SECONDS", 0.3)
    stubborn = start(STUBBORN, "worker", "--data", str(tmp_path))
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    end_leftovers(_parts_of(tmp_path), lambda _: None)
    assert stubborn.wait(5) == -9
