"""Random lives of the town, lived once more in a real ledger: the same commands at the same moments."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from random import Random

from domain.errors import Refusal
from domain.personnel_action import ActionState
from installation import Installation
from ledger.result import Result
from settings import Settings
from tests.domain.test_random_lives import Lives
from tests.domain.town import Sent, Town


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Lived:
    """A town in memory and the ledger that was told the same. `answers` are those of the ledger."""

    town: Town
    installation: Installation
    answers: list[tuple[Sent, Result | BaseException]]

    def code(self, answer: Result | BaseException) -> str | None:
        return (
            answer.code
            if isinstance(answer, Refusal)
            else None
            if isinstance(answer, Result)
            else repr(answer)
        )

    @property
    def states(self) -> list[ActionState]:
        return list(self.town.states.values())


def live(seed: int, steps: int) -> Lives:
    lives = Lives(Random(seed))
    for _ in range(steps):
        lives.happen(lives.of_people() | lives.of_the_system() | {lives.pass_time: 6})
    return lives


def relive(lives: Lives, data: Path, database_url: str) -> Lived:
    """Commands of one moment go to the ledger together, so that many share a commit."""
    clock = Clock(lives.town.sent[0].at)
    installation = Installation(Settings(data=data, database_url=database_url), clock=clock)
    installation.set_up()
    answers: list[tuple[Sent, Result | BaseException]] = []
    for at, together in groupby(lives.town.sent, key=lambda sent: sent.at):
        clock.now = at
        queued: list[tuple[Sent, Future[Result]]] = [
            (sent, installation.ledger.submit(sent.command)) for sent in together
        ]
        answers += [(sent, future.exception() or future.result()) for sent, future in queued]
    return Lived(lives.town, installation, answers)
