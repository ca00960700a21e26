"""What can be asked of evaluations and of cycles of evaluations."""

from __future__ import annotations

from datetime import date

from domain.commands import ActionCommand, Command


class SubmitEvaluation(ActionCommand):
    """Ask for the evaluation of one person; `subject_id` is a surrogate."""

    subject_id: str
    period_start: date
    period_end: date


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


class CloseEvaluationCycle(Command):
    """The cycle ends, naming what is missing."""

    cycle_id: str
