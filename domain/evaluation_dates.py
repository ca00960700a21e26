"""The dates of an evaluation: when a rating opens, when a waiting time is over, when a window closes."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from domain.calendar import WorkingCalendar
from domain.evaluation_policy import EvaluationRules, Window
from domain.evaluation_state import Evaluation
from domain.policy import Variant


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def not_before(
    step: str, variant: Variant, evaluation: Evaluation | None, rules: EvaluationRules
) -> date | None:
    """The first day on which the step may be decided; None when any day will do.

    Source: PermenPANRB 6/2022 (a rating follows its period); PP 30/2019 art. 56-58 (waiting times).
    """
    if evaluation is None:
        return None
    if step == "rating":
        return evaluation.period_end - timedelta(days=rules.period.rating_opens_days_before_end)
    if step == "improvement_plan":
        return evaluation.period_start
    if step == "retest" and evaluation.waits_from is not None:
        temporary = variant is Variant.TEMPORARY_PLACEMENT
        waiting = rules.temporary_placement if temporary else rules.improvement
        return months_after(evaluation.waits_from, waiting.months)
    return None


def window_closes(window: Window, day: date, calendar: WorkingCalendar) -> datetime:
    """The moment at which a window that opens on `day` is over; `day` itself does not count."""
    last = calendar.after(day, window.days) if window.unit == "working" else day + timedelta(days=window.days)
    return calendar.end_of(last)
