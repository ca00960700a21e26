"""Indonesian working days: deadlines count them, not calendar days."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5


def months_after(day: date, months: int) -> date:
    """The day `months` later, the last of its month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class WorkingCalendar:
    """Five-day week less public holidays and collective leave (*cuti bersama*).

    `version` names the data the dates were made from and is written into every event that
    carries a deadline, so that a deadline can be recomputed years later.
    Source: Perpres 21/2023 art. 3-4 (five working days); SKB 3 Menteri, yearly.
    """

    version: str
    holidays: frozenset[date]
    timezone: str = "Asia/Jakarta"

    def today(self, now: datetime) -> date:
        """The local date at the UTC moment `now`."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays

    def after(self, day: date, working_days: int) -> date:
        """The `working_days`-th working day after `day`; `day` itself does not count."""
        found, current = 0, day
        while found < working_days:
            current += timedelta(days=1)
            found += self.is_working_day(current)
        return current

    def before(self, day: date, working_days: int) -> date:
        """The `working_days`-th working day before `day`."""
        found, current = 0, day
        while found < working_days:
            current -= timedelta(days=1)
            found += self.is_working_day(current)
        return current

    def start_of(self, day: date) -> datetime:
        """The UTC moment at which the local day begins."""
        return datetime.combine(day, time.min, ZoneInfo(self.timezone)).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        """The UTC moment at which the local day is over."""
        return self.start_of(day + timedelta(days=1))
