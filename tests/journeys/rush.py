"""Many people at the same instant: for one task, and for one post or one person, at several API processes.

All contenders are lawful: the agency has as many personnel analysts, and an analyst's task belongs to
them all. Others push in at the same time, whose it is not to decide.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.auditor import audit
from tests.journeys.client import Client
from tests.journeys.contests import Contests
from tests.journeys.house import House
from tests.journeys.newcomers import Newcomers, bring
from tests.journeys.same_instant import Heard, Post, send

API_PROCESSES = 4
TASKS_IN_BULK = 5
# Seconds after the last byte: before the commit, in it, after it, as it comes.
KILLED_AFTER = (0.0, 0.05, 0.2)
CONTESTED = "analyst_verification"


@dataclass
class Rush:
    """`contenders` people for each of `rounds` tasks, `requests` actions for one post or person.
    An API is killed `killed_after` so many seconds from the last byte, in a contest for each. They meet at
    `processes` APIs.
    """

    house: House
    contenders: int
    requests: int
    rounds: int = 1
    killed_after: Sequence[float] = KILLED_AFTER
    processes: int = API_PROCESSES
    say: Callable[[str], None] = lambda _: None
    longest: dict[str, float] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    client: Client = field(init=False)
    portal: str = field(init=False)
    people: Newcomers = field(init=False)
    pairs: Iterator[tuple[str, str]] = field(init=False)
    tokens: list[str] = field(init=False)

    def run(self) -> dict[str, Any]:
        """Figures of the run. Raises AssertionError for whatever was not kept."""
        while len(self.house.ports) < self.processes:
            self.house.start_another_api()
        self.client, self.portal = self.house.client(), self.house.api_key
        needed = self.rounds * 2 + len(self.killed_after) + TASKS_IN_BULK + 1 + 3 * self.requests
        self.people = bring(self.house, self.client, movers=needed, posts=needed, analysts=self.contenders)
        self.pairs = iter(zip(self.people.movers, self.people.posts, strict=True))
        with ThreadPoolExecutor(8) as doors:
            self.tokens = list(doors.map(self.client.token, self.people.analysts))
        for number in range(self.rounds):
            self._one_task_is_decided_once(number)
            self._one_task_is_claimed_once()
        for delay in self.killed_after:
            self._one_task_is_decided_once_although_an_api_is_killed(delay)
        self._many_tasks_in_bulk_are_decided_once()
        self._a_committee_votes_once()
        self._one_post_is_promised_once()
        self._one_person_is_moved_once()
        self.answers += Contests(self.house, self.client, say=self.say).run()
        healthy = self.house.await_health(120)
        audit(self.client, self.house)
        return {
            "contenders": self.contenders,
            "API processes": len(self.house.ports),
            "answers": dict(self.answers),
            "seconds until all were answered, longest": self.longest,
            "seconds until the doctor is content": round(healthy, 1),
        }

    # --- contests ---

    def _one_task_is_decided_once(self, number: int) -> None:
        """Each contender sends the same request twice, to two processes."""
        task = self._contested_task()
        details = task["form"]["examples"][0]
        posts, owners = [], []
        for n, token in enumerate(self.tokens):
            rejects = (n + number) % 3 == 0
            decision = {"outcome": "reject", "comment": "berkas tidak lengkap"} if rejects else {
                "outcome": "approve", "comment": "", "details": details
            }  # fmt: skip
            single = self._by_single_endpoint(number, n)
            path = f"/v1/tasks/{task['id']}/decision" if single else "/v1/tasks/decisions"
            body = decision if single else {"items": [{"task_id": task["id"], **decision}]}
            first = Post(self._port(n), token, path, body)
            posts += [first, Post(self._port(n + 1), token, path, body, first.key)]
            owners += [n, n]
        strangers = self._strangers_at(task)
        heard = self._at_once("decide", [*posts, *strangers])
        results = [_item(answer) for answer in heard[: len(posts)]]
        won = {owner for owner, result in zip(owners, results, strict=True) if result.status == 200}
        assert len(won) == 1, Counter(result.status for result in results)
        (winner,) = won
        self._check_winner(posts, owners, results, winner)
        for owner, result in zip(owners, results, strict=True):
            if owner != winner:
                self._check_loser(result, self.people.analysts[winner])
        for answer in heard[len(posts) :]:
            assert answer.status in (403, 404), answer
        self._check_history(task["action_id"], task["id"], self.people.analysts[winner])

    @staticmethod
    def _by_single_endpoint(number: int, contender: int) -> bool:
        """One round by both endpoints, then one by the bulk endpoint alone, then one by the single one."""
        return (contender % 2 == 0, False, True)[number % 3]

    def _check_winner(
        self, posts: Sequence[Post], owners: list[int], results: list[Heard], winner: int
    ) -> None:
        """Both requests of the winner were accepted as one, and so is every later one, at any process."""
        mine = [result for owner, result in zip(owners, results, strict=True) if owner == winner]
        assert [result.status for result in mine] == [200, 200]
        assert mine[0].receipt == mine[1].receipt
        first = posts[owners.index(winner)]
        again = send(
            [Post(port, first.token, first.path, first.body, first.key) for port in self.house.ports]
        )
        for answer in again:
            assert (_item(answer).status, answer.replayed) == (200, True)
            assert _item(answer).receipt == mine[0].receipt
        self.client.receipts.append(mine[0].receipt)

    @staticmethod
    def _check_loser(result: Heard, winner: dict[str, Any]) -> None:
        assert (result.status, result.body["code"]) == (409, "task-already-decided"), result
        assert result.body["decided_by"]["id"] == winner["id"]
        assert result.body["decided_by"]["name"]
        assert result.body["decided_at"]

    def _check_history(self, action_id: str, task_id: str, winner: dict[str, Any]) -> None:
        done = [e for e in self._history(action_id) if e["data"].get("task_id") == task_id]
        completed = [e["actor"]["id"] for e in done if e["type"] == "TaskCompleted"]
        assert completed == [winner["id"]]

    def _one_task_is_claimed_once(self) -> None:
        task = self._contested_task()
        path = f"/v1/tasks/{task['id']}/claim"
        heard = self._at_once(
            "claim", [Post(self._port(n), token, path, {}) for n, token in enumerate(self.tokens)]
        )
        winners = [n for n, answer in enumerate(heard) if answer.status == 200]
        assert len(winners) == 1
        for n, answer in enumerate(heard):
            if n not in winners:
                assert (answer.status, answer.body["code"]) == (409, "task-claimed"), answer
                assert answer.body["claimed_by"]["id"] == self.people.analysts[winners[0]]["id"]

    def _one_task_is_decided_once_although_an_api_is_killed(self, delay: float) -> None:
        """Everybody sends the same request again when it is back, answered or not."""
        task = self._contested_task()
        body = {"outcome": "approve", "comment": "", "details": task["form"]["examples"][0]}
        path = f"/v1/tasks/{task['id']}/decision"
        posts = [Post(self._port(n), token, path, body) for n, token in enumerate(self.tokens)]

        def kill() -> None:
            time.sleep(delay)
            assert self.house.kill("api")

        first = self._at_once("decide, killed", posts, kill)
        assert {answer.status for answer in first} <= {200, 409, 0}
        self.house.await_ready()
        again = self._at_once("decide again", posts)
        winners = [n for n, answer in enumerate(again) if answer.status == 200]
        assert len(winners) == 1
        (winner,) = winners
        assert again[winner].replayed or first[winner].status == 0
        assert first[winner].status == 0 or first[winner].receipt == again[winner].receipt
        for told in (first, again):
            for n, answer in enumerate(told):
                if n != winner and answer.status:
                    self._check_loser(answer, self.people.analysts[winner])
        self._check_history(task["action_id"], task["id"], self.people.analysts[winner])

    def _many_tasks_in_bulk_are_decided_once(self) -> None:
        tasks = [self._contested_task() for _ in range(TASKS_IN_BULK)]
        posts = []
        for n, token in enumerate(self.tokens):
            turned = tasks[n % len(tasks) :] + tasks[: n % len(tasks)]
            items = [
                {
                    "task_id": task["id"],
                    "outcome": "approve",
                    "comment": "",
                    "details": task["form"]["examples"][0],
                }
                for task in turned
            ]
            posts.append(Post(self._port(n), token, "/v1/tasks/decisions", {"items": items}))
        won: Counter[str] = Counter()
        for answer in self._at_once("bulk", posts):
            assert answer.status == 200
            for item in answer.body["items"]:
                assert item["status"] in (200, 409), item
                won[item["task_id"]] += item["status"] == 200
                assert item["status"] == 200 or item["decided_by"]["name"]
        assert won == dict.fromkeys((task["id"] for task in tasks), 1)

    def _a_committee_votes_once(self) -> None:
        """Every member votes twice at once; the votes carry the motion once."""
        action = self._case("committee_deliberation")
        (task,) = action["open_tasks"]
        members = [login for login in self.client.logins if "committee" in login["roles"]]
        body = {"outcome": "approve", "comment": "", "details": self._form_of(task["id"], members[0])}
        posts = [
            Post(self._port(n), self.client.token(member), f"/v1/tasks/{task['id']}/decision", body)
            for n, member in enumerate([*members, *members])
        ]
        heard = self._at_once("vote", posts)
        codes = {answer.body["code"] for answer in heard if answer.status != 200}
        assert codes <= {"already-voted", "task-already-decided"}, codes
        history = self._history(action["id"])
        votes = [e["data"]["person_id"] for e in history if e["type"] == "VoteCast"]
        assert len(votes) == len(set(votes)) == sum(answer.status == 200 for answer in heard)
        carried = [e for e in history if e["type"] == "TaskCompleted" and e["data"]["task_id"] == task["id"]]
        assert len(carried) == 1

    def _one_post_is_promised_once(self) -> None:
        pairs = [next(self.pairs) for _ in range(self.requests)]
        wanted = pairs[0][1]
        self._contend("one post", [(nip, wanted) for nip, _ in pairs], "position-promised")

    def _one_person_is_moved_once(self) -> None:
        pairs = [next(self.pairs) for _ in range(self.requests)]
        mover = pairs[0][0]
        self._contend("one person", [(mover, post) for _, post in pairs], "open-action-exists")

    def _contend(self, name: str, wishes: list[tuple[str, str]], code: str) -> None:
        """Asked for by portal and analysts at all processes; one is taken up."""
        posts = []
        for n, (nip, post) in enumerate(wishes):
            body = _transfer(nip, post)
            asker = self.portal if n % 2 else self.tokens[n % len(self.tokens)]
            posts.append(Post(self._port(n), asker, "/v1/personnel-actions", body))
        heard = self._at_once(name, posts)
        taken = [answer for answer in heard if answer.status == 201]
        assert len(taken) == 1, [answer.body for answer in heard][:3]
        assert taken[0].body["status"] == "in_review"
        assert {answer.body["code"] for answer in heard if answer.status != 201} == {code}
        self.client.receipts.append(taken[0].receipt)

    # --- what they need ---

    def _at_once(
        self, name: str, posts: Sequence[Post], meanwhile: Callable[[], object] = lambda: None
    ) -> list[Heard]:
        begun = time.monotonic()
        heard = send(posts, meanwhile)
        took = time.monotonic() - begun
        self.longest[name] = round(max(took, self.longest.get(name, 0.0)), 2)
        self.answers.update(f"{name} {answer.status}" for answer in heard)
        self.say(f"{name}: {len(posts)} requests, {dict(Counter(a.status for a in heard))}, {took:.2f} s")
        return heard

    def _port(self, number: int) -> int:
        return self.house.ports[number % len(self.house.ports)]

    def _case(self, step: str) -> dict[str, Any]:
        """A fresh case that has come to `step`."""
        started = self.client.start(self.portal, *next(self.pairs))
        return self.client.walk(started["id"], self.portal, until=step)

    def _contested_task(self) -> dict[str, Any]:
        (task,) = self._case(CONTESTED)["open_tasks"]
        status, found, _ = self.client.call("GET", f"/v1/tasks/{task['id']}", self.tokens[0])
        assert (status, "decide" in found["allowed"]) == (200, True), found
        return found

    def _form_of(self, task_id: str, login: dict[str, Any]) -> dict[str, Any]:
        _, task, _ = self.client.call("GET", f"/v1/tasks/{task_id}", self.client.token(login))
        found: dict[str, Any] = task["form"]["examples"][0]
        return found

    def _strangers_at(self, task: dict[str, Any]) -> list[Post]:
        """Employees, the portal's key, an auditor, and the officials who acted before."""
        roles = (
            "auditor",
            "unit_head",
            "unit_personnel_officer",
            "transfer_division_head",
            "regional_secretary",
        )
        logins = [login for login in self.client.logins if login["roles"] == ["employee"]]
        logins += [self.client.with_role(role) for role in roles]
        tokens = [self.portal, *(self.client.token(login) for login in logins)]
        body = {"outcome": "approve", "comment": "", "details": task["form"]["examples"][0]}
        return [
            Post(self._port(n), token, f"/v1/tasks/{task['id']}/decision", body)
            for n, token in enumerate(tokens)
        ]

    def _history(self, action_id: str) -> list[dict[str, Any]]:
        auditor = self.client.token(self.client.with_role("auditor"))
        _, page, _ = self.client.call("GET", f"/v1/personnel-actions/{action_id}/events?limit=200", auditor)
        found: list[dict[str, Any]] = page["items"]
        return found


def _item(answer: Heard) -> Heard:
    """What was said about the one task, whichever endpoint said it."""
    if "items" not in answer.body:
        return answer
    (item,) = answer.body["items"]
    return Heard(item["status"], item, answer.replayed)


def _transfer(nip: str, post: str) -> dict[str, Any]:
    return {
        "kind": "mutation",
        "variant": "within_agency",
        "subject_nip": nip,
        "target_position_id": post,
        "effective_date": time.strftime("%Y-%m-%d", time.gmtime()),
        "reason": "kebutuhan organisasi",
        "document_ids": [],
    }
