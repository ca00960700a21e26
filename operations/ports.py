"""Ports for Temporal that two installations of one user never share."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

HOST = "127.0.0.1"
TEMPORAL, TEMPORAL_UI = 7233, 8233


class NoFreePort(Exception):
    """Every port near the usual one is taken, or none can be held."""


class Ports:
    """Temporal's port and its pages', held until `release`: also while Temporal is down for a moment,
    when the port alone looks free and another `up` would take it, and the worker talk to a stranger's
    Temporal. Those of the last run on `data` if they are free, so that a restart finds all as it was.
    """

    def __init__(self, data: Path) -> None:
        self._held: list[IO[str]] = []
        before = _of_last_run(data)
        self.temporal = self._reserve(TEMPORAL, before[:1])
        self.temporal_ui = self._reserve(TEMPORAL_UI, before[1:])

    def release(self) -> None:
        for lock in self._held:
            lock.close()

    def _reserve(self, usual: int, before: Iterable[int]) -> int:
        port: int
        for port in (*before, usual, *range(usual + 100, usual + 200)):
            lock = _lock(port)
            if lock is None:
                continue
            if _is_free(port):
                self._held.append(lock)
                return port
            lock.close()
        raise NoFreePort(f"no free port near {usual}")


def _of_last_run(data: Path) -> tuple[int, ...]:
    try:
        state = json.loads((data / "run.json").read_text(encoding="utf-8"))
        return tuple(int(state[name].rpartition(":")[2]) for name in ("temporal_address", "temporal_ui"))
    except (OSError, ValueError, KeyError):
        return ()


def _lock(port: int) -> IO[str] | None:
    """This user's lock on the port; None where another process has it."""
    folder = Path(tempfile.gettempdir()) / f"jenjang-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise NoFreePort(f"{folder} belongs to somebody else: remove it, or set TMPDIR")
    lock = (folder / str(port)).open("w")
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lock
    lock.close()
    return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
