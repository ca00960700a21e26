"""Grades (*golongan ruang*) of PNS and PPPK with their order, and the echelons of structural posts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_ROMAN = (
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX",
    "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
)  # fmt: skip

_PNS_TITLES: dict[str, tuple[str, str]] = {
    "I/a": ("11", "Juru Muda"),
    "I/b": ("12", "Juru Muda Tingkat I"),
    "I/c": ("13", "Juru"),
    "I/d": ("14", "Juru Tingkat I"),
    "II/a": ("21", "Pengatur Muda"),
    "II/b": ("22", "Pengatur Muda Tingkat I"),
    "II/c": ("23", "Pengatur"),
    "II/d": ("24", "Pengatur Tingkat I"),
    "III/a": ("31", "Penata Muda"),
    "III/b": ("32", "Penata Muda Tingkat I"),
    "III/c": ("33", "Penata"),
    "III/d": ("34", "Penata Tingkat I"),
    "IV/a": ("41", "Pembina"),
    "IV/b": ("42", "Pembina Tingkat I"),
    "IV/c": ("43", "Pembina Utama Muda"),
    "IV/d": ("44", "Pembina Utama Madya"),
    "IV/e": ("45", "Pembina Utama"),
}

ECHELONS: dict[str, str] = {
    "I.a": "11",
    "I.b": "12",
    "II.a": "21",
    "II.b": "22",
    "III.a": "31",
    "III.b": "32",
    "IV.a": "41",
    "IV.b": "42",
}
"""Echelon as written -> SIASN code (99 there means none). Source: SIASN reference `eselon`."""


class UnknownGrade(ValueError):
    """The text is neither a PNS grade (I/a-IV/e) nor a PPPK grade (I-XVII)."""


class UnknownEchelon(ValueError):
    """The text is no echelon from I.a to IV.b."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade; `code` is its canonical spelling ("IV/b", "IX"), `siasn_code` that of SIASN.

    `rank` orders grades within one scheme. PNS and PPPK grades have no common order: comparing
    them raises TypeError. `title` is the *pangkat*; a PPPK grade has none and repeats its code.
    Source: PP 99/2000 as amended by PP 12/2002 (PNS); Perpres 98/2020 as amended by
    Perpres 11/2024 (PPPK); SIASN reference `golonganPns`.
    """

    code: str
    scheme: Literal["PNS", "PPPK"]
    rank: int
    siasn_code: str
    title: str

    def __lt__(self, other: Grade) -> bool:
        return self._order(other) < 0

    def __le__(self, other: Grade) -> bool:
        return self._order(other) <= 0

    def __gt__(self, other: Grade) -> bool:
        return self._order(other) > 0

    def __ge__(self, other: Grade) -> bool:
        return self._order(other) >= 0

    def _order(self, other: Grade) -> int:
        if self.scheme != other.scheme:
            raise TypeError(f"{self.scheme} and {other.scheme} grades have no common order")
        return self.rank - other.rank


PNS_GRADES: tuple[Grade, ...] = tuple(
    Grade(code, "PNS", rank, siasn, title)
    for rank, (code, (siasn, title)) in enumerate(_PNS_TITLES.items(), 1)
)
PPPK_GRADES: tuple[Grade, ...] = tuple(
    Grade(roman, "PPPK", rank, f"{rank:02d}", roman) for rank, roman in enumerate(_ROMAN, 1)
)

_BY_COMPACT_CODE = {re.sub(r"[/]", "", grade.code).casefold(): grade for grade in (*PNS_GRADES, *PPPK_GRADES)}
_BY_ECHELON = {re.sub(r"[.]", "", echelon).casefold(): echelon for echelon in ECHELONS}


def parse_grade(text: str) -> Grade:
    """The grade written as `text`, whatever its case, blanks and separator; raises UnknownGrade.

    "IV/ B", "iv.b" and "IVb" are IV/b; a Roman number alone is a PPPK grade.
    """
    try:
        return _BY_COMPACT_CODE[re.sub(r"[\s/.\-]", "", text).casefold()]
    except KeyError:
        raise UnknownGrade(
            "Golongan tidak dikenal; yang berlaku I/a sampai IV/e (PNS) atau I sampai XVII (PPPK)."
        ) from None


def grade_of_siasn(code: str, kind: str) -> Grade:
    """The grade that SIASN calls `code` for that kind of employment: PNS and PPPK share numbers. Raises
    UnknownGrade.
    """
    for grade in PPPK_GRADES if kind == "PPPK" else PNS_GRADES:
        if grade.siasn_code == code:
            return grade
    raise UnknownGrade("Golongan SIASN tidak dikenal.")


def parse_echelon(text: str) -> str:
    """The echelon written as `text` in its canonical spelling ("III.b"); raises UnknownEchelon."""
    try:
        return _BY_ECHELON[re.sub(r"[\s/.\-]", "", text).casefold()]
    except KeyError:
        raise UnknownEchelon("Eselon tidak dikenal; yang berlaku I.a sampai IV.b.") from None
