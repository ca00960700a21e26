"""One import: read a file, compare it with the ledger, and register what is new or changed.

All or nothing unless `partial`: with an error in the file nothing is registered. The same file a
second time changes nothing. Everything of one file is registered in one commit.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from domain import commands
from domain.agency import Agency
from domain.errors import PositionPromised
from domain.identity import SYSTEM, Actor
from enrolment.rows import employee_row, known_positions, known_units, position_rows, unit_rows
from installation import Installation
from projections import employees
from roster.employees import EmployeeRow, read_employees
from roster.positions import PositionRow, read_positions
from roster.reading import Issue, Reading
from roster.report import Report
from roster.units import UnitRow, read_units

Kind = Literal["units", "positions", "employees"]


@dataclass(frozen=True)
class Terms:
    """How an import is to be done: report only, or the good rows although others are not; in whose name."""

    dry_run: bool = False
    partial: bool = False
    actor: Actor = SYSTEM

    def stop(self, reading: Reading[Any]) -> bool:
        return bool(reading.errors) and not self.partial


def import_roster(installation: Installation, kind: Kind, path: Path, terms: Terms = Terms()) -> Report:
    """Import `path` and report. `imported`, `changed` and `unchanged` say what was, or in
    a dry run would be, registered; they are 0 where errors stop the import.
    """
    with installation.reader.engine.connect() as connection:
        agency = installation.reader.directory.current(connection).agency
        people = {row["nip"]: row for row in employees.everybody(connection) if row["nip"]}
    if kind == "units":
        return _import_units(installation, read_units(path, known_units(agency)), agency, terms)
    if kind == "positions":
        reading = read_positions(path, known_units(agency))
        return _import_positions(installation, reading, agency, terms)
    holders = {nip: row["position_id"] for nip, row in people.items()}
    today = _today(installation)
    found = read_employees(path, known_units(agency), known_positions(agency), holders, today)
    return _import_employees(installation, found, people, agency, terms)


def _today(installation: Installation) -> date:
    with installation.reader.engine.connect() as connection:
        return installation.reader.directory.current(connection).calendar.today(installation.clock())


def _import_units(
    installation: Installation, reading: Reading[UnitRow], agency: Agency, terms: Terms
) -> Report:
    if terms.stop(reading):
        return Report.of(reading, imported=0, changed=0, unchanged=0)
    rows = unit_rows(reading.rows)
    new = [row for row in rows if row.unit_id not in agency.units]
    known = [row for row in rows if row.unit_id in agency.units]
    changed = [
        row
        for row in known
        if (row.name, row.parent_id) != (agency.units[row.unit_id].name, agency.units[row.unit_id].parent_id)
    ]
    if (new or changed) and not terms.dry_run:
        installation.ledger.execute(
            commands.RegisterUnits(command_id=_new_id(), actor=terms.actor, rows=tuple(new + changed))
        )
    return Report.of(reading, imported=len(new), changed=len(changed), unchanged=len(known) - len(changed))


def _import_positions(
    installation: Installation, reading: Reading[PositionRow], agency: Agency, terms: Terms
) -> Report:
    if terms.stop(reading):
        return Report.of(reading, imported=0, changed=0, unchanged=0)
    rows = position_rows(reading.rows)
    new = [row for row in rows if row.position_id not in agency.posts]
    known = [row for row in rows if row.position_id in agency.posts]
    changed = [row for row in known if _redefines(row, agency)]
    if (new or changed) and not terms.dry_run:
        installation.ledger.execute(
            commands.RegisterPositions(command_id=_new_id(), actor=terms.actor, rows=tuple(new + changed))
        )
    return Report.of(reading, imported=len(new), changed=len(changed), unchanged=len(known) - len(changed))


def _redefines(row: commands.PositionRow, agency: Agency) -> bool:
    post = agency.posts[row.position_id]
    return (row.name, row.unit_id, row.kind, row.eselon, row.grade_min, row.grade_max) != (
        post.name,
        post.unit_id,
        post.kind,
        post.eselon,
        post.grade_min,
        post.grade_max,
    )


def _import_employees(
    installation: Installation,
    reading: Reading[EmployeeRow],
    people: dict[str, dict[str, Any]],
    agency: Agency,
    terms: Terms,
) -> Report:
    reading = _with_decreed_grades(reading, people, agency)
    while not terms.stop(reading):
        new = [employee_row(row, _new_id()) for row in reading.rows if row.nip not in people]
        known = [employee_row(row, people[row.nip]["person_id"]) for row in reading.rows if row.nip in people]
        changed = [row for row in known if _differs(row, people[row.nip])]
        if (new or changed) and not terms.dry_run:
            try:
                installation.ledger.execute(
                    commands.RegisterEmployees(
                        command_id=_new_id(), actor=terms.actor, rows=tuple(new + changed)
                    )
                )
            except PositionPromised as refusal:
                reading = _without_promised(reading, refusal.facts["position_id"])
                continue
        return Report.of(
            reading, imported=len(new), changed=len(changed), unchanged=len(known) - len(changed)
        )
    return Report.of(reading, imported=0, changed=0, unchanged=0)


def _differs(row: commands.EmployeeRow, known: dict[str, Any]) -> bool:
    stored = row.model_dump(mode="json")
    return any(known[name] != value for name, value in stored.items())


def _with_decreed_grades(
    reading: Reading[EmployeeRow], people: dict[str, dict[str, Any]], agency: Agency
) -> Reading[EmployeeRow]:
    """The reading with the grades that decrees gave since: a roster that is older does not undo them."""
    rows, warnings = [], list(reading.warnings)
    for row in reading.rows:
        person = agency.people.get(people[row.nip]["person_id"]) if row.nip in people else None
        decreed = person.grade_since if person is not None and person.grade_by is not None else None
        if person is None or decreed is None or decreed <= row.grade_since:
            rows.append(row)
            continue
        rows.append(replace(row, grade=person.grade, grade_since=decreed))
        if row.grade != person.grade:
            message = (
                f"Golongan {person.grade} sejak {decreed} menurut keputusan kenaikan pangkat dipertahankan."
            )
            warnings.append(Issue(row=row.row, column="GOLONGAN", code="grade_decreed", message=message))
    return replace(reading, rows=tuple(rows), warnings=tuple(warnings))


def _without_promised(reading: Reading[EmployeeRow], position_id: str) -> Reading[EmployeeRow]:
    """The reading less the row that wants a post which an open action has promised to somebody."""
    taken = next(row for row in reading.rows if row.position_id == position_id)
    message = f"Jabatan {position_id} sedang dijanjikan dalam proses mutasi yang belum selesai."
    issue = Issue(row=taken.row, column="KODE JABATAN", code="position_promised", message=message)
    rows = tuple(row for row in reading.rows if row is not taken)
    return replace(reading, rows=rows, errors=(*reading.errors, issue))


def _new_id() -> str:
    return str(uuid.uuid4())
