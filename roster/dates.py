"""Dates as personnel offices write them: true dates, day-first texts, Indonesian month names."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from roster.workbook import Cell

_SERIAL_EPOCH = date(1899, 12, 30)
_LAST_SERIAL = 73_050
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{1,2})\s*[-/.]\s*([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_NAMED_MONTH = re.compile(r"([0-9]{1,2})[\s\-/]+([A-Za-z]+)\.?[\s\-/]+([0-9]{4})")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan", "februari pebruari feb peb", "maret mar", "april apr", "mei", "juni jun",
            "juli jul", "agustus agu agt ags", "september sep sept", "oktober okt",
            "november nopember nov nop", "desember des",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip


class InvalidDate(ValueError):
    """The cell holds something, but no date that exists between 1900 and 2100."""


def parse_date(cell: Cell) -> date | None:
    """The date in a cell, None for an empty one; raises InvalidDate.

    A true date keeps its day and loses its time. Text is dd-mm-yyyy (also with / or .),
    yyyy-mm-dd, or "3 Februari 2026"; the day always comes before the month. A number is an
    Excel serial day (1900 system) only when the cell itself is numeric.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    found = _date_in(cell)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidDate
    return found


def _date_in(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str):
        return _date_in_text(cell.strip().lstrip("'"))
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 1 <= cell <= _LAST_SERIAL:
        return _SERIAL_EPOCH + timedelta(days=int(cell))
    raise InvalidDate


def _date_in_text(text: str) -> date:
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _NAMED_MONTH.fullmatch(text):
        day, month, year = int(match[1]), _MONTHS.get(match[2].casefold(), 0), int(match[3])
    else:
        raise InvalidDate
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidDate from None
