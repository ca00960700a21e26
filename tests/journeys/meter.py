"""What the processes of a house use while it runs: processor seconds, memory and bytes on disk."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.places import database_bytes
from installation import Installation
from tests.journeys.house import House
from worker import connect

LOOKS_EVERY = 0.25


@dataclass
class Meter:
    """Reads the processes named in `run.json` until stopped; one that was killed keeps what it had used."""

    house: House
    _used: dict[tuple[str, int], float] = field(default_factory=dict)
    _most: dict[str, int] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[Meter]:
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stopped.set()
            thread.join()

    def seconds(self) -> dict[str, float]:
        """Processor seconds so far, by part."""
        self._look()
        found: dict[str, float] = {}
        for (part, _), used in list(self._used.items()):
            found[part] = found.get(part, 0.0) + used
        return found

    def memory(self) -> dict[str, int]:
        """The most resident memory of each part so far, in MiB."""
        return {part: most >> 20 for part, most in self._most.items()}

    def ledger_bytes(self) -> int:
        installation = Installation(self.house.settings)
        try:
            return database_bytes(installation)
        finally:
            installation.close()

    def temporal_bytes(self) -> int:
        """Of the development server's file with its log."""
        return sum(path.stat().st_size for path in Path(self.house.data).glob("temporal*.db*"))

    def evaluation_processes(self) -> int:
        """How many evaluations have a process that runs, as Temporal's index has it."""

        async def count() -> int:
            client = await connect(self.house.settings)
            query = 'ExecutionStatus = "Running" AND WorkflowType = "EvaluationProcess"'
            return (await client.count_workflows(query)).count

        return asyncio.run(count())

    def _watch(self) -> None:
        while not self._stopped.wait(LOOKS_EVERY):
            self._look()

    def _look(self) -> None:
        with suppress(OSError, ValueError, KeyError):
            pids = json.loads((self.house.data / "run.json").read_text(encoding="utf-8"))["pids"]
            for part, pid in pids.items():
                with suppress(psutil.Error):
                    process = psutil.Process(pid)
                    times = process.cpu_times()
                    self._used[part, pid] = times.user + times.system
                    self._most[part] = max(self._most.get(part, 0), process.memory_info().rss)


def since(now: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    """The seconds used between two readings, by part."""
    return {part: round(used - before.get(part, 0.0), 1) for part, used in now.items()}


def load() -> float:
    """How many processes of the whole machine have waited for a processor in the last five minutes."""
    return round(os.getloadavg()[1], 1)
