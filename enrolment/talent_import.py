"""Results of performance and competency into the ledger: one file, one command, one commit.

All or nothing unless `partial`. The same file a second time changes nothing. Whoever a result
moves in the nine boxes is placed anew in the same commit.
"""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Literal

from domain.commands import Command
from domain.identity import SYSTEM
from domain.talent_commands import CactRow, PlaceTalent, RecordCompetency, RecordSkp, SkpRow
from domain.talent_events import TestResult
from domain.talent_record import Placement, TalentRecord
from enrolment.roster_import import Terms
from installation import Installation
from ledger.facts import talent_for_reading
from projections import employees
from roster import cact, skp
from roster.reading import Reading
from roster.report import Report

TalentKind = Literal["skp", "cact"]
PLACED_AT_ONCE = 500


def import_talent(installation: Installation, kind: TalentKind, path: Path, terms: Terms) -> Report:
    """Import `path` and report. `imported`, `changed` and `unchanged` count results that are new,
    differ from the recorded one of that period or day, or stand already; 0 where errors stop it.
    """
    with installation.reader.engine.connect() as connection:
        today = installation.reader.directory.current(connection).calendar.today(installation.clock())
        people = {row["nip"]: row["person_id"] for row in employees.everybody(connection) if row["nip"]}
    if kind == "skp":
        return _import_skp(installation, skp.read_skp(path, people, today), people, terms)
    return _import_cact(installation, cact.read_cact(path, people, today), people, terms)


def place_everybody(installation: Installation) -> tuple[int, int]:
    """Place everybody of the register anew as of today, in commits of a few hundred people; how many
    people were looked at, and how many placements became others.
    """
    with installation.reader.engine.connect() as connection:
        people = sorted(row["person_id"] for row in employees.everybody(connection) if row["unit_id"])
    before = _placements(installation)
    for start in range(0, len(people), PLACED_AT_ONCE):
        part = tuple(people[start : start + PLACED_AT_ONCE])
        installation.ledger.execute(PlaceTalent(command_id=_new_id(), actor=SYSTEM, person_ids=part))
    after = _placements(installation)
    return len(people), sum(before.get(person_id) != placed for person_id, placed in after.items())


def _import_skp(
    installation: Installation, reading: Reading[skp.SkpRow], people: dict[str, str], terms: Terms
) -> Report:
    if terms.stop(reading):
        return Report.of(reading)
    records = _records(installation, {people[row.nip] for row in reading.rows})
    new: list[SkpRow] = []
    changed: list[SkpRow] = []
    for row in reading.rows:
        wanted = SkpRow(
            person_id=people[row.nip],
            period_start=date(row.year, 1, 1),
            period_end=date(row.year, 12, 31),
            result=row.result,
            conduct=row.conduct,
            assessor_id=people[row.assessor_nip] if row.assessor_nip else None,
        )
        known = records[wanted.person_id].rated(wanted.period_start, wanted.period_end)
        if known is None:
            new.append(wanted)
        elif (known.rating.result, known.rating.conduct, known.assessor_id) != (
            wanted.result,
            wanted.conduct,
            wanted.assessor_id,
        ):
            changed.append(wanted)
    command = RecordSkp(command_id=_new_id(), actor=terms.actor, rows=(*new, *changed))
    return _recorded(installation, reading, command, len(new), len(changed), terms)


def _import_cact(
    installation: Installation, reading: Reading[cact.CactRow], people: dict[str, str], terms: Terms
) -> Report:
    if terms.stop(reading):
        return Report.of(reading)
    records = _records(installation, {people[row.nip] for row in reading.rows})
    new: list[CactRow] = []
    changed: list[CactRow] = []
    for row in reading.rows:
        results = {name: getattr(row, name) for name in TestResult.model_fields}
        wanted = CactRow(person_id=people[row.nip], **results)
        known = records[wanted.person_id].tested(row.tested_on)
        if known is None:
            new.append(wanted)
        elif known != TestResult(**results):
            changed.append(wanted)
    command = RecordCompetency(command_id=_new_id(), actor=terms.actor, rows=(*new, *changed))
    return _recorded(installation, reading, command, len(new), len(changed), terms)


def _recorded(
    installation: Installation,
    reading: Reading[skp.SkpRow] | Reading[cact.CactRow],
    command: Command,
    new: int,
    changed: int,
    terms: Terms,
) -> Report:
    if (new or changed) and not terms.dry_run:
        installation.ledger.execute(command)
    unchanged = len(reading.rows) - new - changed
    return Report.of(reading, imported=new, changed=changed, unchanged=unchanged)


def _records(installation: Installation, person_ids: set[str]) -> dict[str, TalentRecord]:
    with installation.reader.engine.connect() as connection:
        return talent_for_reading(installation.reader, connection).of(person_ids)


def _placements(installation: Installation) -> dict[str, Placement]:
    with installation.reader.engine.connect() as connection:
        return talent_for_reading(installation.reader, connection).placements()


def _new_id() -> str:
    return str(uuid.uuid4())
