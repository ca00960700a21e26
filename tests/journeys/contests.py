"""Two and more at the same instant, about promotions and evaluations, at several API processes.

Of each contest one request is accepted and the others hear 409; the winner, asked again at every process,
has the first receipt.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from tests.journeys.client import Client
from tests.journeys.crowd import Crowd
from tests.journeys.house import House
from tests.journeys.pool import Pool, bring_pool
from tests.journeys.same_instant import Heard, Post, send

HALF = {"period_start": "2026-01-01", "period_end": "2026-06-30"}
AGAIN = {"period_start": "2025-07-01", "period_end": "2025-12-31"}


@dataclass
class Contests:
    """`house` has several API processes; `client` knows its logins."""

    house: House
    client: Client
    say: Callable[[str], None] = lambda _: None
    answers: Counter[str] = field(default_factory=Counter)
    crowd: Crowd = field(init=False)
    pool: Pool = field(init=False)
    officer: str = field(init=False)

    def run(self) -> Counter[str]:
        """How each contest was answered. Raises AssertionError for whatever was not kept."""
        self.pool = bring_pool(self.house, staff=6, posts=6)
        self.crowd = Crowd(self.house)
        self.crowd.sign_in()
        self.officer = self.crowd.owners["transfer_division_head"][0]
        try:
            self._all()
        finally:
            self.crowd.go_home()
        return self.answers

    def _all(self) -> None:
        first = self._a_vacancy_is_opened_once()
        promotion = self._a_list_is_used_once(first)
        self._a_ranking_is_put_on_the_table_once(promotion)
        self._a_person_is_chosen_once(promotion)
        self._a_person_is_chosen_or_moved()
        self._a_post_is_listed_or_promised()
        self._an_evaluation_is_opened_once()
        self._an_evaluation_is_rated_and_answered_once()
        self._a_cycle_is_opened_once()

    # --- promotion ---

    def _a_vacancy_is_opened_once(self) -> str:
        body = {"position_id": self.pool.posts[0]}
        officers = [
            p for key in ("personnel_analyst", "transfer_division_head", "agency_head") for p in self._of(key)
        ]
        posts = [self._post(n, who, "/v1/vacancies", body) for n, who in enumerate([*officers, *officers])]
        return str(self._one_wins("vacancy", posts, {"already-exists"}).body["id"])

    def _a_list_is_used_once(self, vacancy_id: str) -> str:
        body = {"kind": "promotion", "vacancy_id": vacancy_id}
        posts = [self._post(n, self.officer, "/v1/personnel-actions", body) for n in range(6)]
        return str(self._one_wins("promotion", posts, {"already-exists", "position-promised"}).body["id"])

    def _a_ranking_is_put_on_the_table_once(self, action_id: str) -> None:
        """Every member brings a ranking of their own, twice at once."""
        task = self._at(action_id, "candidate_ranking")
        members = self._of("committee")
        path, names = f"/v1/tasks/{task['id']}/decision", self._form(task["id"], members[0])["ranking"]
        posts = []
        for n, (member, order) in enumerate(zip(members * 2, permutations(names), strict=False)):
            details = {"vote": "approve", "minutes_number": "BA-TPK/2026/07", "ranking": order}
            body = {"outcome": "approve", "comment": "", "details": details}
            posts.append(self._post(n, member, path, body))
        heard = self._at_once("ranking", posts)
        codes = {answer.body["code"] for answer in heard if answer.status != 200}
        assert codes <= {"already-voted", "task-already-decided", "invalid-details"}, codes
        assert sum(answer.status == 200 for answer in heard) == 1
        types = Counter(event["type"] for event in self._history(action_id))
        assert (types["CandidatesRanked"], types["VoteCast"]) == (1, 1)

    def _a_person_is_chosen_once(self, first: str) -> None:
        """By two promotions at once."""
        second = self._begun(self.pool.posts[1])
        tasks = [self._at(action, "promotion_choice") for action in (first, second)]
        chosen = self.pool.staff[0]
        self._choose_at_once("choice", tasks, chosen, [])

    def _a_person_is_chosen_or_moved(self) -> None:
        task = self._at(self._begun(self.pool.posts[2]), "promotion_choice")
        chosen = self.pool.staff[1]
        wish = self._transfer(self._nip(chosen), self.pool.posts[3])
        transfer = Post(self._port(1), self.house.api_key, "/v1/personnel-actions", wish)
        self._choose_at_once("choice or transfer", [task], chosen, [transfer])

    def _choose_at_once(
        self, name: str, tasks: list[dict[str, Any]], chosen: str, others: list[Post]
    ) -> None:
        (mayor,) = self._of("appointing_official")
        body = {"outcome": "approve", "comment": "", "details": {"person_id": chosen}, "overrides": []}
        posts = [
            self._post(n, mayor, f"/v1/tasks/{task['id']}/decision", body) for n, task in enumerate(tasks)
        ]
        heard = self._at_once(name, [*posts, *others])
        assert sorted(answer.status // 100 for answer in heard) == [2, 4], [a.body for a in heard]
        (loser,) = [answer for answer in heard if answer.status >= 400]
        assert (loser.status, loser.body["code"]) == (409, "open-action-exists"), loser.body
        winner = next(n for n, answer in enumerate(heard) if answer.status < 300)
        self._again([*posts, *others][winner], heard[winner])

    def _a_post_is_listed_or_promised(self) -> None:
        post, mover = self.pool.posts[4], self.pool.staff[2]
        wish = self._transfer(self._nip(mover), post)
        posts = [
            self._post(0, self.officer, "/v1/vacancies", {"position_id": post}),
            Post(self._port(1), self.house.api_key, "/v1/personnel-actions", wish),
        ]
        self._one_wins("list or transfer", posts, {"position-promised"})

    # --- evaluation ---

    def _an_evaluation_is_opened_once(self) -> None:
        body = {"kind": "evaluation", "subject_nip": self._nip(self.pool.staff[3])} | HALF
        people = [self.officer, *self._of("agency_head"), *self._of("personnel_analyst")]
        posts = [self._post(n, who, "/v1/personnel-actions", body) for n, who in enumerate(people * 2)]
        self._one_wins("evaluation", posts, {"evaluation-exists"})

    def _an_evaluation_is_rated_and_answered_once(self) -> None:
        subject = self.pool.staff[4]
        body = {"kind": "evaluation", "subject_nip": self._nip(subject)} | HALF
        status, action = self.crowd.post(self.officer, "/v1/personnel-actions", body)
        assert status == 201, action
        rating = self._at(action["id"], "rating")
        levels = ("ABOVE", "AS_EXPECTED", "BELOW")
        self._decided_once(
            "rating", rating, [{"result": level, "conduct": level, "evidence": "laporan"} for level in levels]
        )
        response = self._at(action["id"], "result_response")
        objects = {"response": "object", "reasons": "bukti tidak dibaca"}
        self._decided_once("objection or acceptance", response, [objects, {"response": "accept"}] * 2)
        finals = Counter(event["type"] for event in self._history(action["id"]))
        answered = [t["step"] for t in self._action(action["id"])["open_tasks"]]
        assert (finals["EvaluationBecameFinal"], answered) in (
            (1, ["evaluation_record"]),
            (0, ["objection_decision"]),
        )

    def _decided_once(self, name: str, task: dict[str, Any], answers: Sequence[dict[str, Any]]) -> None:
        """Whoever may decide it does so in several ways at once."""
        who = self._decider(task)
        posts = [
            self._post(
                n,
                who,
                f"/v1/tasks/{task['id']}/decision",
                {"outcome": "approve", "comment": "", "details": d},
            )
            for n, d in enumerate(answers)
        ]
        heard = self._at_once(name, posts)
        won = [n for n, answer in enumerate(heard) if answer.status == 200]
        assert len(won) == 1, [answer.body for answer in heard]
        for n, answer in enumerate(heard):
            if n not in won:
                assert (answer.status, answer.body["code"]) == (409, "task-already-decided"), answer.body
                assert answer.body["decided_by"]["id"] == who
        self._again(posts[won[0]], heard[won[0]])

    def _a_cycle_is_opened_once(self) -> None:
        unit = self._action_unit()
        body = AGAIN | {"unit_ids": [unit]}
        heads = [self.officer, *self._of("agency_head")]
        posts = [self._post(n, who, "/v1/evaluation-cycles", body) for n, who in enumerate(heads * 3)]
        self._one_wins("cycle", posts, {"already-exists"})

    # --- what they need ---

    def _one_wins(self, name: str, posts: Sequence[Post], codes: set[str]) -> Heard:
        heard = self._at_once(name, posts)
        won = [n for n, answer in enumerate(heard) if answer.status == 201]
        lost = [(answer.status, answer.body["code"]) for n, answer in enumerate(heard) if n not in won]
        assert len(won) == 1, lost
        assert {status for status, _ in lost} == {409}, lost
        assert {code for _, code in lost} <= codes, lost
        self._again(posts[won[0]], heard[won[0]])
        return heard[won[0]]

    def _again(self, post: Post, first: Heard) -> None:
        """The winner's request once more, at every process."""
        again = send([Post(port, post.token, post.path, post.body, post.key) for port in self.house.ports])
        for answer in again:
            assert (answer.status, answer.replayed) == (first.status, True), answer.body
            assert answer.receipt == first.receipt
        self.client.receipts.append(first.receipt)

    def _at_once(self, name: str, posts: Sequence[Post]) -> list[Heard]:
        begun = time.monotonic()
        heard = send(posts)
        self.answers.update(f"{name} {answer.status}" for answer in heard)
        told = dict(Counter(answer.status for answer in heard))
        self.say(f"{name}: {len(posts)} requests, {told}, {time.monotonic() - begun:.2f} s")
        return heard

    def _post(self, number: int, person_id: str, path: str, body: dict[str, Any]) -> Post:
        return Post(self._port(number), self.crowd.tokens[person_id], path, body, str(uuid.uuid4()))

    def _port(self, number: int) -> int:
        return self.house.ports[number % len(self.house.ports)]

    def _of(self, office: str) -> list[str]:
        return sorted(self.crowd.owners[office])

    def _begun(self, post: str) -> str:
        status, vacancy = self.crowd.post(self.officer, "/v1/vacancies", {"position_id": post})
        assert status == 201, vacancy
        body = {"kind": "promotion", "vacancy_id": vacancy["id"]}
        status, action = self.crowd.post(self.officer, "/v1/personnel-actions", body)
        assert status == 201, action
        return str(action["id"])

    def _at(self, action_id: str, step: str) -> dict[str, Any]:
        """The open task, once people have brought the case to that step."""
        while True:
            (task,) = self._action(action_id)["open_tasks"]
            if task["step"] == step:
                found: dict[str, Any] = task
                return found
            who = self._decider(task)
            body = {"outcome": "approve", "comment": "", "details": self._form(task["id"], who)}
            status, answer = self.crowd.post(who, f"/v1/tasks/{task['id']}/decision", body)
            assert status == 200, (task, answer)

    def _decider(self, task: dict[str, Any]) -> str:
        """Somebody of the task's office who may decide it, or the person whom it concerns."""
        for who in self.crowd.owners.get(task["office"], self.pool.staff):
            status, found = self.crowd.read(who, f"/v1/tasks/{task['id']}")
            if status == 200 and "decide" in found["allowed"]:
                return who
        raise AssertionError(f"nobody may decide {task}")

    def _form(self, task_id: str, who: str) -> dict[str, Any]:
        task = self.crowd.get(who, f"/v1/tasks/{task_id}")
        found: dict[str, Any] = task["form"]["examples"][0] if task["form"] else {}
        return found

    def _action(self, action_id: str) -> dict[str, Any]:
        return self.crowd.get(self.officer, f"/v1/personnel-actions/{action_id}")

    def _action_unit(self) -> str:
        return str(
            self.crowd.get(self.officer, f"/v1/employees/{self._nip(self.pool.staff[0])}")["unit"]["id"]
        )

    def _history(self, action_id: str) -> list[dict[str, Any]]:
        auditor = self._of("auditor")[0]
        found: list[dict[str, Any]] = self.crowd.get(
            auditor, f"/v1/personnel-actions/{action_id}/events?limit=200"
        )["items"]
        return found

    def _nip(self, person_id: str) -> str:
        return f"199005172015031{self.pool.staff.index(person_id) + 1:03}"

    @staticmethod
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
