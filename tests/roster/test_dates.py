"""Dates in every form that personnel offices use."""

from datetime import date, datetime, time

import pytest

from roster.dates import InvalidDate, parse_date
from roster.workbook import Cell

THE_THIRD = date(2026, 2, 3)


@pytest.mark.parametrize(
    "cell",
    [
        "03-02-2026", "3/2/2026", "03.02.2026", "'03-02-2026", " 03-02-2026 ", "2026-02-03",
        "2026-02-03 00:00:00", "3 Februari 2026", "3 PEBRUARI 2026", "03-Feb-2026",
        datetime.combine(THE_THIRD, time(7, 30)), THE_THIRD, 46056, 46056.0,
    ],
)  # fmt: skip
def test_one_day_in_many_forms(cell: Cell) -> None:
    assert parse_date(cell) == THE_THIRD


@pytest.mark.parametrize("cell", [None, "", "  "])
def test_an_empty_cell_has_no_date(cell: Cell) -> None:
    assert parse_date(cell) is None


@pytest.mark.parametrize(
    "cell",
    [
        "30-02-2024", "13-13-2024", "00-01-2024", "3-2-26", "46056", "3 Smarch 2026", "besok", "01-01-1066",
        "2026-02-03 10:00:00", 0, -5, 10**9, float("nan"), True, time(1, 2),
    ],
)  # fmt: skip
def test_what_is_no_date(cell: Cell) -> None:
    with pytest.raises(InvalidDate):
        parse_date(cell)
