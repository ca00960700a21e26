"""Elapsed working time: how many working days lie between two moments, to the second."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta

from domain.calendar import WorkingCalendar

A_DAY = 86_400  # seconds; Indonesian zones keep no summer time


class WorkingTime:
    """Working days under one calendar between `first` and `last`, counted once. Each counts from midnight to
    midnight local time: from Friday 16:00 to Monday 08:00 is two thirds of a day.
    """

    def __init__(self, calendar: WorkingCalendar, first: date, last: date) -> None:
        self._midnight = calendar.start_of(first)
        self._origin = self._midnight.timestamp()
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
        return self._midnight + timedelta(days=index, seconds=wanted - self._before[index])

    def _elapsed(self, moment: datetime) -> float:
        index, into = divmod(moment.timestamp() - self._origin, A_DAY)
        if index < 0:
            return 0
        if index >= len(self._works):
            return self._before[-1]
        day = int(index)
        return self._before[day] + (into if self._works[day] else 0)
