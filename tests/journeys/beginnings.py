"""How the cases of an endurance begin that are no transfers: promotions on their lists, a small cycle."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.journeys.crowd import Crowd
from tests.journeys.house import House
from tests.journeys.pool import Pool, bring_pool, bring_unit

HALF = {"period_start": "2026-01-01", "period_end": "2026-06-30"}
OPENED_WITHIN = 180.0
# More people are on a list than promotions run, so that a choice that came too late finds another.
SPARE = 4


class Insisting(Protocol):
    """Sends a command under one key until somebody answers: status, answer and key."""

    def __call__(self, path: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any], str]: ...


@dataclass
class Beginnings:
    """`promotions` posts to be filled from a pool, `evaluated` people of one unit in a cycle."""

    house: House
    promotions: int
    evaluated: int
    insist: Insisting
    read: Callable[[str, str], dict[str, Any]]
    crowd: Crowd = field(init=False)
    pool: Pool = field(init=False)
    unit: str = field(init=False)
    people: list[str] = field(init=False)
    cycle: str = ""

    def prepare(self) -> None:
        """Bring the people, and give everybody a session."""
        self.pool = bring_pool(self.house, staff=self.promotions + SPARE, posts=self.promotions)
        self.unit, self.people = bring_unit(self.house, self.evaluated)
        self.crowd = Crowd(self.house)
        self.crowd.sign_in()

    @property
    def officer(self) -> str:
        """The session of who opens vacancies and cycles."""
        return self.crowd.tokens[self.crowd.owners["transfer_division_head"][0]]

    @property
    def hands(self) -> list[str]:
        """The sessions of those who are evaluated."""
        return [self.crowd.tokens[person] for person in self.people]

    def promotion(self, post: str) -> tuple[dict[str, Any], str, dict[str, Any]]:
        """The request, its key, and the action that it began."""
        status, vacancy, _ = self.insist("/v1/vacancies", self.officer, {"position_id": post})
        assert status == 201, vacancy
        body = {"kind": "promotion", "vacancy_id": vacancy["id"]}
        status, action, key = self.insist("/v1/personnel-actions", self.officer, body)
        assert status == 201, action
        return body, key, action

    def open_cycle(self) -> list[str]:
        """Open it, and wait for everybody's evaluation; their ids."""
        if not self.evaluated:
            return []
        body = HALF | {"unit_ids": [self.unit]}
        status, cycle, _ = self.insist("/v1/evaluation-cycles", self.officer, body)
        assert status == 201, cycle
        self.cycle = f"/v1/evaluation-cycles/{cycle['id']}"
        deadline = time.monotonic() + OPENED_WITHIN
        while self.read(self.cycle, self.officer)["status"] == "opening":
            assert time.monotonic() < deadline, "the cycle does not open"
            time.sleep(0.2)
        path = f"/v1/personnel-actions?kind=evaluation&unit={self.unit}&limit=200"
        found = [action["id"] for action in self.read(path, self.officer)["items"]]
        assert len(found) == self.evaluated, found
        return found

    def close_cycle(self) -> None:
        """Close it, with nothing missing."""
        if not self.cycle:
            return
        closed = self.read(self.cycle, self.officer)
        if closed["status"] != "closed":
            status, closed, _ = self.insist(f"{self.cycle}/closure", self.officer, {})
            assert status == 200, closed
        assert (closed["status"], closed["missing"]) == ("closed", []), closed

    def choice(self, vacancy_id: str, turn: int) -> str:
        """One of the frozen list."""
        found = self.read(f"/v1/vacancies/{vacancy_id}/candidates", self.officer)["items"]
        return str(found[turn % len(found)]["person"]["id"])
