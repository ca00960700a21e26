"""What can be asked of evaluations and of cycles of evaluations."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from domain.commands import FREE_TEXT_LIMIT, ActionCommand, Command
from domain.identity import Coordination
from domain.performance import Achievement
from domain.policy import Variant


class SubmitEvaluation(ActionCommand):
    """Ask for the evaluation of one person; `subject_id` is a surrogate."""

    subject_id: str
    period_start: date
    period_end: date


class ReplaceOfficial(ActionCommand):
    """Replace whom an evaluation found low, in coordination with BKN. `action_id` becomes the transfer, and
    `vacancy_id` the vacancy of the post.
    """

    evaluation_id: str
    vacancy_id: str
    variant: Literal[Variant.WITHIN_AGENCY, Variant.WITHIN_UNIT]
    target_position_id: str
    effective_date: date
    reason: str = Field(max_length=FREE_TEXT_LIMIT)
    document_ids: tuple[str, ...] = ()
    coordination: Coordination


class OpenEvaluationCycle(Command):
    """Begin a cycle for the units and all below them; no units means the whole agency."""

    cycle_id: str
    period_start: date
    period_end: date
    unit_ids: tuple[str, ...] = ()


class OpenEvaluations(Command):
    """The cycle opens the evaluations of the next `limit` people. At the end it changes nothing."""

    cycle_id: str
    limit: int


class RateOrganisation(Command):
    """Record the achievement of a regional apparatus, from the document that sets it."""

    cycle_id: str
    unit_id: str
    achievement: Achievement
    document_number: str


class ConsiderDistribution(Command):
    """See the ratings of an apparatus beside the pattern of its achievement; `reason` where they deviate."""

    cycle_id: str
    unit_id: str
    reason: str = Field(default="", max_length=FREE_TEXT_LIMIT)


class CloseEvaluationCycle(Command):
    """The cycle ends, naming what is missing."""

    cycle_id: str
