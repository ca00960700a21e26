"""Elapsed working time: how many working days lie between two moments, to the second."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.calendar import WorkingCalendar

A_DAY = 86_400  # seconds; Indonesian zones keep no summer time


class WorkingTime:
    """Working days under one calendar between `first` and `last`, counted once. Each counts from midnight to
    midnight local time: from Friday 16:00 to Monday 08:00 is two thirds of a day.
    """

    def __init__(self, calendar: WorkingCalendar, first: date, last: date) -> None:
        self._zone = ZoneInfo(calendar.timezone)
        self._first = first
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        self._works = [calendar.is_working_day(day) for day in days]
        self._before = [0]
        for works in self._works:
            self._before.append(self._before[-1] + works * A_DAY)

    def days(self, start: datetime, end: datetime) -> float:
        """Working days from `start` to `end`; moments outside the time counted are taken to its edge."""
        return (self._elapsed(end) - self._elapsed(start)) / A_DAY

    def moment_before(self, end: datetime, days: int) -> datetime:
        """The latest moment from which `days` working days lie up to `end`; the edge, if there are fewer."""
        wanted = max(self._elapsed(end) - days * A_DAY, 0)
        index = min(bisect_right(self._before, wanted), len(self._works)) - 1
        midnight = datetime.combine(self._first, datetime.min.time(), self._zone) + timedelta(days=index)
        return midnight + timedelta(seconds=wanted - self._before[index])

    def _elapsed(self, moment: datetime) -> float:
        local = moment.astimezone(self._zone)
        index = (local.date() - self._first).days
        if index < 0:
            return 0
        if index >= len(self._works):
            return self._before[-1]
        into = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
        return self._before[index] + (into if self._works[index] else 0)
