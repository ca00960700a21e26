"""The posts of the synthetic city: who heads what, and the many posts without subordinates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from random import Random

from domain.employment import PositionKind
from roster.generate_units import (
    CITY,
    HOSPITAL,
    INSPECTORATE,
    PERSONNEL_AGENCY,
    REGIONAL_SECRETARIAT,
    Office,
)
from roster.positions import PositionRow
from roster.units import UnitRow

MAYOR = "Wali Kota Serang"
FEWEST_VACANCIES = 64

_VACANCIES_PER_HUNDRED = 1
_STRUCTURAL_SHARE = 0.4
_VACANT_PARTS = 4
_SCHOOL_SHARE, _SCHOOL_SHARE_OF_FEW, _FEW = 0.68, 0.4, 2_000
_HEALTH_SHARE = 0.07
_ANALYSTS = ("Pertama", "Pertama", "Muda", "Pertama", "Muda", "Muda", "Pertama", "Madya")
_AUDITORS = ("Pertama", "Muda", "Muda", "Madya")
_TEACHERS = tuple(f"Guru Ahli {level}" for level in ("Pertama", "Muda", "Madya"))
_HEALTH = ("Dokter Ahli Pertama", "Bidan Mahir", "Perawat Terampil", "Perawat Mahir")
_GENERAL = (
    ("Penelaah Teknis Kebijakan", PositionKind.PELAKSANA),
    ("Analis Kebijakan Ahli Muda", PositionKind.FUNGSIONAL),
    ("Pengadministrasi Perkantoran", PositionKind.PELAKSANA),
    ("Perencana Ahli Pertama", PositionKind.FUNGSIONAL),
    ("Pengolah Data dan Informasi", PositionKind.PELAKSANA),
    ("Pengelola Layanan Operasional", PositionKind.PELAKSANA),
    ("Arsiparis Terampil", PositionKind.FUNGSIONAL),
    ("Analis SDM Aparatur Ahli Pertama", PositionKind.FUNGSIONAL),
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post before it has a code: `is_officer` posts always have a holder."""

    name: str
    unit_id: str
    kind: PositionKind
    echelon: str | None
    band: tuple[str, str] | None
    is_officer: bool = False


def generate_posts(offices: tuple[Office, ...], people: int, random: Random) -> tuple[list[Post], set[int]]:
    """Posts, heads first, for `people` holders and some vacancies; and the places of the vacant ones.

    Vacancies are structural, functional and *pelaksana* posts spread over the units, never an
    officer's. Raises ValueError when there are fewer people than officers.
    """
    officers = list(_officers(offices))
    if people < len(officers):
        raise ValueError(f"the agency has {len(officers)} officers, so at least that many people")
    vacancies = max(FEWEST_VACANCIES, people * _VACANCIES_PER_HUNDRED // 100)
    others = people + vacancies - len(officers)
    heads = list(_heads_of_parts(offices))[: int(others * _STRUCTURAL_SHARE)]
    posts = [*officers, *heads, *_staff(offices, others - len(heads), random)]
    return posts, _vacant(posts, vacancies, random)


def _vacant(posts: list[Post], vacancies: int, random: Random) -> set[int]:
    """Places of posts to leave vacant: a quarter structural, a quarter *pelaksana*, half functional."""
    open_places = [place for place, post in enumerate(posts) if not post.is_officer]
    structural = [place for place in open_places if posts[place].echelon]
    clerical = [place for place in open_places if posts[place].kind is PositionKind.PELAKSANA]
    vacant: set[int] = set()
    for places in (structural, clerical):
        vacant.update(random.sample(places, min(vacancies // _VACANT_PARTS, len(places) // 2)))
    functional = [place for place in open_places if posts[place].kind is PositionKind.FUNGSIONAL]
    vacant.update(random.sample(functional, max(0, min(vacancies - len(vacant), len(functional)))))
    return vacant


def positions_of(posts: list[Post]) -> tuple[PositionRow, ...]:
    """The rows of the posts, coded J00001 and on in their order.

    Real rosters number theirs P00001 and on: one can be imported beside the synthetic agency.
    """
    return tuple(
        PositionRow(
            position_id=f"J{number:05d}",
            name=post.name,
            unit_id=post.unit_id,
            kind=post.kind,
            eselon=post.echelon,
            grade_min=post.band[0] if post.band else None,
            grade_max=post.band[1] if post.band else None,
        )
        for number, post in enumerate(posts, 1)
    )


def _officers(offices: tuple[Office, ...]) -> Iterator[Post]:
    """Everybody whom a route of approval may ask, as well as the auditors."""
    yield Post(MAYOR, CITY, PositionKind.PPK, None, None, is_officer=True)
    for office in offices:
        unit, name = office.unit, office.unit.name
        if office.is_district:
            yield _administrator(office.head_title, unit, "III.a", ("IV/a", "IV/d"), is_officer=True)
        else:
            echelon = "II.a" if name == REGIONAL_SECRETARIAT else "II.b"
            yield Post(
                office.head_title, unit.unit_id, PositionKind.JPT, echelon, ("IV/a", "IV/d"), is_officer=True
            )
        yield _administrator(f"Sekretaris {name}", unit, "III.a", ("III/d", "IV/b"), is_officer=True)
        yield _supervisor(f"Kepala Subbagian Umum dan Kepegawaian {name}", unit, is_officer=True)
        if name == PERSONNEL_AGENCY:
            for part in office.parts[1:]:
                title = f"Kepala {part.name.removesuffix(name).strip()}"
                yield _administrator(title, unit, "III.b", ("III/d", "IV/a"), is_officer=True)
            for number, level in enumerate(_ANALYSTS):
                part = office.parts[number % len(office.parts)]
                yield _functional(f"Analis SDM Aparatur Ahli {level}", part, is_officer=True)
        if name == INSPECTORATE:
            for number, level in enumerate(_AUDITORS):
                yield _functional(f"Auditor Ahli {level}", office.parts[number], is_officer=True)


def _heads_of_parts(offices: tuple[Office, ...]) -> Iterator[Post]:
    """Heads of divisions, villages, schools and clinics by turns, so that few posts have all kinds."""
    divisions, villages, institutions = [], [], []
    for office in offices:
        for place, part in enumerate(office.parts):
            if office.is_district:
                villages.append(_supervisor(part.name.replace("Kelurahan", "Lurah"), part))
            elif part.name.startswith(("SD", "SMP")):
                institutions.append(_functional(f"Kepala Sekolah {part.name}", part, ("III/c", "IV/b")))
            elif part.name.startswith("UPTD"):
                institutions.append(_functional(f"Kepala {part.name}", part, ("III/c", "IV/b")))
            elif place and office.unit.name != PERSONNEL_AGENCY:
                is_inspector = office.unit.name == INSPECTORATE
                title = (
                    part.name.replace("Inspektorat", "Inspektur") if is_inspector else f"Kepala {part.name}"
                )
                divisions.append(_administrator(title, part, "III.b", ("III/d", "IV/a")))
    for turn in zip_longest(divisions, villages, institutions):
        yield from (post for post in turn if post is not None)


def _staff(offices: tuple[Office, ...], count: int, random: Random) -> Iterator[Post]:
    """Teachers, health workers, and general staff for every part of every office by turns."""
    parts = [part for office in offices for part in office.parts]
    schools = [part for part in parts if part.name.startswith(("SD", "SMP"))]
    health = [part for part in parts if part.name.startswith("UPTD") or part.name.endswith(HOSPITAL)]
    general = [part for part in parts if not part.name.startswith(("SD", "SMP", "UPTD"))]
    random.shuffle(general)
    share = _SCHOOL_SHARE_OF_FEW if count < _FEW else _SCHOOL_SHARE
    teachers, nurses = int(count * share), int(count * _HEALTH_SHARE)
    for number in range(count - teachers - nurses):
        name, kind = _GENERAL[number % len(_GENERAL)]
        yield Post(name, general[number % len(general)].unit_id, kind, None, ("II/a", "IV/b"))
    for number in range(teachers):
        yield _functional(random.choice(_TEACHERS), schools[number % len(schools)])
    for number in range(nurses):
        yield _functional(random.choice(_HEALTH), health[number % len(health)])


def _administrator(
    name: str, unit: UnitRow, echelon: str, band: tuple[str, str], *, is_officer: bool = False
) -> Post:
    return Post(name, unit.unit_id, PositionKind.ADMINISTRATOR, echelon, band, is_officer)


def _supervisor(name: str, unit: UnitRow, *, is_officer: bool = False) -> Post:
    return Post(name, unit.unit_id, PositionKind.PENGAWAS, "IV.a", ("III/b", "III/d"), is_officer)


def _functional(
    name: str, unit: UnitRow, band: tuple[str, str] = ("II/a", "IV/b"), *, is_officer: bool = False
) -> Post:
    return Post(name, unit.unit_id, PositionKind.FUNGSIONAL, None, band, is_officer)
