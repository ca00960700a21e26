"""How long tasks waited, in hours of working days: by step, office and the unit that a case came from."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from domain.calendar import WorkingCalendar

HOUR = timedelta(hours=1)


def working_hours(calendar: WorkingCalendar, start: datetime, end: datetime) -> float:
    """Hours from `start` to `end` that lie on working days, each day counted from midnight to midnight
    local time: what is opened on Friday at 16:00 and decided on Monday at 08:00 waited 16 hours.
    """
    total = timedelta()
    day: date = calendar.today(start)
    last = calendar.today(end)
    while day <= last:
        if calendar.is_working_day(day):
            total += max(min(end, calendar.end_of(day)) - max(start, calendar.start_of(day)), timedelta())
        day += timedelta(days=1)
    return total / HOUR


@dataclass
class Group:
    """The waits of one step, office or unit: hours of those that were decided, and counts of others."""

    hours: array[float] = field(default_factory=lambda: array("f"))
    late: int = 0
    left: int = 0
    open: int = 0

    def as_json(self) -> dict[str, Any]:
        found = sorted(self.hours)
        return {
            "decided": len(found),
            "median_hours": round(median(found), 2) if found else None,
            "p90_hours": round(found[max(0, -(-len(found) * 9 // 10) - 1)], 2) if found else None,
            "longest_hours": round(found[-1], 2) if found else None,
            "late": self.late,
            "left_undecided": self.left,
            "open": self.open,
        }


@dataclass
class Waiting:
    """Gathers waits over all cases, 12 bytes for each decided task."""

    calendars: dict[str, WorkingCalendar]
    by_step: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    by_office: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    by_unit: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))

    def add(self, history: list[dict[str, Any]]) -> None:
        """One case's events. A task counts under the office that it was opened for."""
        first = history[0]["data"]
        unit = first.get("origin_unit_id") or first.get("target_unit_id") or "-"
        opened: dict[str, dict[str, Any]] = {}
        for document in history:
            data = document["data"]
            match document["type"]:
                case "TaskOpened":
                    opened[data["task_id"]] = document
                case "TaskCompleted" | "TaskExited":
                    start = opened.pop(data["task_id"], None)
                    if start is not None:
                        self._end(start, document, unit)
        for start in opened.values():
            for group in self._groups(start, unit):
                group.open += 1

    def _end(self, start: dict[str, Any], end: dict[str, Any], unit: str) -> None:
        groups = self._groups(start, unit)
        if end["type"] == "TaskExited":
            for group in groups:
                group.left += 1
            return
        data = start["data"]
        calendar = self.calendars.get(data["calendar_version"]) or WorkingCalendar("weekends", frozenset())
        at = datetime.fromisoformat(end["recorded_at"])
        hours = working_hours(calendar, datetime.fromisoformat(start["recorded_at"]), at)
        late = data.get("due_at") is not None and datetime.fromisoformat(data["due_at"]) < at
        for group in groups:
            group.hours.append(hours)
            group.late += late

    def _groups(self, start: dict[str, Any], unit: str) -> tuple[Group, Group, Group]:
        data = start["data"]
        return self.by_step[data["step"]], self.by_office[data["office"]], self.by_unit[unit]

    def as_json(self) -> dict[str, Any]:
        return {
            name: {key: groups[key].as_json() for key in sorted(groups)}
            for name, groups in (("step", self.by_step), ("office", self.by_office), ("unit", self.by_unit))
        }
