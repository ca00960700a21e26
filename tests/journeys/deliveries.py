"""Webhooks to a receiver that fails a third of the time, while worker and receiver are killed at any moment.

Each event arrives at least once, in order per case, none is lost: what the receiver kept is compared with the
feed, as somebody outside would.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

from tests.journeys.client import Client
from tests.journeys.house import ROOT, House, free_port

# The pause after an eighth failure in a row, which one event in 6,561 meets, is some minutes long.
STANDSTILL_SECONDS = 1200.0


@dataclass
class Deliveries:
    """Subscriptions of one receiver, each from the first event on. `run` kills until all has arrived."""

    house: House
    subscriptions: int = 1
    kills: int = 0
    seed: int = 20261125
    say: Callable[[str], None] = lambda _: None
    secrets: dict[str, str] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._port = free_port()
        self._file = self.house.data.parent / "received.jsonl"
        self._chance = random.Random(self.seed)
        self._receiver: subprocess.Popen[bytes] | None = None
        self._client = Client(self.house.base, [])

    def outgoing(self) -> int:
        """How many events there are for each subscription."""
        return len(self._feed())

    @contextmanager
    def listening(self) -> Iterator[None]:
        """With receiver and subscriptions at work."""
        self._start_receiver()
        try:
            for number in range(self.subscriptions):
                self._subscribe(f"/hook/{number}")
            yield
        finally:
            assert self._receiver is not None
            self._receiver.kill()
            self._receiver.wait()

    def run(self) -> dict[str, Any]:
        """Figures. Raises AssertionError for whatever was not kept."""
        begun = time.monotonic()
        with self.listening():
            wanted = len(self._feed())
            self.say(f"{wanted} events to {self.subscriptions} subscriptions")
            for number in range(1, self.kills + 1):
                self._until(wanted * self.subscriptions * number // (self.kills + 2), wanted)
                time.sleep(self._chance.uniform(0, 0.5))
                self._kill(self._chance.choice(("worker", "receiver")))
                self.say(f"kill {number}, {self._count()} arrived")
            return self.finish() | {"seconds": round(time.monotonic() - begun, 1)}

    def finish(self) -> dict[str, Any]:
        """Wait until everything has arrived, and check it."""
        feed = self._feed()
        self._until(len(feed) * self.subscriptions, len(feed))
        received = self._received()
        order = {event["id"]: event["data"]["position"] for event in feed}
        for path, secret in self.secrets.items():
            mine = [each for each in received if each["path"] == path]
            cases: dict[str, list[int]] = defaultdict(list)
            known: dict[str, str] = {}
            for each in mine:
                event = json.loads(each["body"])
                assert (
                    known.setdefault(event["id"], each["headers"]["webhook-id"])
                    == each["headers"]["webhook-id"]
                )
                if event["data"]["position"] not in cases[event["subject"]]:
                    cases[event["subject"]].append(event["data"]["position"])
            assert order.keys() <= known.keys(), f"{len(order.keys() - known.keys())} events were lost"
            for case, positions in cases.items():
                assert positions == sorted(positions), f"{case} came out of order"
            checked = Webhook(secret)
            checked.verify(mine[-1]["body"], mine[-1]["headers"])
        return {
            "deliveries": len(feed) * self.subscriptions,
            "events": len(feed),
            "subscriptions": self.subscriptions,
            "taken": len(received),
            "kills": dict(self.killed),
        }

    def _subscribe(self, path: str) -> None:
        body = {"label": path, "url": f"http://127.0.0.1:{self._port}{path}", "after": -1}
        status, made, _ = self._client.call("POST", "/v1/webhooks", self.house.api_key, body)
        assert status == 201, made
        self.secrets[path] = made["secret"]

    def _feed(self) -> list[dict[str, Any]]:
        """All events that there are now."""
        found: list[dict[str, Any]] = []
        after = -1
        while True:
            path = f"/v1/feed?after={after}&limit=200"
            status, page, _ = self._client.call("GET", path, self.house.api_key)
            assert status == 200, page
            found += page["items"]
            after = page["after"]
            if after == page["size"] - 1:
                return found

    def _until(self, arrived: int, events: int) -> None:
        """Wait for so many, each counted once for its subscription, of so many `events` each."""
        last, moved = -1, time.monotonic()
        while (count := self._count()) < arrived:
            if count > last:
                last, moved = count, time.monotonic()
            waited = time.monotonic() - moved
            assert waited < STANDSTILL_SECONDS, f"{count} of {events * self.subscriptions} arrived"
            time.sleep(0.2)

    def _count(self) -> int:
        return len({(each["path"], each["headers"]["webhook-id"]) for each in self._received()})

    def _received(self) -> list[dict[str, Any]]:
        if not self._file.exists():
            return []
        lines = self._file.read_bytes().split(b"\n")
        return [json.loads(line) for line in lines[:-1]]

    def _kill(self, part: str) -> None:
        if part == "receiver":
            assert self._receiver is not None
            self._receiver.kill()
            self._receiver.wait()
            self._start_receiver()
        else:
            while not self.house.kill(part):
                time.sleep(0.05)
        self.killed[part] += 1

    def _start_receiver(self) -> None:
        seed = str(self._chance.randrange(2**31))
        command = [sys.executable, "-m", "tests.journeys.receiver", str(self._port), str(self._file), seed]
        self._receiver = subprocess.Popen(command, cwd=ROOT)
