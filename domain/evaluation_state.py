"""How far one evaluation is: which judgement stands, and what was delivered, objected to and made final."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.events import ActionSubmitted
from domain.policy import Kind, Variant


@dataclass(frozen=True)
class RatedPart:
    """A part of the period that its own superior has rated; `version` is the event that holds the levels."""

    position_id: str
    first: date
    last: date
    version: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Evaluation:
    """The part of an evaluation's state that other actions do not have. No judgement stands here: the
    versions name the events of the stream that hold them sealed.

    `cycle_id` is the cycle that opened it (None: by hand), `follows` the action that it grew out of.
    `judged_at` is the judgement that stands, `moved_at` the deviation that the committee votes on.
    `parts` are rated parts of a period that a move divides; together they become the judgement.
    `measured_at` is what the appointing official ordered after a failed test.
    `waits_from` is the day from which a waiting time of this action runs (an improvement, a year).
    """

    period_start: date
    period_end: date
    cycle_id: str | None = None
    follows: str | None = None
    judged_at: int | None = None
    moved_at: int | None = None
    measured_at: int | None = None
    waits_from: date | None = None
    final: bool = False
    parts: tuple[RatedPart, ...] = ()


def evaluation_in(event: ActionSubmitted) -> Evaluation | None:
    """What a submission says of an evaluation; None of any other action."""
    if event.kind is not Kind.EVALUATION or event.period_start is None or event.period_end is None:
        return None
    waits = event.period_start if event.variant is Variant.TEMPORARY_PLACEMENT else None
    return Evaluation(event.period_start, event.period_end, event.cycle_id, event.follows, waits_from=waits)
