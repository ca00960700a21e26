"""What happens in an evaluation and in a cycle of evaluations, besides what happens in every action."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from domain.event import Event
from domain.performance import Achievement

JudgedAt = Literal["rating", "motion", "calibration", "objection_decision"]
Measure = Literal["reassign", "demote", "temporary_year", "dismissal_proposal"]
# Measures that are carried out by a transfer.
ANOTHER_POST = ("reassign", "demote")


class PerformanceJudged(Event):
    """Somebody judged results and conduct: the assessor at `rating`, a committee member who moves a
    deviation at `motion`, the committee at `calibration`, the assessor's superior at
    `objection_decision`. The *predikat* follows from the matrix (PermenPANRB 6/2022).

    `deviates` tells whether it differs from the judgement that stood before; a deviation has a reason.
    """

    PERSONAL = frozenset({"result", "conduct", "predicate", "reason"})

    at_step: JudgedAt
    deviates: bool
    result: str | None = None
    conduct: str | None = None
    predicate: str | None = None
    reason: str | None = None


class PartRated(Event):
    """The superior of one part of a period that a move divides rated that part. With the last part all of
    them are joined into one judgement.
    """

    PERSONAL = frozenset({"result", "conduct", "predicate"})

    position_id: str
    first: date
    last: date
    result: str | None = None
    conduct: str | None = None
    predicate: str | None = None


class EvaluationBecameFinal(Event):
    """No objection is possible any more. `window_closed`: the time for it ran out, which decides
    nothing but that the person did not object (PP 30/2019 art. 59). `erased`: the judgement went with its
    person's key before it was final, and nothing is left to judge.
    """

    why: Literal["accepted", "window_closed", "objection_decided", "erased"]


class FollowUpOpened(Event):
    """What a low rating leads to is an action of its own."""

    action_id: str


class MeasureOrdered(Event):
    """What the appointing official ordered after a failed retest (PP 30/2019 art. 56-58)."""

    PERSONAL = frozenset({"measure", "reason"})

    measure: Measure | None = None
    reason: str | None = None


class EvaluationCycleOpened(Event):
    """A cycle begins: who is evaluated is everybody in `unit_ids` and below, in the order of their ids,
    as the register has them on that day. `expected` counts them.
    """

    cycle_id: str
    period_start: date
    period_end: date
    unit_ids: tuple[str, ...]
    expected: int
    policy_id: str
    policy_hash: str


class EvaluationsOpened(Event):
    """A part of the cycle: the evaluations of the next people in order, up to and including `last`."""

    cycle_id: str
    opened: int
    skipped: int
    last: str
    complete: bool


class OrganisationRated(Event):
    """The achievement of a regional apparatus in the cycle's period, as the next-higher leader set it; an
    officer recorded it from the document. The newest one counts.
    """

    cycle_id: str
    unit_id: str
    achievement: Achievement
    document_number: str


class DistributionConsidered(Event):
    """The ratings that stood in an apparatus, beside the pattern of its achievement. A consideration: it
    changes nobody's rating. Sealed under the cycle's own key.
    """

    PERSONAL = frozenset({"counts", "reason"})

    cycle_id: str
    unit_id: str
    achievement: Achievement
    fits: bool
    counts: dict[str, int] | None = None
    reason: str | None = None


class EvaluationCycleClosed(Event):
    """The cycle ends; `missing` evaluations (their action ids) were not final then and go on."""

    cycle_id: str
    closed_at: datetime
    final: int
    missing: tuple[str, ...]
