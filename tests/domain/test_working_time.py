"""Elapsed working time: weekends and holidays do not count, and the way back is the way there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WorkingCalendar
from domain.working_time import WorkingTime
from mining.waiting import working_hours

CALENDAR = WorkingCalendar("test", frozenset({date(2026, 12, 25)}))
TIME = WorkingTime(CALENDAR, date(2026, 10, 1), date(2026, 12, 31))
FIRST = datetime(2026, 11, 2, tzinfo=UTC)
MOMENTS = st.integers(0, 58 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))


def test_from_friday_afternoon_to_monday_morning_is_two_thirds_of_a_day() -> None:
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)  # 16:00 in Jakarta
    monday = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 08:00
    assert round(TIME.days(friday, monday), 4) == round(16 / 24, 4)


@given(start=MOMENTS, end=MOMENTS)
def test_it_counts_as_the_hours_of_working_days_do(start: datetime, end: datetime) -> None:
    start, end = min(start, end), max(start, end)
    assert abs(TIME.days(start, end) * 24 - working_hours(CALENDAR, start, end)) < 1e-6


@given(end=MOMENTS, days=st.integers(0, 15))
def test_the_moment_before_lies_that_many_working_days_back(end: datetime, days: int) -> None:
    before = TIME.moment_before(end, days)
    assert abs(TIME.days(before, end) - days) < 1e-9
    assert TIME.days(before + timedelta(seconds=1), end) <= days
