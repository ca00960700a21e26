"""Ending what a killed `jenjang up` has left running, so that the next one finds ports and files free."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

STOP_SECONDS = 15.0
PROCESSES = Path("/proc")

IsLeft = Callable[[str], bool]


def end_leftovers(left: Sequence[IsLeft], say: Callable[[str], None]) -> None:
    """End the processes whose command line one of `left` knows, in that order: politely, and after 15
    seconds without asking. To be called under the lock which says that no other `up` watches them.
    """
    for is_left in left:
        for pid in _running(is_left):
            say(f"ending process {pid}, left by an earlier `jenjang up` that was killed")
            _end(pid, is_left)


def _end(pid: int, is_left: IsLeft) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, sign)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if pid not in _running(is_left):
                return
            time.sleep(0.1)


def _running(is_left: IsLeft) -> list[int]:
    listed = _from_proc() if (PROCESSES / "self").exists() else _from_ps()
    return [pid for pid, command_line in listed if pid != os.getpid() and is_left(command_line)]


def _from_proc() -> Iterator[tuple[int, str]]:
    """Process ids with command lines; a process that has ended and was not waited for has none."""
    for folder in PROCESSES.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                yield int(folder.name), os.fsdecode(b" ".join(words)).rstrip()


def _from_ps() -> Iterator[tuple[int, str]]:
    """The same where there is no /proc."""
    command = ["/bin/ps", "-axww", "-o", "pid=,command="]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    for line in listed.stdout.splitlines():
        pid, _, command_line = line.strip().partition(" ")
        yield int(pid), command_line.strip()
