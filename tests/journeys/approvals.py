"""Officials who approve transfers one after the other, at their own pace, while other work goes on."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.client import Client
from tests.journeys.crowd import Crowd
from tests.journeys.house import House
from tests.journeys.newcomers import Newcomers

# People read before they approve.
READS_FOR = 0.05


@dataclass
class Approvals:
    """Approves the transfers of `newcomers`, a case at a time; `latencies` are of the decisions alone."""

    house: House
    client: Client
    crowd: Crowd
    newcomers: Newcomers
    latencies: list[float] = field(default_factory=list)
    _case: dict[str, Any] | None = None
    _used: int = 0

    def some(self, count: int) -> list[float]:
        """So many decisions now, in seconds each."""
        begun = len(self.latencies)
        while len(self.latencies) < begun + count and self._one():
            pass
        return self.latencies[begun:]

    @contextmanager
    def meanwhile(self) -> Iterator[list[float]]:
        """Goes on deciding until the block is left; the list has the seconds of each decision."""
        found: list[float] = []
        over = threading.Event()

        def work() -> None:
            while not over.is_set() and self._one():
                found.append(self.latencies[-1])

        with ThreadPoolExecutor(1) as official:
            working = official.submit(work)
            try:
                yield found
            finally:
                over.set()
                working.result()

    def _one(self) -> bool:
        """The next decision; False when there is no case left."""
        while True:
            if self._case is None or not self._case["open_tasks"]:
                if self._used == len(self.newcomers.movers):
                    return False
                pair = self.newcomers.movers[self._used], self.newcomers.posts[self._used]
                self._used += 1
                self._case = self.client.start(self.house.api_key, *pair)
            task = self._case["open_tasks"][0]
            for person_id in self.crowd.owners.get(task["office"], ()):
                if self._decides(person_id, task["id"]):
                    return True
            self._case = None

    def _decides(self, person_id: str, task_id: str) -> bool:
        status, task = self.crowd.read(person_id, f"/v1/tasks/{task_id}")
        if status != 200 or "decide" not in task["allowed"]:
            return False
        body = {
            "outcome": "approve",
            "comment": "",
            "details": task["form"]["examples"][0] if task["form"] else {},
            "overrides": [
                {"rule": rule, "reason": "kebutuhan mendesak, tertulis"}
                for rule in task["overrides_required"]
            ],
        }
        time.sleep(READS_FOR)
        begun = time.perf_counter()
        status, answer = self.crowd.post(person_id, f"/v1/tasks/{task_id}/decision", body)
        self.latencies.append(time.perf_counter() - begun)
        assert status == 200, answer
        self._case = answer["action"]
        return True


def median_ms(seconds: list[float]) -> float | None:
    """The p50 in milliseconds; None of nothing."""
    return round(statistics.median(seconds) * 1000, 1) if seconds else None
