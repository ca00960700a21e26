"""Employees, delegations, documents, overrides and the auditors' search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from accounts.api_keys import create_key, revoke_key, set_terms
from audit.rebuild import fold_history
from domain.commands import (
    FileDocument,
    GrantDelegation,
    PositionRow,
    RegisterPositions,
    RevokeDelegation,
)
from domain.errors import AlreadyExists
from domain.identity import SYSTEM, Capacity
from ledger.projection import Projection
from projections import api_keys, audit_search, delegations, documents, employees
from tests.world import World, a_person, new_id


def assert_rebuilt_the_same(world: World, projection: Projection) -> None:
    with world.installation.reader.engine.connect() as connection:
        history = fold_history(connection, world.installation.sealing_key)
        inline = sorted((tuple(row) for row in connection.execute(select(projection.table))), key=repr)
        assert inline == sorted(projection.rows(history), key=repr)


def test_people_move_with_their_post_to_another_unit(world: World) -> None:
    person = world.agency.people[world.movable()[0]]
    post = world.agency.posts[person.position_id or ""]
    unit = next(unit for unit in sorted(world.agency.units) if unit != post.unit_id)
    row = PositionRow(position_id=post.id, name=post.name, unit_id=unit, kind=post.kind)
    world.installation.ledger.execute(RegisterPositions(command_id=new_id(), actor=SYSTEM, rows=(row,)))
    with world.installation.reader.engine.connect() as connection:
        found = employees.by_id(connection, person.id)
        assert found is not None
        assert found["unit_id"] == unit
    assert_rebuilt_the_same(world, employees.Employees())


def grant(world: World, delegation_id: str) -> None:
    holder, delegate = world.holder("appointing_official"), world.movable()[0]
    world.installation.ledger.execute(
        GrantDelegation(
            command_id=new_id(),
            actor=a_person(holder),
            delegation_id=delegation_id,
            capacity=Capacity.DELEGATE,
            delegate_id=delegate,
            first_day=world.today,
            last_day=world.today + timedelta(days=3),
            letter_number="800/1",
        )
    )


def test_delegation_that_is_granted_anew_runs_again(world: World) -> None:
    """The same identifier after a revocation is no reason for the commit of others to fail."""
    known, holder = new_id(), world.holder("appointing_official")
    grant(world, known)
    revocation = RevokeDelegation(command_id=new_id(), actor=a_person(holder), delegation_id=known)
    world.installation.ledger.execute(revocation)
    with world.installation.reader.engine.connect() as connection:
        assert (delegations.by_id(connection, known) or {})["revoked_at"] is not None
    grant(world, known)
    with world.installation.reader.engine.connect() as connection:
        assert (delegations.by_id(connection, known) or {})["revoked_at"] is None
    assert_rebuilt_the_same(world, delegations.Delegations())


def test_a_document_is_one_row_and_its_identifier_is_used_once(world: World) -> None:
    person = world.movable()[0]
    filed = FileDocument(
        command_id=new_id(),
        actor=a_person(person),
        document_id=new_id(),
        person_id=person,
        document_type="872",
        media_type="application/pdf",
        size_bytes=3,
        sha256="0" * 64,
        file_name="ijazah.pdf",
    )
    world.installation.ledger.execute(filed)
    with pytest.raises(AlreadyExists):
        world.installation.ledger.execute(filed.model_copy(update={"command_id": new_id()}))
    with world.installation.reader.engine.connect() as connection:
        (row,) = documents.of_person(connection, person)
    assert row["file_name"] == "ijazah.pdf"
    assert_rebuilt_the_same(world, documents.Documents())


def test_auditors_find_events_by_words_stream_actor_and_time(world: World) -> None:
    state = world.walk(world.submit(world.movable()[0], world.vacancies()[0]).state)
    assert state.decree is not None

    def types(**filters: Any) -> list[str]:
        before = filters.pop("before", None)
        with world.installation.reader.engine.connect() as connection:
            rows = audit_search.page(connection, audit_search.Filters(**filters), 200, before)
            opened = [world.installation.reader.open(connection, *row) for row in rows]
        assert [o.position for o in opened] == sorted((o.position for o in opened), reverse=True)
        return [o.type for o in opened]

    stream = f"personnel-action/{state.id}"
    assert types(query=state.decree.number.upper()) == ["DecreeIssued"]
    assert types(query="siasn_write* ", stream=stream) == ["TaskCompleted", "TaskOpened"]
    assert types(query="siasn_write_back approve", stream=stream) == ["TaskCompleted"]
    assert types(query="approve* appointing*", stream=stream) == ["TaskCompleted"]
    assert types(query="nothing_like_this") == []
    assert types(type="DecreeIssued", actor="jenjang") == ["DecreeIssued"]
    assert len(types(stream=stream)) == state.version
    with world.installation.reader.engine.connect() as connection:
        last = audit_search.page(connection, audit_search.Filters(stream=stream), 1)
        newest = world.installation.reader.open(connection, *last[0])
    assert types(stream=stream, first=newest.recorded_at)[0] == "ActionCompleted"
    assert "ActionCompleted" not in types(stream=stream, last=newest.recorded_at)
    assert types(stream=stream, before=newest.position)[0] != "ActionCompleted"


def test_a_key_and_its_event_are_one_commit(world: World) -> None:
    """Whoever dies between them leaves both or none."""
    kept, _ = create_key(world.installation, "simpeg", ("actions:write",))
    ended, _ = create_key(world.installation, "portal", ("audit:read", "actions:read"))
    assert revoke_key(world.installation, ended)
    assert not revoke_key(world.installation, ended)
    set_terms(
        world.installation, kept, requests_per_minute=60, algorithm="hmac-sha256", signature_required=True
    )
    create_key(world.installation, "coba", ("actions:write",), sandbox=True)
    with world.installation.reader.engine.connect() as connection:
        assert api_keys.is_in_force(connection, kept)
        assert not api_keys.is_in_force(connection, ended)
        assert [key["scopes"] for key in api_keys.all_keys(connection)] == [
            ["actions:write"],
            ["actions:read", "audit:read"],
            ["actions:write"],
        ]
    assert_rebuilt_the_same(world, api_keys.ApiKeys())
