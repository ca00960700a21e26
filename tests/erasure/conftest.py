"""Somebody with a name like no other in a real ledger, and where the bytes of it could be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from accounts.passwords import create_account
from accounts.sessions import open_session
from domain.commands import CommentTask, FileDocument, RecordPersonalDataRead, RegisterEmployees
from domain.erasure_commands import ApproveErasure, RequestErasure
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from erasure import purge
from installation import Installation
from ledger.schema import person_keys
from operations.verification import verify_installation
from projections import employees
from tests.world import World, a_person, new_id

NAME = "Zulqarnain Erlangga-Wibisana"
NIP = "198407092009031777"
SECRET = re.compile(b"Zulqarnain|Erlangga-Wibisana|198407092009031777|rahasia-[a-z]+")


@dataclass
class Somebody:
    """A person with a name like no other, and what was written about them."""

    world: World
    person_id: str
    actions: tuple[str, ...]
    document: str

    @property
    def installation(self) -> Installation:
        return self.world.installation

    def ask(self, **more: Any) -> None:
        officer = self.world.holder("transfer_division_head")
        values = {"ground": "court_order", "reason": "rahasia-putusan"} | more
        command = RequestErasure(
            command_id=new_id(), actor=a_person(officer), person_id=self.person_id, **values
        )
        self.installation.ledger.execute(command)

    def consent(self) -> None:
        officer = a_person(self.world.holder("regional_secretary"))
        self.installation.ledger.execute(
            ApproveErasure(command_id=new_id(), actor=officer, person_id=self.person_id)
        )

    def has_key(self) -> bool:
        with self.installation.writing_engine.connect() as connection:
            mine = person_keys.c.person_id == self.person_id
            return connection.execute(select(person_keys.c.person_id).where(mine)).first() is not None


@pytest.fixture
def somebody(world: World) -> Somebody:
    """Imported, moved, documented, rated, tested, commented on, signed in, read about."""
    ledger = world.installation.ledger
    person_id, target = world.movable()[0], world.vacancies()[0]
    with world.installation.reader.engine.connect() as connection:
        row = employees.by_id(connection, person_id)
    assert row is not None
    same = ("employment_kind", "grade", "grade_since", "education", "position_id", "position_since")
    values = {key: row[key] for key in (*same, "employment_status")}
    ledger.execute(
        RegisterEmployees.model_validate(
            {
                "command_id": new_id(),
                "actor": SYSTEM,
                "rows": [{"person_id": person_id, "nip": NIP, "name": NAME, "sex": "L",
                          "birth_date": "1984-07-09", **values}],
            }
        )
    )  # fmt: skip
    with world.installation.documents.receive(10_000) as arrival:
        arrival.write(f"%PDF-1.7 surat {NAME} {NIP}".encode())
        stored = arrival.finish()
    document = new_id()
    ledger.execute(
        FileDocument(
            command_id=new_id(),
            actor=a_person(person_id),
            document_id=document,
            person_id=person_id,
            document_type="SK_PANGKAT",
            media_type="application/pdf",
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            file_name=f"SK {NAME}.pdf",
        )
    )
    rating = SkpRow(
        person_id=person_id,
        period_start=date(2025, 1, 1),
        period_end=date(2025, 12, 31),
        result=Judgement.AS_EXPECTED,
        conduct=Judgement.AS_EXPECTED,
    )
    ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=(rating,), source="import"))
    test = CactRow(
        person_id=person_id,
        tested_on=date(2026, 3, 1),
        potential=81,
        managerial_sociocultural=77,
        digital_literacy=70,
        emerging_skill=66,
    )
    ledger.execute(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=(test,)))
    submitted = world.submit(person_id, target, reason=f"rahasia-alasan {NAME}").state
    assert submitted is not None
    task = submitted.open_tasks[0]
    ledger.execute(
        CommentTask(
            command_id=new_id(),
            actor=a_person(world.owners(submitted, task)[0]),
            action_id=submitted.id,
            task_id=task.id,
            comment=f"rahasia-komentar {NIP}",
        )
    )
    moved = world.walk(submitted)
    rejected = world.submit(person_id, world.vacancies()[0]).state
    assert rejected is not None
    owner = world.owners(rejected, rejected.open_tasks[0])[0]
    world.decide(rejected, owner, outcome="reject", comment=f"rahasia-tolak {NAME}")
    ledger.execute(
        RecordPersonalDataRead(
            command_id=new_id(), actor=a_person(owner), subject_id=person_id, what="employee",
            purpose=f"rahasia-tujuan {NIP}",
        )
    )  # fmt: skip
    with world.installation.writing_engine.begin() as connection:
        create_account(connection, person_id, NIP, must_change=False)
        open_session(connection, person_id, 12, world.installation.clock())
    return Somebody(world, person_id, (moved.id, rejected.id), document)


def erased(somebody: Somebody) -> Somebody:
    somebody.ask()
    somebody.consent()
    purge.finish(somebody.installation, somebody.person_id)
    return somebody


def findings(installation: Installation) -> list[str]:
    found = verify_installation(installation.settings)
    return [f"{finding.code} {finding.detail}" for finding in found.findings]


def files_with(folder: Path) -> list[str]:
    """Files below `folder` that hold a byte string of the person."""
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if file.is_file() and SECRET.search(file.read_bytes())
    ]


def places_of(installation: Installation) -> list[Path]:
    """The folders in which the program and its database write."""
    folders = [installation.settings.data]
    if installation.settings.database.get_backend_name() == "postgresql":
        with installation.writing_engine.connect() as connection:
            folders.append(Path(connection.execute(text("SHOW data_directory")).scalar_one()))
    return folders
