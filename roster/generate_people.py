"""The people of the synthetic city: invented careers that fit the posts they hold."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Literal

from domain.employment import ACTIVE, STATE_OFFICIAL, STUDY_LEAVE, PositionKind
from domain.grades import PNS_GRADES, parse_grade
from domain.nip import FIRST_CONTRACT_COUNT
from roster.employees import EmployeeRow
from roster.generate_positions import Post
from roster.positions import PositionRow

_GIVEN = (
    "Agung", "Arif", "Bayu", "Budi", "Cahya", "Citra", "Dadang", "Dian", "Dimas", "Eka", "Endang",
    "Fajar", "Farida", "Gilang", "Hadi", "Hani", "Heru", "Ida", "Imam", "Indra", "Intan", "Joko",
    "Kartika", "Lestari", "Lina", "Maya", "Mira", "Nanda", "Nina", "Oki", "Putri", "Rahmat", "Rani",
    "Rizki", "Rudi", "Sari", "Sinta", "Surya", "Taufik", "Teguh", "Tina", "Umar", "Vina", "Wahyu",
    "Wawan", "Yoga", "Yulia", "Yusuf", "Zahra", "Zainal",
)  # fmt: skip
_FAMILY = (
    "Abdullah", "Adiputra", "Aminah", "Anwar", "Basri", "Darmawan", "Effendi", "Fadillah", "Gumilar",
    "Hamzah", "Handayani", "Harahap", "Hartono", "Hasanah", "Iskandar", "Juhana", "Kosasih", "Kusuma",
    "Lubis", "Mahendra", "Marlina", "Munawar", "Nasution", "Nugraha", "Nuraini", "Pratama", "Purnama",
    "Rachman", "Rohani", "Saputra", "Septiani", "Siregar", "Sudrajat", "Suhendar", "Sulaiman",
    "Supriyadi", "Syafei", "Tanjung", "Utami", "Wibowo", "Wijaya", "Wirawan", "Yulianti", "Zulkarnaen",
)  # fmt: skip

_GRADES = [grade.code for grade in PNS_GRADES]
_START = {"SMA": "II/a", "D-III": "II/c", "S-1": "III/a", "S-2": "III/b"}
_LEAVES_SCHOOL_AT = {"SMA": 20, "D-III": 22, "S-1": 23, "S-2": 25}
_PPPK_GRADE = {"SMA": "V", "D-III": "VII", "S-1": "IX", "S-2": "X"}
_OLDEST_HIRED = 35
_OLDEST = 57
_YEARS_PER_GRADE = 4
_YEARS_PER_FUNCTIONAL_GRADE = 2
_APPOINTMENT_MONTHS = (1, 3, 4, 12)
_PPPK_SHARE = 0.08
_LAST_PPPK_YEARS = 5
_NOT_ACTIVE = ((STUDY_LEAVE, 0.010), ("02", 0.005), ("15", 0.003))
_TENURE_DAYS = ((60, 700), (760, 1_800), (760, 1_800), (760, 1_800), (1_850, 3_300))
_MAYOR_SINCE = date(2025, 2, 20)

_LEVELS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Ahli Madya", ("IV/a", "IV/b"), ("S-1", "S-2")),
    ("Ahli Muda", ("III/c", "III/d"), ("S-1", "S-2")),
    ("Ahli Pertama", ("III/a", "III/b"), ("S-1",)),
    ("Mahir", ("III/a", "III/b"), ("D-III",)),
    ("Terampil", ("II/c", "II/d"), ("D-III",)),
    ("Kepala", ("III/c", "III/d", "IV/a", "IV/b"), ("S-1", "S-2")),
    ("Penelaah", ("III/a", "III/b", "III/c", "III/d"), ("S-1",)),
    ("Peng", ("II/a", "II/b", "II/c", "II/d", "III/a"), ("SMA", "D-III")),
)


# Real numbers start at 001 in each group, so nobody invented has the number of somebody real.
_FIRST_SEQUENCE = 500


class Population:
    """Invents people one after another; the same `random` state gives the same people."""

    def __init__(self, random: Random, as_of: date) -> None:
        self._random = random
        self._as_of = as_of
        self._sequences: Counter[str] = Counter()

    def holder(self, post: Post, position: PositionRow) -> EmployeeRow:
        """Somebody who holds `position` on `as_of`, hired between 20 and 35 and under 58 now."""
        contract_possible = post.kind is PositionKind.FUNGSIONAL and not post.is_officer
        if contract_possible and "Kepala" not in post.name and self._random.random() < _PPPK_SHARE:
            return self._contract_employee(post, position)
        return self._career_employee(post, position)

    def _career_employee(self, post: Post, position: PositionRow) -> EmployeeRow:
        random = self._random
        grades, educations = _career(post)
        grade = random.choice(grades)
        education = random.choice([e for e in educations if _GRADES.index(_START[e]) <= _GRADES.index(grade)])
        steps = _GRADES.index(grade) - _GRADES.index(_START[education])
        served = max(steps * _YEARS_PER_GRADE + random.randint(0, _YEARS_PER_GRADE - 1), 1)
        youngest = _LEAVES_SCHOOL_AT[education]
        hired_at = random.randint(youngest, max(youngest, min(_OLDEST_HIRED, _OLDEST - served)))
        appointed_on = date(self._as_of.year - served, random.choice(_APPOINTMENT_MONTHS), 1)
        sex = self._sex()
        birth_date = self._birthday(appointed_on.year - hired_at)
        nip = self._numbered(f"{birth_date:%Y%m%d}{appointed_on:%Y%m}", sex)
        return EmployeeRow(
            nip=nip,
            nip_kind="PNS",
            name=self._name(),
            sex=sex,
            birth_date=birth_date,
            grade=grade,
            grade_since=self._grade_since(post, appointed_on) if steps else appointed_on,
            position_id=position.position_id,
            position_since=self._position_since(post, appointed_on),
            unit_id=position.unit_id,
            appointed_on=appointed_on,
            education=education,
            employment_status=self._employment_status(post),
        )

    def _contract_employee(self, post: Post, position: PositionRow) -> EmployeeRow:
        random = self._random
        education = "D-III" if post.name.endswith(("Mahir", "Terampil")) else "S-1"
        appointed_on = date(
            self._as_of.year - random.randint(1, _LAST_PPPK_YEARS), random.choice(_APPOINTMENT_MONTHS), 1
        )
        sex = self._sex()
        birth_date = self._birthday(
            appointed_on.year - random.randint(_LEAVES_SCHOOL_AT[education], _OLDEST_HIRED)
        )
        nip = self._numbered(f"{birth_date:%Y%m%d}{appointed_on.year}{FIRST_CONTRACT_COUNT}", sex)
        return EmployeeRow(
            nip=nip,
            nip_kind="PPPK",
            name=self._name(),
            sex=sex,
            birth_date=birth_date,
            grade=parse_grade(_PPPK_GRADE[education]).code,
            grade_since=appointed_on,
            position_id=position.position_id,
            position_since=appointed_on,
            unit_id=position.unit_id,
            appointed_on=appointed_on,
            education=education,
        )

    def _sex(self) -> Literal["L", "P"]:
        return "L" if self._random.random() < 0.5 else "P"

    def _name(self) -> str:
        return f"{self._random.choice(_GIVEN)} {self._random.choice(_FAMILY)}"

    def _birthday(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self._random.randrange(365))

    def _numbered(self, beginning: str, sex: str) -> str:
        stem = f"{beginning}{'1' if sex == 'L' else '2'}"
        self._sequences[stem] += 1
        return f"{stem}{_FIRST_SEQUENCE + self._sequences[stem]:03d}"

    def _grade_since(self, post: Post, appointed_on: date) -> date:
        """In functional posts grades are gained by credit points, twice as fast."""
        years = self._random.randrange(_YEARS_PER_GRADE)
        if post.kind is PositionKind.FUNGSIONAL:
            years %= _YEARS_PER_FUNCTIONAL_GRADE
        since = date(self._as_of.year - years, self._random.choice((4, 10)), 1)
        return max(since if since <= self._as_of else date(since.year - 1, 10, 1), appointed_on)

    def _position_since(self, post: Post, appointed_on: date) -> date:
        if post.kind is PositionKind.PPK:
            return min(_MAYOR_SINCE, self._as_of)
        days = self._random.randint(*self._random.choice(_TENURE_DAYS))
        return max(self._as_of - timedelta(days=days), min(appointed_on, self._as_of))

    def _employment_status(self, post: Post) -> str:
        if post.kind is PositionKind.PPK:
            return STATE_OFFICIAL
        lot = 1.0 if post.is_officer else self._random.random()
        for status, share in _NOT_ACTIVE:
            if lot < share:
                return status
            lot -= share
        return ACTIVE


def _career(post: Post) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The grades and educations that a post's holder may have."""
    match post.kind:
        case PositionKind.PPK | PositionKind.JPT:
            return ("IV/b", "IV/c"), ("S-2",)
        case PositionKind.ADMINISTRATOR:
            return ("IV/a", "IV/b") if post.echelon == "III.a" else ("III/d", "IV/a"), ("S-1", "S-2")
        case PositionKind.PENGAWAS:
            return ("III/b", "III/c", "III/d"), ("D-III", "S-1", "S-1")
        case _:
            return next((grades, educations) for word, grades, educations in _LEVELS if word in post.name)
