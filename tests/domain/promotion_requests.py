"""The words in which tests ask a town for vacancies and promotions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import Any

from domain import commands as cmd
from domain import events as ev
from domain.identity import Actor
from domain.promotion_commands import OpenVacancy, StartPromotion


class PromotionRequests(ABC):
    """What a town can be asked for; the town judges."""

    ids: Iterator[str]

    @property
    @abstractmethod
    def today(self) -> date: ...

    @abstractmethod
    def send(self, command: cmd.Command) -> list[ev.Event]: ...

    @abstractmethod
    def _by(self, actor: Actor) -> dict[str, Any]: ...

    def open_vacancy(self, post: str = "section-disdik", *, by: str = "kabid", **changes: Any) -> str:
        """Open a vacancy of the post, from today on; its id."""
        values = self._by(Actor(kind="person", id=by)) | {
            "vacancy_id": next(self.ids),
            "position_id": post,
            "vacant_from": self.today,
        }
        command = OpenVacancy(**(values | changes))
        self.send(command)
        return command.vacancy_id

    def promote(self, vacancy_id: str, *, by: str = "kabid") -> str:
        """Start the promotion of a vacancy; the action's id."""
        command = StartPromotion(
            **self._by(Actor(kind="person", id=by)), action_id=next(self.ids), vacancy_id=vacancy_id
        )
        self.send(command)
        return command.action_id
