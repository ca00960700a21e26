"""A person is erased from a real ledger on both databases: everything goes, and every proof still holds."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from domain.commands import FileDocument
from domain.errors import PersonIsErased
from domain.identity import SYSTEM
from erasure import purge
from evidence import verify_bundle
from installation import Installation
from integrations.object_folder import ObjectFolder
from integrations.object_store import whole
from ledger.erased_people import ErasedPeople
from ledger.read import event_at, leaf_hashes
from ledger.schema import events, person_keys
from operations.bundles import write_to
from operations.verification import rebuild_projections, verify_installation
from projections import documents, employees
from proofs.merkle import Frontier
from tests.erasure.conftest import NAME, NIP, SECRET, Somebody, erased, files_with, findings, places_of
from tests.world import new_id


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


def test_a_bundle_of_their_case_says_when_they_were_erased_and_why(
    somebody: Somebody, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    erased(somebody)
    out = tmp_path_factory.mktemp("carried") / "case.zip"
    write_to(somebody.installation, somebody.actions[0], out, purpose="sengketa")
    assert verify_bundle.main([str(out)]) == 0
    told = capsys.readouterr().out
    for sentence in ("penghapusan data pribadi", "the personal data of"):
        (line,) = [line for line in told.splitlines() if sentence in line]
        assert somebody.person_id in line
        assert "court_order" in line
    with zipfile.ZipFile(out) as archive:
        assert not SECRET.search(b"".join(archive.read(name) for name in archive.namelist()))


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
