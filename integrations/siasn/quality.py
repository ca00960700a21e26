"""BKN's 27 indicators of data quality over what SIASN holds of the agency's people.

Each record is judged alone, but for holders of one post, which are counted. What an indicator needs and no
read gives is told and left out of the score.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from domain.calendar import months_after
from domain.nip import InvalidNip, Nip, parse_nip
from integrations.siasn import dates
from integrations.siasn.position import STRUCTURAL
from integrations.siasn.reading import Row, value

FILE = Path(__file__).with_name("indicators.yaml")
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SECONDED = re.compile(r"\b(DPK|DPB)\b|dipekerjakan|diperbantukan", re.IGNORECASE)
SEXES = {"M": "L", "L": "L", "1": "L", "F": "P", "P": "P", "2": "P"}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Indicator(_Part):
    """`needs` says what no read gives, where it cannot be judged."""

    dimension: str
    weight: float
    name_id: str
    name_en: str
    needs: str | None = None


class Terms(_Part):
    """What judging takes besides the record."""

    diploma_from: int
    probation_months: int
    first_pppk_year: int
    years_before_structural: int
    rated_within_years: int
    least_education: dict[str, int]
    least_grade_of_leadership: dict[str, int]
    active: tuple[str, ...]
    unpaid_leave: tuple[str, ...]
    of_pppk: tuple[str, ...]
    functional_names: tuple[str, ...]


class Catalogue(_Part):
    dimensions: dict[str, float]
    terms: Terms
    indicators: dict[str, Indicator]


@cache
def catalogue() -> Catalogue:
    """The indicators with their weights."""
    return Catalogue.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Held:
    """What SIASN holds of one person. `rated_in` are years with a rating, `leave_ends` of unpaid leave."""

    row: Row
    rated_in: frozenset[int] = frozenset()
    leave_ends: date | None = None

    @property
    def nip(self) -> str:
        return str(value(self.row, "nipBaru") or "")

    @property
    def parsed(self) -> Nip | None:
        try:
            return parse_nip(self.nip)
        except InvalidNip:
            return None

    def day(self, *names: str) -> date | None:
        return dates.read(value(self.row, *names))

    def text(self, *names: str) -> str:
        return str(value(self.row, *names) or "").strip()

    def number(self, *names: str) -> int | None:
        text = self.text(*names)
        return int(text) if text.isdigit() else None


@dataclass
class Report:
    """How many were judged, and who is faulty by each indicator (NIP)."""

    judged: int = 0
    faulty: dict[str, list[str]] = field(default_factory=dict)

    def score(self, dimension: str) -> float:
        """Percent of the dimension that is in order, by the weights of what could be judged."""
        of_it = {
            code: one
            for code, one in catalogue().indicators.items()
            if one.dimension == dimension and one.needs is None
        }
        whole = sum(one.weight for one in of_it.values())
        good = sum(one.weight * (1 - self._share(code)) for code, one in of_it.items())
        return round(100 * good / whole, 2)

    def total(self) -> float:
        """Percent over all dimensions."""
        weights = catalogue().dimensions
        return round(
            sum(self.score(name) * share for name, share in weights.items()) / sum(weights.values()), 2
        )

    def as_json(self) -> dict[str, Any]:
        """Counts and scores; nobody is named."""
        return {
            "judged": self.judged,
            "score": self.total(),
            "dimensions": {name: self.score(name) for name in catalogue().dimensions},
            "indicators": [
                {"code": code, "name": one.name_en, "dimension": one.dimension, "weight": one.weight,
                 "faulty": None if one.needs else len(self.faulty.get(code, ())), "needs": one.needs}
                for code, one in catalogue().indicators.items()
            ],
        }  # fmt: skip

    def as_text(self) -> str:
        """One line an indicator, and the scores."""
        lines = [
            f"{code:7}{'–' if one.needs else len(self.faulty.get(code, ())):>6}  {one.name_en}"
            + (f" (not judged: it needs {one.needs})" if one.needs else "")
            for code, one in catalogue().indicators.items()
        ]
        scores = ", ".join(f"{name} {self.score(name)}" for name in catalogue().dimensions)
        return "\n".join([*lines, f"{self.judged} people, {self.total()} of 100 ({scores})"])

    def _share(self, code: str) -> float:
        return len(self.faulty.get(code, ())) / self.judged if self.judged else 0.0


def judge(people: Iterable[Held], active_units: Collection[str], today: date) -> Report:
    """The report over all people. `active_units` are the ids of *ref-unor*."""
    held = list(people)
    heads = Counter(
        one.text("unorId") for one in held if one.text("jenisJabatanId") == STRUCTURAL and one.text("unorId")
    )
    report = Report(judged=len(held))
    for one in held:
        for code in _faults(one, _Around(today, active_units, heads)):
            report.faulty.setdefault(code, []).append(one.nip)
    return report


@dataclass(frozen=True)
class _Around:
    today: date
    active_units: Collection[str]
    heads: Counter[str]


def _faults(one: Held, around: _Around) -> Iterator[str]:
    for code, is_faulty in _RULES.items():
        if is_faulty(one, around, catalogue().terms):
            yield code


def _is_pppk(one: Held) -> bool:
    return one.parsed is not None and one.parsed.kind == "PPPK"


def _structural(one: Held) -> bool:
    return one.text("jenisJabatanId") == STRUCTURAL


def _no_rating(one: Held, around: _Around, terms: Terms) -> bool:
    return not any(year >= around.today.year - terms.rated_within_years for year in one.rated_in)


def _no_post(one: Held, _: _Around, __: Terms) -> bool:
    named = {"2": "jabatanFungsionalId", "4": "jabatanFungsionalUmumId"}.get(one.text("jenisJabatanId"))
    return named is not None and not one.text(named)


def _no_degree(one: Held, _: _Around, terms: Terms) -> bool:
    level = one.number("tkPendidikanTerakhirId")
    learned = level is not None and level >= terms.diploma_from
    return learned and not one.text("gelarDepan", "gelarBelakang")


def _candidate_too_long(one: Held, around: _Around, terms: Terms) -> bool:
    began = one.day("tmtCpns")
    if _is_pppk(one) or began is None or one.day("tmtPns") is not None:
        return False
    return months_after(began, terms.probation_months) < around.today


def _retired_and_active(one: Held, around: _Around, terms: Terms) -> bool:
    ends = one.day("tmtPensiun")
    return ends is not None and ends <= around.today and one.text("kedudukanPnsId") in terms.active


def _leave_over(one: Held, around: _Around, terms: Terms) -> bool:
    away = one.text("kedudukanPnsId") in terms.unpaid_leave
    return away and one.leave_ends is not None and one.leave_ends < around.today


def _order_of_dates(one: Held, _: _Around, __: Terms) -> bool:
    first, second = one.day("tmtCpns"), one.day("tmtPns")
    return first is not None and second is not None and first > second


def _seconded_wrongly(one: Held, _: _Around, __: Terms) -> bool:
    home, work = one.text("instansiIndukId"), one.text("instansiKerjaId")
    if not home or not work:
        return False
    return (SECONDED.search(one.text("jenisPegawaiNama", "jenisPegawaiId")) is not None) == (home == work)


def _structural_too_early(one: Held, around: _Around, terms: Terms) -> bool:
    began = one.day("tmtCpns")
    if not _structural(one) or began is None:
        return False
    return months_after(began, 12 * terms.years_before_structural) > around.today


def _too_little_education(one: Held, _: _Around, terms: Terms) -> bool:
    least, level = terms.least_education.get(one.text("eselonId")), one.number("tkPendidikanTerakhirId")
    return _structural(one) and least is not None and level is not None and level < least


def _named_functional(one: Held, _: _Around, terms: Terms) -> bool:
    name = one.text("jabatanNama", "jabatanFungsionalUmumNama").casefold()
    return one.text("jenisJabatanId") == "4" and any(
        word.casefold() in name for word in terms.functional_names
    )


def _leads_too_low(one: Held, _: _Around, terms: Terms) -> bool:
    least, grade = terms.least_grade_of_leadership.get(one.text("eselonId")), one.number("golRuangAkhirId")
    return _structural(one) and least is not None and grade is not None and grade < least


def _pppk_year(one: Held, around: _Around, terms: Terms) -> bool:
    return _is_pppk(one) and not terms.first_pppk_year <= int(one.nip[8:12]) <= around.today.year


def _appointed_otherwise(one: Held, _: _Around, __: Terms) -> bool:
    began = one.day("tmtCpns")
    return not _is_pppk(one) and began is not None and one.nip[8:14] != f"{began:%Y%m}"


def _born_otherwise(one: Held, _: _Around, __: Terms) -> bool:
    born = one.day("tglLahir")
    return born is not None and one.nip[:8] != f"{born:%Y%m%d}"


def _other_sex(one: Held, _: _Around, __: Terms) -> bool:
    sex = SEXES.get(one.text("jenisKelamin").upper()[:1])
    return sex is not None and one.parsed is not None and one.parsed.sex != sex


def _pppk_since_otherwise(one: Held, _: _Around, __: Terms) -> bool:
    began = one.day("tmtCpns", "tmtPns")
    return _is_pppk(one) and began is not None and one.nip[8:12] != f"{began:%Y}"


_RULES: dict[str, Callable[[Held, _Around, Terms], bool]] = {
    "COM_1": _no_rating,
    "COM_2": _no_post,
    "COM_3": lambda one, _, __: not one.text("tkPendidikanTerakhirId", "pendidikanTerakhirId"),
    "COM_4": lambda one, _, __: not _is_pppk(one) and one.day("tmtPns") is None,
    "COM_5": _no_degree,
    "COM_6": lambda one, _, __: MAIL.fullmatch(one.text("email")) is None,
    "COM_7": lambda one, _, __: not one.text("noHp", "nomorHp"),
    "TIM_1": lambda one, around, _: (
        bool(one.text("unorId")) and one.text("unorId") not in around.active_units
    ),
    "TIM_3": _candidate_too_long,
    "TIM_4": lambda one, around, _: _structural(one) and around.heads[one.text("unorId")] > 1,
    "TIM_5": _retired_and_active,
    "TIM_6": _leave_over,
    "ACC_1": _order_of_dates,
    "ACC_2": _seconded_wrongly,
    "ACC_3": _structural_too_early,
    "ACC_4": lambda one, _, terms: _is_pppk(one) and one.text("kedudukanPnsId") not in terms.of_pppk,
    "ACC_5": lambda one, _, __: one.text("validNik").lower() not in ("true", "1", "valid"),
    "ACC_6": _too_little_education,
    "ACC_7": _pppk_year,
    "ACC_9": _named_functional,
    "ACC_10": _leads_too_low,
    "CON_1": _appointed_otherwise,
    "CON_2": _born_otherwise,
    "CON_3": _other_sex,
    "CON_4": _pppk_since_otherwise,
}
