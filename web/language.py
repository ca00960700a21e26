"""Texts of the pages: Indonesian in the source, other languages from catalogues (gettext PO files)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALE = Path(__file__).parent / "locale"
ZONE = ZoneInfo("Asia/Jakarta")
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Words:
    """One language: its texts, and how it writes days and moments (local time, WIB)."""

    language: str
    gettext: Callable[[str], str]

    def day(self, value: str | date | None) -> str:
        """`2026-11-24` as 24 November 2026."""
        if not value:
            return "–"
        found = value if isinstance(value, date) else date.fromisoformat(value[:10])
        return format_date(found, "d MMMM y", locale=self.language)

    def moment(self, value: str | None) -> str:
        """A UTC moment in local words, to the minute."""
        if not value:
            return "–"
        local = _parse(value).astimezone(ZONE)
        shape = "d MMM y HH.mm" if self.language == "id" else "d MMM y HH:mm"
        return f"{format_datetime(local, shape, locale=self.language)} WIB"

    def due(self, value: str | None) -> str:
        """The last working day that a deadline allows: it falls at that day's midnight."""
        if not value:
            return "–"
        last = _parse(value).astimezone(ZONE)
        day = last.date() - timedelta(days=last.hour == 0)
        return format_date(day, "EEE d MMM y", locale=self.language)

    def due_short(self, value: str) -> str:
        """The same without the year."""
        last = _parse(value).astimezone(ZONE)
        return format_date(last.date() - timedelta(days=last.hour == 0), "d MMM", locale=self.language)

    def days(self, value: float) -> str:
        """A number of days with one decimal, in local digits."""
        return format_decimal(value, "#,##0.0", locale=self.language)

    def plain(self, value: object) -> str:
        """A fact as a person would say it: days as days, yes and no, lists in a row."""
        if isinstance(value, bool):
            return self.gettext("ya") if value else self.gettext("tidak")
        if isinstance(value, str) and A_DAY.fullmatch(value):
            return self.day(value)
        if isinstance(value, list):
            return ", ".join(self.plain(one) for one in value) or "–"
        if isinstance(value, dict):
            return ", ".join(f"{name} {self.plain(one)}" for name, one in value.items()) or "–"
        return "–" if value is None else str(value)

    def left(self, value: str | None, now: datetime) -> str:
        """How long until then, or how long ago, in round words."""
        if not value:
            return ""
        return format_timedelta(_parse(value) - now, add_direction=True, locale=self.language)

    def is_past(self, value: str | None, now: datetime) -> bool:
        return bool(value) and _parse(value or "") < now


def local_day(value: str | None) -> str:
    """The day here (WIB) of a moment, ISO 8601, as a date field has it; empty for none."""
    return _parse(value).astimezone(ZONE).date().isoformat() if value else ""


def _parse(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


@cache
def words(language: str) -> Words:
    """The words of `language`; a text that its catalogue lacks is shown in Indonesian."""
    path = LOCALE / language / "web.po"
    if not path.is_file():
        return Words(language, lambda text: text)
    with path.open("rb") as file:
        catalogue = {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id and m.string}
    return Words(language, lambda text: catalogue.get(text, text))
