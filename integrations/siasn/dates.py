"""Days as SIASN writes them: DD-MM-YYYY in histories and payloads, YYYY-MM-DD here and there."""

from __future__ import annotations

import re
from datetime import date

_FORMS = (
    re.compile(r"(?P<day>\d{2})-(?P<month>\d{2})-(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(T.*)?"),
)


def written(day: date) -> str:
    """The day as payloads want it, DD-MM-YYYY."""
    return day.strftime("%d-%m-%Y")


def read(text: object) -> date | None:
    """The day that an answer means, in either form; None for nothing and for what is no day."""
    for form in _FORMS:
        found = form.fullmatch(text) if isinstance(text, str) else None
        if found is not None:
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                return None
    return None
