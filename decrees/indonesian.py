"""Dates as Indonesian documents write them: `24 November 2026`, and in words."""

from __future__ import annotations

from datetime import date

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_UNITS = (
    "nol", "satu", "dua", "tiga", "empat", "lima",
    "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
)  # fmt: skip


def long_date(day: date) -> str:
    """`24 November 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_name(day: date) -> str:
    """`Selasa`."""
    return DAYS[day.weekday()]


def date_in_words(day: date) -> str:
    """`dua puluh empat bulan November tahun dua ribu dua puluh enam`."""
    return f"{in_words(day.day)} bulan {MONTHS[day.month - 1]} tahun {in_words(day.year)}"


def in_words(number: int) -> str:
    """A number from 0 to 9,999 in words."""
    if not 0 <= number < 10_000:
        raise ValueError(number)
    if number < 12:
        return _UNITS[number]
    if number < 20:
        return f"{_UNITS[number - 10]} belas"
    for size, name in ((1000, "ribu"), (100, "ratus"), (10, "puluh")):
        if number >= size:
            many, rest = divmod(number, size)
            head = f"se{name}" if many == 1 else f"{in_words(many)} {name}"
            return f"{head} {in_words(rest)}" if rest else head
    raise ValueError(number)
