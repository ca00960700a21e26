"""A whole agency's evaluations: opened as a cycle, each walked to its end by the people it concerns.

Everybody reads their own inbox and answers the form that stands there. Parts are killed while the cycle
opens, and everything is stopped and started in the middle of the ratings.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.approvals import Approvals, median_ms
from tests.journeys.client import Client
from tests.journeys.crowd import Crowd
from tests.journeys.house import House
from tests.journeys.meter import Meter, load, since
from tests.journeys.newcomers import bring

# Whose task each step is: a person's own, done one by one, or an office's, done many at a time.
STEPS = (
    ("performance_plan", "subject"),
    ("plan_agreement", "office"),
    ("rating", "office"),
    ("calibration", "office"),
    ("delivery", "subject"),
    ("result_response", "subject"),
    ("evaluation_record", "office"),
)
RESTARTED_AT = "rating"
AT_ONCE = 6
IN_BULK = 100
HALF = {"period_start": "2026-01-01", "period_end": "2026-06-30"}
OPENED_WITHIN = 1200.0
# So many rounds of all inboxes may leave a step unfinished: a committee needs one for each vote.
ROUNDS = 12


@dataclass
class Cycle:
    """`transfers` are approved beside it; `idle` so many decisions are timed before anything else runs.
    `units` so many apparatus are evaluated, the largest first; 0 is the whole agency.
    """

    house: House
    transfers: int = 2
    idle: int = 10
    units: int = 0
    say: Callable[[str], None] = lambda _: None
    figures: dict[str, Any] = field(default_factory=dict)
    client: Client = field(init=False)
    crowd: Crowd = field(init=False)
    approvals: Approvals = field(init=False)
    head: str = field(init=False)
    path: str = ""
    _answers: Counter[int] = field(default_factory=Counter)
    _done: set[str] = field(default_factory=set)
    # Evaluations of another cycle, such as the demo's: they are somebody else's business.
    _elsewhere: set[str] = field(default_factory=set)

    def run(self) -> dict[str, Any]:
        """Figures of the run. Raises AssertionError for whatever was not kept."""
        self.client, self.crowd = self.house.client(), Crowd(self.house)
        try:
            return self._run()
        finally:
            self.crowd.go_home()

    # --- the diagram ---

    def _run(self) -> dict[str, Any]:
        newcomers = bring(self.house, self.client, movers=self.transfers, posts=self.transfers)
        self.crowd.sign_in()
        self.head = self.crowd.owners["agency_head"][0]
        self.approvals = Approvals(self.house, self.client, self.crowd, newcomers)
        with Meter(self.house).running() as meter:
            self._approve_in_peace()
            self._elsewhere = set(self._evaluations())
            people = self._open(meter)
            self._walk(meter, people)
            self._close(people)
            self.figures["resident MiB, at most"] = meter.memory()
        self.say(f"walked and closed; verify follows: {self.figures}")
        # Everybody's process has to be told that its evaluation is over, and the doctor asks about each.
        healthy = self.house.await_health(120 + people / 8)
        begun = time.monotonic()
        code, verification = self.house.jenjang("verify")
        assert code == 0, verification
        self.figures |= {
            "seconds until the doctor is content": round(healthy, 1),
            "seconds of verify": round(time.monotonic() - begun, 1),
            "events in the ledger": verification["size"],
            "requests sent again": self.crowd.sent_again,
        }
        return self.figures

    def _approve_in_peace(self) -> None:
        self.approvals.some(3)  # the first ones warm up
        idle = self.approvals.some(self.idle)
        self.figures["approvals p50 ms, idle"] = median_ms(idle)

    def _open(self, meter: Meter) -> int:
        """Until everybody's evaluation is open and has its process; the worker is killed half-way. How many
        there are.
        """
        used, ledger, temporal = meter.seconds(), meter.ledger_bytes(), meter.temporal_bytes()
        others = meter.evaluation_processes()  # of the demo's own cycle
        with self.approvals.meanwhile() as decided:
            begun, killed = time.monotonic(), False
            units = [unit for unit, _ in self.crowd.apparatus.most_common(self.units or None) if unit]
            body = HALF | {"unit_ids": units if self.units else []}
            status, cycle = self.crowd.post(self.head, "/v1/evaluation-cycles", body)
            assert status == 201, cycle
            self.path = f"/v1/evaluation-cycles/{cycle['id']}"
            while (cycle := self._cycle())["status"] == "opening":
                assert time.monotonic() < begun + OPENED_WITHIN, cycle
                if not killed and cycle["opened"] * 2 >= cycle["expected"] > 0:
                    killed = self.house.kill("worker")
                time.sleep(0.25)
            people = int(cycle["opened"])
            while (processes := meter.evaluation_processes() - others) < people:
                assert time.monotonic() < begun + OPENED_WITHIN, processes
                time.sleep(0.25)
            seconds = time.monotonic() - begun
        found = (people, cycle["skipped"], processes)
        assert found == (cycle["expected"], 0, people), found
        self.say(f"{people} evaluations have their processes after {seconds:.1f} s")
        cost = since(meter.seconds(), used)
        self.figures |= {
            "people": people,
            "seconds to open": round(seconds, 1),
            "killed while it opened": ["worker"] if killed else [],
            "approvals p50 ms, while it opened": median_ms(decided),
            "approvals while it opened": len(decided),
            "CPU seconds to open": cost,
            "resident MiB, opened": meter.memory(),
            "load": {"opened": load()},
            "ledger bytes a person, opened": (meter.ledger_bytes() - ledger) // people,
            "Temporal bytes a person, opened": (meter.temporal_bytes() - temporal) // people,
        }
        self.say(f"opened: {self.figures}")
        return people

    def _walk(self, meter: Meter, people: int) -> None:
        used, ledger, temporal = meter.seconds(), meter.ledger_bytes(), meter.temporal_bytes()
        begun, seconds = time.monotonic(), {}
        self.crowd.latencies.clear()
        with self.approvals.meanwhile() as decided, ThreadPoolExecutor(AT_ONCE) as hands:
            for step, whose in STEPS:
                since_when = time.monotonic()
                self._done.clear()
                work = self._of_subjects if whose == "subject" else self._of_offices
                work(step, hands)
                assert len(self._done) == people, (step, self._cycle()["progress"])
                seconds[step] = round(time.monotonic() - since_when, 1)
                self.say(f"{step}: {seconds[step]} s")
        cost = since(meter.seconds(), used)
        self.figures["load"]["walked"] = load()
        self.figures |= {
            "seconds to walk": round(time.monotonic() - begun, 1),
            "seconds by step": seconds,
            "CPU ms an evaluation": {part: round(s * 1000 / people, 1) for part, s in cost.items()},
            "ledger bytes a person, walked": (meter.ledger_bytes() - ledger) // people,
            "Temporal bytes a person, walked": (meter.temporal_bytes() - temporal) // people,
            "approvals p50 ms, while it was walked": median_ms(decided),
            "approvals while it was walked": len(decided),
            "requests p50 ms": median_ms(self.crowd.latencies),
            "requests p99 ms": round(statistics.quantiles(self.crowd.latencies, n=100)[98] * 1000, 1),
            "answers": {str(status): count for status, count in sorted(self._answers.items())},
        }

    def _close(self, people: int) -> None:
        progress = self._cycle()["progress"]
        assert progress["completed"] == progress["total"] == people, progress
        status, closed = self.crowd.post(self.head, f"{self.path}/closure", None)
        assert (status, closed["status"], closed["missing"]) == (200, "closed", []), closed

    # --- people at work ---

    def _of_subjects(self, step: str, hands: ThreadPoolExecutor) -> None:
        """Everybody opens their inbox and answers."""

        def answers(person_id: str) -> None:
            for task in self._waiting(person_id, step):
                path = f"/v1/tasks/{task['id']}/decision"
                status, answer = self.crowd.post(person_id, path, _approval(task))
                self._answers[status] += 1
                self._done.add(task["action_id"])
                assert status == 200, answer

        for _ in hands.map(answers, self.crowd.tokens):
            pass

    def _of_offices(self, step: str, hands: ThreadPoolExecutor) -> None:
        """Every official in turn works off their inbox, until nobody has anything left; half-way through
        one step all is restarted.
        """
        people = self.figures["people"]
        for _ in range(ROUNDS):
            left = 0
            for person_id in self.crowd.officers:
                if step == RESTARTED_AT and len(self._done) * 2 >= people and "restarted" not in self.figures:
                    self._restart(step)
                waiting = list(self._waiting(person_id, step))
                self._in_bulk(person_id, waiting, hands)
                self._done |= {task["action_id"] for task in waiting}
                left += len(waiting)
            if not left:
                return

    def _in_bulk(self, person_id: str, tasks: Sequence[dict[str, Any]], hands: ThreadPoolExecutor) -> None:
        parts = [tasks[n : n + IN_BULK] for n in range(0, len(tasks), IN_BULK)]

        def decide(part: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
            body = {"items": [{"task_id": task["id"]} | _approval(task) for task in part]}
            status, answer = self.crowd.post(person_id, "/v1/tasks/decisions", body)
            assert status == 200, answer
            found: list[dict[str, Any]] = answer["items"]
            return found

        for items in hands.map(decide, parts):
            for item in items:
                self._answers[item["status"]] += 1
                # A colleague of the same office may have been first.
                assert item["status"] in (200, 409), item

    def _waiting(self, person_id: str, step: str) -> Iterable[dict[str, Any]]:
        return (
            task
            for task in self.crowd.inbox(person_id)
            if (task["kind"], task["step"]) == ("evaluation", step)
            and "decide" in task["allowed"]
            and task["action_id"] not in self._elsewhere
        )

    def _restart(self, step: str) -> None:
        """Ctrl-C, and `up` again: all is found as it was left."""
        before = self._cycle()["progress"]
        self.house.stop()
        self.house.start()
        assert self._cycle()["progress"] == before
        self.figures["restarted"] = f"at {step}"
        self.say("all was stopped and started again")

    def _evaluations(self) -> Iterator[str]:
        """All evaluations that the head of the agency sees."""
        cursor = ""
        while cursor is not None:
            path = "/v1/personnel-actions?kind=evaluation&limit=200" + (f"&cursor={cursor}" if cursor else "")
            page = self.crowd.get(self.head, path)
            yield from (item["id"] for item in page["items"])
            cursor = page["next"]

    def _cycle(self) -> dict[str, Any]:
        return self.crowd.get(self.head, self.path)


def _approval(task: dict[str, Any]) -> dict[str, Any]:
    details = task["form"]["examples"][0] if task["form"] else {}
    return {"outcome": "approve", "comment": "", "details": details}
