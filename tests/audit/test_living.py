"""Verify on both databases, during writes, after VACUUM; rebuild gives the same rows."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from audit.rebuild import rebuild
from audit.verify import CannotVerify, Verification, verify
from ledger.database import open_database
from projections.catalogue import all_projections
from tests.audit.conftest import ORIGIN, Evidence, copy_of
from tests.world import World


def verified(world: World, *, sealed: bool = False, keys: list[str] | None = None) -> Verification:
    installation = world.installation
    engine = open_database(installation.settings.database, read_only=True)
    try:
        return verify(
            engine,
            keys=[installation.signer.vkey] if keys is None else keys,
            kept_checkpoints=[],
            sealing_key=None if sealed else installation.sealing_key,
            projections=all_projections(),
            origin=ORIGIN,
        )
    finally:
        engine.dispose()


def test_both_databases_are_silent_while_a_writer_appends(world: World) -> None:
    subjects, targets = world.movable(), world.vacancies()
    world.walk(world.submit(subjects[0], targets[0]).state)
    stop = threading.Event()

    def write() -> None:
        for subject, target in zip(subjects[1:30], targets[1:30], strict=False):
            if stop.is_set():
                return
            world.submit(subject, target)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = []
        for _ in range(3):
            verification = verified(world)
            assert verification.ok, verification.as_text()
            sizes.append(verification.size)
    finally:
        stop.set()
        writer.join()
    assert sizes == sorted(sizes)


def test_without_the_sealing_key_it_says_what_it_did_not_check(world: World) -> None:
    world.submit(world.movable()[0], world.vacancies()[0])
    verification = verified(world, sealed=True)
    assert verification.ok, verification.as_text()
    assert verification.as_json()["unchecked"]


def test_rebuild_gives_the_same_rows_and_repairs_others(world: World) -> None:
    world.walk(world.submit(world.movable()[0], world.vacancies()[0]).state)
    installation = world.installation
    projections = all_projections()
    assert all(
        same for _, same, _ in rebuild(installation.writing_engine, projections, installation.sealing_key)
    )
    assert verified(world).ok
    with installation.writing_engine.begin() as connection:
        connection.execute(delete(projections[0].table))
    again = rebuild(installation.writing_engine, projections, installation.sealing_key)
    assert [name for name, same, _ in again if not same] == [projections[0].name]
    assert verified(world).ok


def test_a_disabled_guard_or_a_rule_is_found(world: World) -> None:
    if world.installation.writing_engine.dialect.name == "sqlite":
        statements = ["DROP TRIGGER checkpoints_no_replace"]
    else:
        statements = [
            "ALTER TABLE events DISABLE TRIGGER events_no_alteration",
            "CREATE RULE hush AS ON INSERT TO checkpoints DO INSTEAD NOTHING",
            "CREATE OR REPLACE FUNCTION refuse_alteration() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$",
        ]
    with world.installation.writing_engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    found = verified(world).findings
    assert len(found) == len(statements)
    assert {finding.code for finding in found} <= {"guard-missing", "guard-changed"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_hidden_or_inherited_rows_are_found(world: World) -> None:
    with world.installation.writing_engine.begin() as connection:
        connection.execute(text("ALTER TABLE inbox ENABLE ROW LEVEL SECURITY"))
        connection.execute(text("CREATE TABLE more () INHERITS (documents)"))
    assert {finding.code for finding in verified(world).findings} == {"schema-changed"}


def test_no_key_or_a_wrong_one_cannot_verify(world: World) -> None:
    for keys in ([], ["rubbish"]):
        with pytest.raises(CannotVerify):
            verified(world, keys=keys)


def test_what_is_no_database_cannot_be_verified(evidence: Evidence, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.db"
    rubbish.write_bytes(b"not a database" * 1000)
    with pytest.raises(CannotVerify):
        evidence.verify(rubbish)


def test_a_vacuumed_ledger_is_silent(evidence: Evidence, tmp_path: Path) -> None:
    path = copy_of(evidence.database, tmp_path / "vacuumed.db")
    connection = sqlite3.connect(path)
    connection.execute("VACUUM")
    connection.close()
    assert evidence.verify(path, kept=[evidence.kept]).ok
