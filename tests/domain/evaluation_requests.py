"""The words in which tests ask a town for evaluations and cycles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import Any

from domain import commands as cmd
from domain import evaluation_events as eve
from domain import events as ev
from domain.evaluation_commands import (
    CloseEvaluationCycle,
    ConsiderDistribution,
    OpenEvaluationCycle,
    OpenEvaluations,
    RateOrganisation,
    ReplaceOfficial,
    SubmitEvaluation,
)
from domain.identity import SYSTEM, Actor, Coordination
from domain.performance import Achievement
from domain.policy import Variant

KABID = Actor(kind="person", id="kabid")


class EvaluationRequests(ABC):
    """What a town can be asked for; the town judges."""

    ids: Iterator[str]

    @property
    @abstractmethod
    def today(self) -> date: ...

    @abstractmethod
    def send(self, command: cmd.Command) -> list[ev.Event]: ...

    @abstractmethod
    def _by(self, actor: Actor) -> dict[str, Any]: ...

    def evaluate(
        self,
        subject: str = "nurse",
        *,
        by: Actor | None = None,
        period: tuple[date, date] = (date(2026, 1, 1), date(2026, 6, 30)),
    ) -> str:
        """Open an evaluation by hand; the action's id."""
        command = SubmitEvaluation(
            **self._by(by or KABID),
            action_id=next(self.ids),
            subject_id=subject,
            period_start=period[0],
            period_end=period[1],
        )
        self.send(command)
        return command.action_id

    def replace(
        self, evaluation: str, target: str = "school-nurse", *, by: str = "analyst", **changes: Any
    ) -> tuple[str, str]:
        """Replace whom the evaluation found low, from today; the ids of the transfer and of the vacancy."""
        values: dict[str, Any] = {
            "evaluation_id": evaluation,
            "action_id": next(self.ids),
            "vacancy_id": next(self.ids),
            "variant": Variant.WITHIN_AGENCY,
            "target_position_id": target,
            "effective_date": self.today,
            "reason": "hasil evaluasi, setelah koordinasi dengan BKN",
            "coordination": Coordination(letter_number="B-123/BKN/2026", letter_date=self.today),
        }
        command = ReplaceOfficial(**self._by(Actor(kind="person", id=by)), **(values | changes))
        self.send(command)
        return command.action_id, command.vacancy_id

    def open_cycle(
        self,
        *units: str,
        by: Actor = SYSTEM,
        period: tuple[date, date] = (date(2026, 1, 1), date(2026, 6, 30)),
    ) -> str:
        """Open a cycle of the period; its id."""
        command = OpenEvaluationCycle(
            **self._by(by),
            cycle_id=next(self.ids),
            period_start=period[0],
            period_end=period[1],
            unit_ids=units,
        )
        self.send(command)
        return command.cycle_id

    def rate_organisation(
        self, cycle: str, unit: str = "dinkes", achievement: str = "BAIK", *, by: str = "analyst"
    ) -> list[ev.Event]:
        """An officer records the achievement of an apparatus."""
        command = RateOrganisation(
            **self._by(Actor(kind="person", id=by)),
            cycle_id=cycle,
            unit_id=unit,
            achievement=Achievement(achievement),
            document_number="000.8/12-Org/2026",
        )
        return self.send(command)

    def consider(
        self, cycle: str, unit: str = "dinkes", reason: str = "", *, by: str = "sekda"
    ) -> eve.DistributionConsidered:
        """The ratings of an apparatus are seen beside the pattern."""
        actor = Actor(kind="person", id=by)
        command = ConsiderDistribution(**self._by(actor), cycle_id=cycle, unit_id=unit, reason=reason)
        (considered,) = self.send(command)
        assert isinstance(considered, eve.DistributionConsidered)
        return considered

    def open_next(self, cycle: str, limit: int = 200, *, by: Actor = SYSTEM) -> list[str]:
        """The cycle opens its next evaluations; whose."""
        happened = self.send(OpenEvaluations(**self._by(by), cycle_id=cycle, limit=limit))
        return [event.subject_id for event in happened if isinstance(event, ev.ActionSubmitted)]

    def close_cycle(self, cycle: str, by: Actor = SYSTEM) -> list[ev.Event]:
        return self.send(CloseEvaluationCycle(**self._by(by), cycle_id=cycle))
