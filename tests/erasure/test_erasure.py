"""A person is erased from a real ledger on both databases: everything goes, and every proof still holds."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from accounts.passwords import create_account
from accounts.sessions import open_session
from domain.commands import CommentTask, FileDocument, RecordPersonalDataRead, RegisterEmployees
from domain.erasure_commands import ApproveErasure, RequestErasure
from domain.errors import PersonIsErased
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from erasure import purge
from installation import Installation
from integrations.object_folder import ObjectFolder
from integrations.object_store import whole
from ledger.erased_people import ErasedPeople
from ledger.read import event_at, leaf_hashes
from ledger.schema import events, person_keys
from operations.verification import rebuild_projections, verify_installation
from projections import documents, employees
from proofs.merkle import Frontier
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


def test_before_the_erasure_the_name_lies_in_the_files(somebody: Somebody) -> None:
    """Or the search after it would prove nothing."""
    assert files_with(places_of(somebody.installation)[-1])
    assert findings(somebody.installation) == []


def test_after_the_erasure_no_byte_of_name_and_nip_is_left(somebody: Somebody) -> None:
    erased(somebody)
    places = places_of(somebody.installation)
    assert files_with(places[0]) == []
    if len(places) > 1:
        with somebody.installation.writing_engine.begin() as connection:
            found = connection.execute(text("SELECT pg_relation_filepath('employees')")).scalar_one()
        database = (places[1] / found).parent
        assert files_with(database) == []


def test_everything_that_proves_still_proves(somebody: Somebody) -> None:
    with somebody.installation.reader.engine.connect() as connection:
        before = leaf_hashes(connection, 0, 10_000)
    erased(somebody)
    assert findings(somebody.installation) == []
    with somebody.installation.reader.engine.connect() as connection:
        after = leaf_hashes(connection, 0, 10_000)
        assert after[: len(before)] == before
        assert event_at(connection, 0) is not None
    frontier = Frontier()
    for leaf in after:
        frontier.append(leaf)
    rebuilt = rebuild_projections(somebody.installation.settings, [])
    assert [name for name, same, _ in rebuilt if not same] == []
    assert findings(somebody.installation) == []


def test_key_row_account_and_documents_are_gone(somebody: Somebody) -> None:
    erased(somebody)
    assert not somebody.has_key()
    with somebody.installation.reader.engine.connect() as connection:
        row = employees.by_id(connection, somebody.person_id)
        assert row is not None
        assert (row["nip"], row["name"], row["birth_date"], row["position_id"]) == (None,) * 4
        assert employees.by_nip(connection, NIP) is None
        document = documents.by_id(connection, somebody.document)
        assert document is not None
        assert document["file_name"] is None
        for table in ("accounts", "sessions"):
            mine = connection.execute(
                text(f"SELECT count(*) FROM {table} WHERE person_id = :p"),
                {"p": somebody.person_id},
            )
            assert mine.scalar_one() == 0
    assert whole(somebody.installation.documents, document["sha256"]) is None


def test_a_document_that_lies_in_another_s_file_too_stays(somebody: Somebody) -> None:
    with somebody.installation.reader.engine.connect() as connection:
        document = documents.by_id(connection, somebody.document)
    assert document is not None
    copied = ("document_type", "media_type", "size_bytes", "sha256")
    somebody.installation.ledger.execute(
        FileDocument(
            command_id=new_id(),
            actor=SYSTEM,
            document_id=new_id(),
            person_id=somebody.world.movable()[3],
            file_name="sama.pdf",
            **{key: document[key] for key in copied},
        )
    )
    erased(somebody)
    assert whole(somebody.installation.documents, document["sha256"]) is not None


def test_nothing_can_be_sealed_for_an_erased_person_any_more(somebody: Somebody) -> None:
    erased(somebody)
    with pytest.raises(PersonIsErased):
        somebody.installation.ledger.execute(
            FileDocument(
                command_id=new_id(), actor=SYSTEM, document_id=new_id(), person_id=somebody.person_id,
                document_type="IJAZAH", media_type="application/pdf", size_bytes=9, sha256="0" * 64,
                file_name=f"{NAME}.pdf",
            )
        )  # fmt: skip
    assert not somebody.has_key()
    assert findings(somebody.installation) == []


def test_a_process_that_held_the_key_lets_go_of_it(somebody: Somebody) -> None:
    """Another process, which has read of the person, hears of the erasure from the ledger."""
    other = Installation(somebody.installation.settings)
    try:
        stream = f"employee/{somebody.person_id}"
        with other.reader.engine.connect() as connection:
            other.reader.directory.current(connection)
            assert any(
                e.event.model_dump().get("nip") == NIP for e in other.reader.stream(connection, stream)
            )
        erased(somebody)
        with other.reader.engine.connect() as connection:
            other.reader.directory.current(connection)
            assert all(e.sealed is None for e in other.reader.stream(connection, stream) if e.person_id)
    finally:
        other.close()


@pytest.mark.parametrize("dies_in", ["add", "close_account", "drop_login", "remove", "scrub"])
def test_an_erasure_that_was_cut_off_is_finished_by_the_next(
    somebody: Somebody, dies_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    def dies(*_: Any, **__: Any) -> None:
        raise Killed

    somebody.ask()
    somebody.consent()
    with monkeypatch.context() as patched:
        owner: Any = {"add": ErasedPeople, "remove": ObjectFolder}.get(dies_in, purge)
        patched.setattr(owner, dies_in, dies)
        with pytest.raises(Killed):
            purge.finish(somebody.installation, somebody.person_id)
    assert purge.unfinished(somebody.installation) == [somebody.person_id]
    assert purge.finish_all(somebody.installation) == [somebody.person_id]
    assert purge.unfinished(somebody.installation) == []
    assert files_with(somebody.installation.settings.data) == []
    assert findings(somebody.installation) == []


def test_finishing_twice_says_it_once(somebody: Somebody) -> None:
    erased(somebody)
    purge.finish(somebody.installation, somebody.person_id)
    with somebody.installation.reader.engine.connect() as connection:
        told = connection.execute(select(events.c.position).where(events.c.type == "ErasureCompleted")).all()
    assert len(told) == 1


def test_an_old_backup_brings_nobody_back(somebody: Somebody, tmp_path: Path) -> None:
    """The database is put back to before the erasure; the keys' folder is as it was left."""
    installation = somebody.installation
    backup = Backup(installation, tmp_path)
    somebody.ask()
    somebody.consent()
    purge.finish(installation, somebody.person_id)
    settings = installation.settings
    installation.close()
    backup.put_back()
    brought = verify_installation(settings)
    assert {f.code for f in brought.findings} == {"erased-key-returned"}
    again = Installation(settings)
    try:
        _ = again.reader  # as whoever opens the ledger does
        assert purge.unfinished(again) == [somebody.person_id]
        purge.finish_all(again)
        with again.reader.engine.connect() as connection:
            assert employees.by_nip(connection, NIP) is None
            keys = connection.execute(select(person_keys.c.person_id)).scalars().all()
        assert somebody.person_id not in keys
        assert findings(again) == []
        assert files_with(settings.data) == []
    finally:
        again.close()


class Backup:
    """A copy of the database as a whole, taken and put back by its own means, outside the data folder."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self._url = installation.settings.database
        self._copy = folder.parent / f"{folder.name}-backup.db"
        installation.reader.engine.dispose()
        if self._url.get_backend_name() == "sqlite":
            with installation.writing_engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql(f"VACUUM INTO '{self._copy}'")
                connection.exec_driver_sql("BEGIN")
        else:
            installation.writing_engine.dispose()
            self._admin(f'CREATE DATABASE "{self._url.database}_backup" TEMPLATE "{self._url.database}"')

    def put_back(self) -> None:
        if self._url.get_backend_name() == "sqlite":
            database = Path(self._url.database or "")
            for part in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
                part.unlink(missing_ok=True)
            shutil.move(self._copy, database)
            return
        self._admin(f'DROP DATABASE "{self._url.database}" WITH (FORCE)')
        self._admin(f'ALTER DATABASE "{self._url.database}_backup" RENAME TO "{self._url.database}"')

    def _admin(self, statement: str) -> None:
        from sqlalchemy import create_engine

        server = make_url(self._url).set(database="postgres", drivername="postgresql+psycopg")
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()
