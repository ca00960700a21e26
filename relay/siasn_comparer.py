"""The register held against SIASN, some people at a time; where they differ is recorded once."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from activities.siasn import Compared
from domain.agency import Agency
from domain.grades import UnknownGrade, grade_of_siasn
from domain.identity import SYSTEM
from domain.siasn_commands import FoundDifference, RecordSiasnDifferences
from domain.siasn_differences import stream_of
from domain.siasn_events import Compared as Field
from domain.siasn_events import SiasnDiffered, SiasnDifferenceSettled
from integrations.siasn import dates
from integrations.siasn.codes import Codes
from integrations.siasn.connector import Connector
from integrations.siasn.faults import SiasnRefused
from integrations.siasn.reading import Row, value
from ledger.append import Ledger
from ledger.read import Reader
from ledger.record import StoredEvent
from projections.employees import employees

log = logging.getLogger(__name__)

# So many people are one activity: with a second for each, a part is repeated cheaply.
PART = 50
PAUSE_SECONDS = 0.2


@dataclass
class LedgerSiasnComparer:
    """Satisfies `activities.siasn.SiasnComparer`. Without a connector there is nothing to compare with."""

    ledger: Ledger
    reader: Reader
    connector: Connector | None
    pause: float = PAUSE_SECONDS

    async def compare_next(self, compared: Compared) -> Compared:
        return await asyncio.to_thread(self._compare_next, compared)

    def _compare_next(self, compared: Compared) -> Compared:
        if self.connector is None:
            return Compared(last=compared.last, complete=True)
        people = self._people(compared.last)
        for person in people:
            if person["nip"]:
                self._compare(person, self.connector)
                time.sleep(self.pause)
        last = people[-1]["person_id"] if people else compared.last
        return Compared(last=last, complete=len(people) < PART)

    def _people(self, after: str) -> list[dict[str, Any]]:
        wanted = employees.c.position_id.is_not(None) & (employees.c.person_id > after)
        statement = select(employees).where(wanted).order_by(employees.c.person_id).limit(PART)
        with self.reader.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def _compare(self, person: dict[str, Any], connector: Connector) -> None:
        try:
            row = connector.reader.person(person["nip"])
        except SiasnRefused as error:
            log.warning("%s is not compared: %s", person["person_id"], error)
            return
        if row is None:
            log.warning("%s is not in SIASN", person["person_id"])
            return
        with self.reader.engine.connect() as connection:
            agency = self.reader.directory.current(connection).agency
            told = self.reader.stream(connection, stream_of(person["person_id"]))
        known = _newest(told)
        theirs = _theirs(row, person, agency, connector.codes)
        found = [
            FoundDifference(difference_id=str(uuid.uuid4()), field=name, ours=ours, theirs=said)
            for name, (ours, said) in theirs.items()
            if ours != said and not _is_known(known.get(name), said)
        ]
        gone = [
            each.difference_id
            for name, (each, outcome) in known.items()
            if outcome is None and name in theirs and theirs[name][0] == theirs[name][1]
        ]
        if found or gone:
            command = RecordSiasnDifferences(
                command_id=str(uuid.uuid4()),
                actor=SYSTEM,
                person_id=person["person_id"],
                found=tuple(found),
                gone=tuple(gone),
            )
            self.ledger.execute(command)


def _theirs(
    row: Row, person: dict[str, Any], agency: Agency, codes: Codes
) -> dict[Field, tuple[str | None, str]]:
    """By field: what the register says and what SIASN does; nothing where SIASN says nothing."""
    post = agency.posts.get(person["position_id"] or "")
    said: dict[Field, tuple[str | None, Any]] = {
        "name": (person["name"], value(row, "nama")),
        "grade": (person["grade"], _grade(value(row, "golRuangAkhirId"), person["employment_kind"])),
        "grade_since": (person["grade_since"], _day(value(row, "tmtGolAkhir"))),
        "employment_status": (person["employment_status"], value(row, "kedudukanPnsId")),
        "unit": (codes.units.get(post.unit_id) if post else None, value(row, "unorId")),
    }
    return {name: (ours, str(theirs)) for name, (ours, theirs) in said.items() if theirs is not None}


def _newest(told: Iterable[StoredEvent]) -> dict[str, tuple[SiasnDiffered, str | None]]:
    """The newest difference of each field with its outcome, None while it is open."""
    found: dict[str, tuple[SiasnDiffered, str | None]] = {}
    for stored in told:
        event = stored.event
        if isinstance(event, SiasnDiffered):
            found[event.field] = (event, None)
        elif isinstance(event, SiasnDifferenceSettled) and event.field in found:
            known, _ = found[event.field]
            if known.difference_id == event.difference_id:
                found[event.field] = (known, event.outcome)
    return found


def _is_known(known: tuple[SiasnDiffered, str | None] | None, said: str) -> bool:
    """Whether an officer has that very difference, or has dismissed it."""
    return known is not None and known[1] in (None, "dismissed") and known[0].theirs == said


def _grade(code: Any, kind: str) -> str | None:
    try:
        return grade_of_siasn(str(code), kind).code if code is not None else None
    except UnknownGrade:
        return None


def _day(text: Any) -> str | None:
    day = dates.read(text)
    return day.isoformat() if day else None
