"""Texts of the pages: Indonesian in the source, other languages from catalogues (gettext PO files)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
ZONE = ZoneInfo("Asia/Jakarta")


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

    def left(self, value: str | None, now: datetime) -> str:
        """How long until then, or how long ago, in round words."""
        if not value:
            return ""
        return format_timedelta(_parse(value) - now, add_direction=True, locale=self.language)

    def is_past(self, value: str | None, now: datetime) -> bool:
        return bool(value) and _parse(value or "") < now


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
