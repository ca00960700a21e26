"""People in the talent pool and vacant posts for them, entered as an operator's import would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.play import Play, new_id
from domain.commands import (
    EmployeeRow,
    PositionRow,
    RegisterEmployees,
    RegisterPositions,
    RegisterUnits,
    UnitRow,
)
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from installation import Installation
from tests.journeys.house import House

POST = "Kepala Subbagian Layanan"
STAFF = "Pengadministrasi Layanan"
BORN = date(1990, 5, 17)


@dataclass
class Pool:
    """`staff` are ids of people in box 9, `posts` vacant posts that a promotion fills from them."""

    staff: list[str]
    posts: list[str]


def bring_pool(house: House, staff: int, posts: int) -> Pool:
    """Register and profile them in one of the city's services."""
    installation = Installation(house.settings)
    try:
        play = Play(installation, {})
        agency = play.agency
        unit = min(u for u in agency.units if (agency.units[u].name or "").startswith("Dinas Kesehatan"))
        vacant = [f"ZP{n:04}" for n in range(posts)]
        held = [f"ZS{n:04}" for n in range(staff)]
        rows = [PositionRow(position_id=p, name=POST, unit_id=unit, kind="PENGAWAS") for p in vacant]
        rows += [PositionRow(position_id=p, name=STAFF, unit_id=unit, kind="PELAKSANA") for p in held]
        people = [new_id() for _ in held]
        employees = [
            _employee(n, person, post) for n, (person, post) in enumerate(zip(people, held, strict=True))
        ]
        execute = installation.ledger.execute
        execute(RegisterPositions(command_id=new_id(), actor=SYSTEM, rows=tuple(rows)))
        execute(RegisterEmployees(command_id=new_id(), actor=SYSTEM, rows=tuple(employees)))
        rated = [_rating(person, year) for person in people for year in (2024, 2025)]
        execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=tuple(rated)))
        tested = [_test(person, 99 - n % 9) for n, person in enumerate(people)]
        execute(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=tuple(tested)))
    finally:
        installation.close()
    return Pool(people, vacant)


def bring_unit(house: House, people: int) -> tuple[str, list[str]]:
    """A new service without a leader, and the ids of those who work there."""
    installation = Installation(house.settings)
    try:
        agency = Play(installation, {}).agency
        top = next(unit.id for unit in agency.units.values() if unit.parent_id is None)
        held = [f"ZE{n:04}" for n in range(people)]
        rows = [PositionRow(position_id=p, name=STAFF, unit_id="ZE", kind="PELAKSANA") for p in held]
        ids = [new_id() for _ in held]
        employees = [_employee(500 + n, i, post) for n, (i, post) in enumerate(zip(ids, held, strict=True))]
        unit = UnitRow(unit_id="ZE", name="Dinas Layanan Baru", parent_id=top)
        execute = installation.ledger.execute
        execute(RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=(unit,)))
        execute(RegisterPositions(command_id=new_id(), actor=SYSTEM, rows=tuple(rows)))
        execute(RegisterEmployees(command_id=new_id(), actor=SYSTEM, rows=tuple(employees)))
    finally:
        installation.close()
    return "ZE", ids


def _employee(number: int, person: str, post: str) -> EmployeeRow:
    return EmployeeRow(
        person_id=person,
        nip=f"{BORN:%Y%m%d}2015031{number + 1:03}",
        name=f"Calon {number}",
        birth_date=BORN,
        employment_kind="PNS",
        employment_status="01",
        grade="III/c",
        education="S-1",
        position_id=post,
        position_since=date(2017, 3, 1),
    )


def _rating(person: str, year: int) -> SkpRow:
    above = Judgement.ABOVE
    return SkpRow(
        person_id=person,
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        result=above,
        conduct=above,
    )


def _test(person: str, points: int) -> CactRow:
    return CactRow(
        person_id=person,
        tested_on=date(2026, 3, 2),
        potential=points,
        managerial_sociocultural=points,
        digital_literacy=points,
        emerging_skill=points,
    )
