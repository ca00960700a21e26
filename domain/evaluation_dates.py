"""The dates of an evaluation: when a rating opens, when a waiting time is over, when a window closes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.calendar import WorkingCalendar, months_after
from domain.evaluation_policy import EvaluationRules, Opening, Window
from domain.evaluation_state import Evaluation
from domain.policy import Variant


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


def period_around(opening: Opening, day: date) -> tuple[date, date]:
    """The period in which `day` lies: from the first day of one of the policy's months to the day before
    the next.
    """
    years = (day.year - 1, day.year, day.year + 1)
    begins = [date(year, month, 1) for year in years for month in sorted(opening.months)]
    following = min(first for first in begins if first > day)
    return max(first for first in begins if first <= day), following - timedelta(days=1)
