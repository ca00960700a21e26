"""From the rows that a roster holds to the rows that the ledger's commands take, and back."""

from __future__ import annotations

from collections.abc import Iterable

from domain import commands
from domain.agency import Agency
from domain.employment import PositionKind
from roster.employees import EmployeeRow
from roster.positions import PositionRow
from roster.units import UnitRow


def unit_rows(rows: Iterable[UnitRow]) -> tuple[commands.UnitRow, ...]:
    return tuple(commands.UnitRow(unit_id=r.unit_id, name=r.name, parent_id=r.parent_id) for r in rows)


def position_rows(rows: Iterable[PositionRow]) -> tuple[commands.PositionRow, ...]:
    return tuple(
        commands.PositionRow(
            position_id=r.position_id,
            name=r.name,
            unit_id=r.unit_id,
            kind=r.kind,
            eselon=r.eselon,
            grade_min=r.grade_min,
            grade_max=r.grade_max,
        )
        for r in rows
    )


def employee_row(row: EmployeeRow, person_id: str) -> commands.EmployeeRow:
    return commands.EmployeeRow(
        person_id=person_id,
        nip=row.nip,
        name=row.name,
        sex=row.sex,
        birth_date=row.birth_date,
        employment_kind=row.nip_kind,
        grade=row.grade,
        grade_since=row.grade_since,
        position_id=row.position_id,
        position_since=row.position_since,
        appointed_on=row.appointed_on,
        education=row.education,
        employment_status=row.employment_status,
    )


def known_units(agency: Agency) -> list[UnitRow]:
    return [UnitRow(unit_id=u.id, name=u.name, parent_id=u.parent_id) for u in agency.units.values()]


def known_positions(agency: Agency) -> list[PositionRow]:
    return [
        PositionRow(
            position_id=p.id,
            name=p.name,
            unit_id=p.unit_id,
            kind=PositionKind(p.kind),
            eselon=p.eselon,
            grade_min=p.grade_min,
            grade_max=p.grade_max,
        )
        for p in agency.posts.values()
    ]
