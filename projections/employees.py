"""People as the register has them now, for looking up by NIP and name. Holds personal data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, Text, select

from domain import events as ev
from domain.agency import Agency
from domain.erasure_events import PersonErased
from domain.rank_events import EmployeePromoted
from ledger.database import fetch
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

employees = Table(
    "employees",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("nip", Text),
    Column("name", Text),
    Column("sex", Text),
    Column("birth_date", Text),
    Column("appointed_on", Text),
    Column("employment_kind", Text, nullable=False),
    Column("employment_status", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("grade_since", Text),
    Column("education", Text),
    Column("position_id", Text),
    Column("position_since", Text),
    Column("unit_id", Text),
    Index("employees_nip", "nip"),
    Index("employees_unit", "unit_id"),
    Index("employees_position", "position_id"),
)

NAMES_AT_ONCE = 500
MOVED_WITH_POST = "UPDATE employees SET unit_id = ? WHERE position_id = ?"
PROMOTED = "UPDATE employees SET grade = ?, grade_since = ? WHERE person_id = ?"
ERASED = (
    "UPDATE employees SET nip = NULL, name = NULL, sex = NULL, birth_date = NULL, appointed_on = NULL, "
    "position_id = NULL, position_since = NULL, unit_id = NULL WHERE person_id = ?"
)
PLACED = "UPDATE employees SET position_id = ?, position_since = ?, unit_id = ? WHERE person_id = ?"


class Employees:
    name = "employees"
    table = employees

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        registered: dict[str, tuple[Any, ...]] = {}
        placed: set[str] = set()
        promoted: set[str] = set()
        for stored in batch.events:
            if isinstance(stored.event, ev.EmployeeRegistered | ev.CandidateRegistered):
                registered[stored.event.person_id] = _row(stored, batch.agency)
            elif isinstance(stored.event, ev.EmployeePlaced):
                placed.add(stored.event.person_id)
            elif isinstance(stored.event, EmployeePromoted):
                promoted.add(stored.event.person_id)
            elif isinstance(stored.event, ev.PositionRedefined):
                writer.execute(MOVED_WITH_POST, (stored.event.unit_id, stored.event.position_id))
        writer.upsert(employees, list(registered.values()))
        for person_id in placed - registered.keys():
            person = batch.agency.people[person_id]
            since = person.position_since.isoformat() if person.position_since else None
            unit_id = batch.agency.unit_of(person.position_id)
            writer.execute(PLACED, (person.position_id, since, unit_id, person_id))
        for person_id in promoted - registered.keys():
            person = batch.agency.people[person_id]
            writer.execute(PROMOTED, (person.grade, _day(person.grade_since), person_id))
        for stored in batch.events:
            if isinstance(stored.event, PersonErased):
                writer.execute(ERASED, (stored.event.person_id,))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        latest: dict[str, StoredEvent] = {}
        for stored in history.events.of(ev.EmployeeRegistered, ev.CandidateRegistered):
            if isinstance(stored.event, ev.EmployeeRegistered | ev.CandidateRegistered):
                latest[stored.event.person_id] = stored
        for stored in latest.values():
            yield _row(stored, history.agency)


def _row(stored: StoredEvent, agency: Agency) -> tuple[Any, ...]:
    event = stored.event
    assert isinstance(event, ev.EmployeeRegistered | ev.CandidateRegistered)
    person = agency.people[event.person_id]
    registered = event if isinstance(event, ev.EmployeeRegistered) else None
    return (
        event.person_id,
        event.nip,
        event.name,
        registered.sex if registered else None,
        event.birth_date.isoformat() if event.birth_date else None,
        registered.appointed_on.isoformat() if registered and registered.appointed_on else None,
        person.employment_kind,
        person.employment_status,
        person.grade,
        _day(person.grade_since),
        person.education,
        person.position_id,
        person.position_since.isoformat() if person.position_since else None,
        agency.unit_of(person.position_id),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def by_nip(connection: Connection, nip: str) -> dict[str, Any] | None:
    """The person with that NIP; the newest registration where a number was reused by mistake."""
    row = connection.execute(select(employees).where(employees.c.nip == nip)).mappings().first()
    return dict(row) if row else None


def by_id(connection: Connection, person_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(employees).where(employees.c.person_id == person_id)).mappings().first()
    return dict(row) if row else None


def names(connection: Connection, person_ids: set[str]) -> dict[str, tuple[str | None, str | None]]:
    """Name and NIP of people by id; ids that are not in the register are left out."""
    found: dict[str, tuple[str | None, str | None]] = {}
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), NAMES_AT_ONCE):
        some = tuple(wanted[start : start + NAMES_AT_ONCE])
        marks = ", ".join("?" * len(some))
        statement = f"SELECT person_id, name, nip FROM employees WHERE person_id IN ({marks})"
        found |= {row[0]: (row[1], row[2]) for row in fetch(connection, statement, some)}
    return found


def everybody(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(employees)).mappings()]
