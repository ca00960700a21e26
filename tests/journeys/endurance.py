"""Many cases at once, walked by people who know the contract alone, while parts are killed at any moment.

What every person was told is kept and compared with the ledger afterwards: acknowledged is recorded,
exactly once, and a request whose answer was lost is sent again under the same key.
"""

from __future__ import annotations

import itertools
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.journeys.auditor import audit
from tests.journeys.beginnings import Beginnings
from tests.journeys.client import Answer, Client
from tests.journeys.house import House
from tests.journeys.newcomers import bring

WALKERS = 4
# So few that the cases spread over all steps, and every kind of work is met by some kill.
AT_ONE_SITTING = 10
# At least so many acknowledgements come of a case of each kind.
OF_A_TRANSFER, OF_A_PROMOTION, OF_AN_EVALUATION = 14, 11, 9
ENDS = {
    "mutation": ("ActionSubmitted", "DecreeIssued", "ActionTookEffect", "ActionCompleted"),
    "promotion": (
        "ActionSubmitted",
        "CandidateChosen",
        "DecreeIssued",
        "ActionTookEffect",
        "ReviewScheduled",
    ),
    "evaluation": ("ActionSubmitted", "EvaluationBecameFinal", "ActionCompleted"),
}
ANSWERED_WITHIN = 120.0
# A case does not move for so long only if something is broken.
STANDSTILL_SECONDS = 180.0
LONGEST_DELAY_OF_A_KILL = 1.5
REASON = "kebutuhan mendesak, tertulis"
REPLAY = "Idempotent-Replay"


@dataclass(frozen=True)
class Acknowledged:
    """One accepted request and the answer that its sender got."""

    path: str
    token: str
    body: dict[str, Any]
    key: str
    action_id: str
    task_id: str | None
    receipt: dict[str, Any]


@dataclass
class Endurance:
    """`run` starts `cases` transfers, `promotions`, and a cycle with `evaluated` people, walks them all to
    their end (a promotion to the wait for its review) during `kills`, and checks what was promised.
    """

    house: House
    cases: int
    kills: int
    promotions: int = 0
    evaluated: int = 0
    seed: int = 20261124
    say: Callable[[str], None] = lambda _: None
    kept: list[Acknowledged] = field(default_factory=list)
    open_cases: set[str] = field(default_factory=set)
    all_cases: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    sent_again: int = 0
    answers_lost: int = 0
    client: Client = field(init=False)
    portal: str = field(init=False)
    begin: Beginnings = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _moved_at: float = 0.0

    def run(self) -> dict[str, Any]:
        """Figures of the run. Raises AssertionError for whatever was not kept."""
        self.client, self.portal = self.house.client(), self.house.api_key
        newcomers = bring(self.house, self.client, movers=self.cases, posts=self.cases)
        self.begin = Beginnings(self.house, self.promotions, self.evaluated, self._insist, self._read)
        self.begin.prepare()
        self._sign_in()
        begun = time.monotonic()
        pairs = list(zip(newcomers.movers, newcomers.posts, strict=True))
        with ThreadPoolExecutor(WALKERS + 1) as people:
            self._moved_at = time.monotonic()
            killing = people.submit(self._kill_all)
            starting = [people.submit(self._start, pair) for pair in pairs]
            starting += [people.submit(self._start_promotion, post) for post in self.begin.pool.posts]
            starting.append(people.submit(self._start_cycle))
            walking = [people.submit(self._walk, n) for n in range(WALKERS)]
            for done in (*starting, *walking, killing):
                done.result()
        walked = time.monotonic() - begun
        self.begin.close_cycle()
        self.say(f"all {self.total} cases completed after {walked:.0f} s; killed {dict(self.killed)}")
        healthy = self.house.await_health(120)
        histories = self._check_histories()
        self._check_replays()
        self.say(f"{len(self.kept)} acknowledgements are in the ledger, each once")
        self.client.receipts = [kept.receipt for kept in self.kept]
        begun = time.monotonic()
        audit(self.client, self.house)
        return {
            "transfers": self.cases,
            "promotions": self.promotions,
            "evaluations": self.evaluated,
            "kills": dict(self.killed),
            "acknowledged": len(self.kept),
            "sent again": self.sent_again,
            "recorded although the answer was lost": self.answers_lost,
            "events of the cases": histories,
            "seconds of walking": round(walked, 1),
            "seconds until the doctor is content": round(healthy, 1),
            "seconds of the audit": round(time.monotonic() - begun, 1),
        }

    @property
    def total(self) -> int:
        return self.cases + self.promotions + self.evaluated

    # --- people ---

    def _sign_in(self) -> None:
        for login in self.client.logins:
            self.client.token(login)

    def _start(self, pair: tuple[str, str]) -> None:
        nip, post = pair
        body = {
            "kind": "mutation",
            "variant": "within_agency",
            "subject_nip": nip,
            "target_position_id": post,
            "effective_date": time.strftime("%Y-%m-%d", time.gmtime()),
            "reason": "kebutuhan organisasi",
            "document_ids": [],
        }
        status, action, key = self._insist("/v1/personnel-actions", self.portal, body)
        assert (status, action["status"]) == (201, "in_review"), action
        self._keep("/v1/personnel-actions", self.portal, body, key, action["id"], None, action)
        self._begun(action["id"])

    def _start_promotion(self, post: str) -> None:
        body, key, action = self.begin.promotion(post)
        self._keep("/v1/personnel-actions", self.begin.officer, body, key, action["id"], None, action)
        self._begun(action["id"])

    def _start_cycle(self) -> None:
        for action_id in self.begin.open_cycle():
            self._begun(action_id)

    def _begun(self, action_id: str) -> None:
        with self._lock:
            self._moved_at = time.monotonic()
            self.open_cases.add(action_id)
            self.all_cases.append(action_id)

    def _walk(self, number: int) -> None:
        """One person after the other works off their inbox, until no case is open."""
        turns = random.Random(f"{self.seed}/{number}")
        while len(self.all_cases) < self.total or self.open_cases:
            officials = [login for login in self.client.logins if login["roles"] != ["employee"]]
            hands = [self.client.tokens[login["nip"]] for login in officials] + self.begin.hands
            turns.shuffle(hands)
            for token in hands:
                self._work_off(token, turns)
            if number == 0:
                self._note_completed()
            self._is_moving()
            time.sleep(0.05)

    def _is_moving(self) -> None:
        standing = time.monotonic() - self._moved_at
        assert standing < STANDSTILL_SECONDS, f"{len(self.open_cases)} cases stand still: {self.open_cases}"

    def _work_off(self, token: str, turns: random.Random) -> None:
        inbox = self._read("/v1/tasks?limit=200", token)["items"]
        mine = [
            item for item in inbox if item["action_id"] in self.open_cases and "decide" in item["allowed"]
        ]
        for item in mine[:AT_ONE_SITTING]:
            self._decide(item["id"], item["action_id"], token, turns)

    def _decide(self, task_id: str, action_id: str, token: str, turns: random.Random) -> None:
        status, task, _ = self._call("GET", f"/v1/tasks/{task_id}", token)
        if status != 200 or "decide" not in task["allowed"]:
            return
        status, action, _ = self._call("GET", f"/v1/personnel-actions/{action_id}", token)
        if status == 404:  # decided meanwhile by another walker of the office, which no longer sees the case
            return
        assert status == 200, action
        body = {
            "outcome": "approve",
            "comment": "",
            "details": task["form"]["examples"][0] if task["form"] else {},
            "overrides": [{"rule": rule, "reason": REASON} for rule in task["overrides_required"]],
        }
        if task["step"] == "promotion_choice":
            body["details"]["person_id"] = self.begin.choice(action["vacancy_id"], turns.randrange(100))
        path = f"/v1/tasks/{task_id}/decision"
        status, answer, key = self._insist(path, token, body)
        if (status, answer.get("code")) == (422, "override-required"):
            body["overrides"] = [{"rule": rule, "reason": REASON} for rule in answer["rules"]]
            status, answer, key = self._insist(path, token, body)
        # Another walker of the same office was first, or another promotion has chosen this person.
        if status == 409:
            return
        assert status == 200, (task["step"], answer)
        self._keep(path, token, body, key, action_id, task_id, answer)

    def _note_completed(self) -> None:
        for action_id in list(self.open_cases):
            action = self._read(f"/v1/personnel-actions/{action_id}", self.portal)
            if action["status"] == "completed" or action["phase"] == "awaiting_review":
                self.open_cases.discard(action_id)

    # --- requests that outlive the server ---

    def _insist(self, path: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any], str]:
        """The answer to a command, sent under one key until somebody answers."""
        key = str(uuid.uuid4())
        status, answer, headers = self._call("POST", path, token, body, key=key)
        self.answers_lost += headers[REPLAY] == "true"
        return status, answer, key

    def _call(
        self, method: str, path: str, token: str, body: Any = None, *, key: str | None = None
    ) -> Answer:
        deadline = time.monotonic() + ANSWERED_WITHIN
        for attempt in itertools.count():
            self.sent_again += attempt > 0 and key is not None
            try:
                found = self.client.call(method, path, token, body, key=key)
            except (OSError, HTTPException) as error:
                found = (503, {"error": repr(error)}, None)  # type: ignore[assignment]
            if found[0] != 503:
                return found
            assert time.monotonic() < deadline, (method, path, found)
            time.sleep(0.1)
        raise AssertionError

    def _read(self, path: str, token: str) -> dict[str, Any]:
        status, found, _ = self._call("GET", path, token)
        assert status == 200, (path, found)
        return found

    def _keep(
        self, path: str, token: str, body: dict[str, Any], key: str, action_id: str, task_id: str | None,
        answer: dict[str, Any],
    ) -> None:  # fmt: skip
        with self._lock:
            self._moved_at = time.monotonic()
            self.kept.append(Acknowledged(path, token, body, key, action_id, task_id, answer["receipt"]))

    # --- the killer ---

    def _kill_all(self) -> None:
        """Spread over the work to be done, and a moment later than any step of it."""
        chance = random.Random(self.seed)
        to_come = self.cases * OF_A_TRANSFER + self.promotions * OF_A_PROMOTION
        share = (to_come + self.evaluated * OF_AN_EVALUATION) // (self.kills + 1)
        for number in range(1, self.kills + 1):
            while len(self.kept) < number * share:
                self._is_moving()
                time.sleep(0.01)
            time.sleep(chance.uniform(0, LONGEST_DELAY_OF_A_KILL))
            for part in self._until_one_died(chance):
                self.killed[part] += 1
            self.say(f"kill {number}, {len(self.kept)} acknowledged, {len(self.open_cases)} cases open")

    def _until_one_died(self, chance: random.Random) -> Iterator[str]:
        part = chance.choice(self.house.parts)
        while not self.house.kill(part):
            time.sleep(0.05)
        yield part

    # --- what was promised ---

    def _check_histories(self) -> int:
        """Every acknowledgement stands in its case's history where its receipt says, and a case has no
        decision by a person that was not acknowledged to somebody. Returns the number of events.
        """
        auditor = self.client.token(self.client.with_role("auditor"))
        acknowledged = Counter(kept.action_id for kept in self.kept if kept.task_id)
        positions = {kept.receipt["position"] for kept in self.kept}
        assert len(positions) == len(self.kept)
        seen = 0
        for action_id in self.all_cases:
            history = self._history(action_id, auditor)
            seen += len(history)
            assert [event["version"] for event in history] == list(range(1, len(history) + 1))
            leaves = {event["position"]: event["leaf_hash"] for event in history}
            for kept in self.kept:
                if kept.action_id == action_id:
                    assert leaves[kept.receipt["position"]] == kept.receipt["leaf_hash"]
            completed = Counter(e["data"]["task_id"] for e in history if e["type"] == "TaskCompleted")
            votes = Counter(
                (e["data"]["task_id"], e["data"]["person_id"]) for e in history if e["type"] == "VoteCast"
            )
            assert {*completed.values(), *votes.values()} == {1}
            decided = completed.keys() - {task_id for task_id, _ in votes}
            assert acknowledged[action_id] == len(decided) + len(votes)
            self._check_ends(history)
        return seen

    @staticmethod
    def _check_ends(history: list[dict[str, Any]]) -> None:
        types = Counter(event["type"] for event in history)
        for once in ENDS[history[0]["data"]["kind"]]:
            assert types[once] == 1, types

    def _history(self, action_id: str, token: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self._read(f"/v1/personnel-actions/{action_id}/events?limit=200{cursor}", token)
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"

    def _check_replays(self) -> None:
        """Whoever sends an acknowledged request again gets the first receipt."""
        for kept in self.kept:
            status, again, headers = self._call("POST", kept.path, kept.token, kept.body, key=kept.key)
            assert status == (200 if kept.task_id else 201), again
            assert again["receipt"] == kept.receipt
            assert headers[REPLAY] == "true"
