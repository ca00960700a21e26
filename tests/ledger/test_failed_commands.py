"""What fails leaves no trace, in the database or in the writer's memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from domain.commands import CommentTask, FileDocument, RegisterEmployees
from domain.decide import Judged, decide
from domain.errors import NotFound
from domain.facts import Facts
from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from installation import Installation
from ledger.append import LedgerUnavailable
from ledger.projection import RowWriter
from ledger.schema import checkpoints, commands, events, metadata, person_keys
from tests.world import World, a_person, new_id


def rows(world: World) -> dict[str, int]:
    """How many rows every table holds."""
    with world.installation.reader.engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def a_document(person_id: str, file_name: str = "ijazah.pdf") -> FileDocument:
    values: dict[str, Any] = {
        "command_id": new_id(),
        "actor": SYSTEM,
        "document_id": new_id(),
        "person_id": person_id,
        "document_type": "872",
        "media_type": "application/pdf",
        "size_bytes": 3,
        "sha256": "0" * 64,
        "file_name": file_name,
        "expected_version": None,
        "correlation_id": None,
        "causation_id": None,
    }
    return FileDocument.model_construct(None, **values)


def test_a_refused_command_leaves_no_trace(world: World) -> None:
    state = world.submit(world.movable()[0], world.vacancies()[0]).state
    assert state is not None
    before = rows(world)
    with pytest.raises(NotFound):
        world.decide(state, world.movable()[-1])
    comment = CommentTask(
        command_id=new_id(), actor=a_person("nobody"), action_id=new_id(), task_id="x", comment="x"
    )
    with pytest.raises(NotFound):
        world.installation.ledger.execute(comment)
    assert rows(world) == before


def forget_keys(world: World) -> str:
    """Somebody whose key this writer has neither in memory nor, from now on, in the database."""
    person = world.movable()[0]
    world.installation.ledger._context.keyring.forget()
    with world.installation.writing_engine.connect() as connection, connection.begin():
        connection.execute(person_keys.delete().where(person_keys.c.person_id == person))
    return person


def test_a_key_made_for_a_command_that_failed_is_never_used_again(world: World) -> None:
    """Else the next command would seal under a key that was never stored, and lose what it seals."""
    person = forget_keys(world)
    before = rows(world)
    with pytest.raises(Exception, match=r".*"):
        world.installation.ledger.execute(a_document(person, "\ud800"))
    assert rows(world) == before
    world.installation.ledger.execute(a_document(person))
    assert rows(world)["person_keys"] == before["person_keys"] + 1
    second = Installation(world.installation.settings)
    with second.reader.engine.connect() as connection:
        newest = connection.execute(
            select(events.c.position, events.c.record, events.c.leaf_hash).order_by(events.c.position.desc())
        ).first()
        assert newest is not None
        opened = second.reader.open(connection, newest[0], bytes(newest[1]), bytes(newest[2]))
    second.close()
    assert opened.sealed == {"file_name": "ijazah.pdf"}


def test_when_the_database_fails_in_mid_batch_nobody_is_acknowledged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events that could not be written must not be left out while their neighbours are kept."""
    driver_error = world.installation.writing_engine.dialect.loaded_dbapi.OperationalError
    before = rows(world)
    insert = RowWriter.insert

    def full(self: RowWriter, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        if table is events and rows:
            raise driver_error("disk full")
        insert(self, table, rows)

    def looking(state: ActionState | None, facts: Facts, command: FileDocument) -> Judged:
        facts.identity_of(command.person_id)  # a look at the database writes what is pending first
        return decide(state, facts, command)

    monkeypatch.setattr(RowWriter, "insert", full)
    monkeypatch.setattr("ledger.commit.decide", looking)
    people = world.movable()[:3]
    futures = [world.installation.ledger.submit(a_document(person)) for person in people]
    failures = [future.exception() for future in futures]
    assert all(isinstance(failure, LedgerUnavailable) for failure in failures), failures
    monkeypatch.undo()
    assert rows(world) == before
    world.installation.ledger.execute(a_document(people[0]))
    assert rows(world)["events"] == before["events"] + 1


def test_a_command_that_changes_nothing_is_answered_without_a_receipt(world: World) -> None:
    before = rows(world)
    nothing = RegisterEmployees(command_id=new_id(), actor=SYSTEM, rows=())
    assert world.installation.ledger.execute(nothing).receipt is None
    assert rows(world) == before


def test_each_commit_has_its_checkpoint_and_each_command_its_answer(world: World) -> None:
    before = rows(world)
    for person in world.movable()[:3]:
        world.installation.ledger.execute(a_document(person))
    after = rows(world)
    assert after[checkpoints.name] == before[checkpoints.name] + 3
    assert after[commands.name] == before[commands.name] + 3


def test_preparing_the_writer_writes_nothing_and_lets_it_judge(world: World) -> None:
    before = rows(world)
    world.installation.ledger.prepare()
    world.installation.ledger.prepare()
    result = world.submit(world.movable()[0], world.vacancies()[0])
    assert result.state is not None
    with world.installation.reader.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(commands)).scalar_one() == (
            before["commands"] + 1
        )
