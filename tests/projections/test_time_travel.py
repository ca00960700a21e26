"""What stood at a past position is what a replay from nothing up to that position gives."""

from __future__ import annotations

import os
from datetime import datetime
from itertools import islice
from random import Random

from sqlalchemy import Connection, select

from domain.agency import Agency
from domain.offices import Offices
from domain.personnel_action import ActionState, evolve
from ledger.directory_view import DirectoryView
from ledger.mirror import ACTION, Mirror, action_id_of
from ledger.read import Reader, all_events
from ledger.record import StoredEvent, parse_moment
from ledger.schema import head
from projections import inbox_past
from projections.inbox import due_of, owners_of
from tests.projections.lives import Lived

# `JENJANG_TEST_POSITIONS=2000 JENJANG_TEST_STEPS=2500` looks at as many as the issue asks for.
POSITIONS = int(os.environ.get("JENJANG_TEST_POSITIONS", "60"))
SEED = 20261124
CASES = 5  # so many are looked at wherever they stand, besides those that moved


class Replay:
    """The ledger folded from nothing, event by event, by the law's own hands."""

    def __init__(self, events: list[StoredEvent]) -> None:
        self.mirror = Mirror()
        self.states: dict[str, ActionState] = {}
        self.events = events
        self._taken = 0

    def to(self, position: int) -> None:
        for stored in islice(self.events, self._taken, position + 1):
            if stored.category == ACTION:
                action_id = action_id_of(stored.stream)
                state = evolve(self.states.get(action_id), stored.recorded)
                assert state is not None
                self.states[action_id] = state
            self.mirror.apply(stored)
        self._taken = position + 1

    @property
    def now(self) -> datetime:
        return parse_moment(self.events[self._taken - 1].recorded_at)

    def inboxes(self) -> dict[str, set[tuple[str, str, str]]]:
        found: dict[str, set[tuple[str, str, str]]] = {}
        for state in self.states.values():
            for task in state.open_tasks:
                for owner in owners_of(task, state):
                    found.setdefault(owner, set()).add((due_of(task), task.id, state.id))
        return found


def everything(reader: Reader, connection: Connection) -> list[StoredEvent]:
    return [reader.open(connection, *row) for row in all_events(connection)]


def positions(size: int) -> list[int]:
    return sorted(Random(SEED).sample(range(size), min(POSITIONS, size)))


def test_every_inbox_of_a_past_position_equals_a_replay(lived: Lived) -> None:
    reader = lived.installation.reader
    with reader.engine.connect() as connection:
        replay = Replay(everything(reader, connection))
        size = connection.execute(select(head.c.size)).scalar_one()
        every_owner = sorted({row[0] for row in connection.execute(select(inbox_past.inbox_past.c.owner))})
        assert len(every_owner) > 5
        found_some = 0
        for position in positions(size):
            replay.to(position)
            expected = replay.inboxes()
            assert set(expected) <= set(every_owner)
            for owner in every_owner:
                rows = inbox_past.page(connection, [owner], position, size, 10_000)
                assert rows == sorted(expected.get(owner, set())), (position, owner)
                found_some += len(rows)
        assert found_some > len(positions(size)) // 4


def test_pages_of_a_past_inbox_are_its_whole(lived: Lived) -> None:
    with lived.installation.reader.engine.connect() as connection:
        size = connection.execute(select(head.c.size)).scalar_one()
        owners = sorted(set(connection.execute(select(inbox_past.inbox_past.c.owner)).scalars()))
        whole = inbox_past.page(connection, owners, size - 1, size, 10_000)
        assert len(whole) > 3
        found: list[tuple[str, str, str]] = []
        while page := inbox_past.page(
            connection, owners, size - 1, size, 3, (found[-1][0], found[-1][1]) if found else None
        ):
            found += page
        assert found == whole


def assert_same_offices(past: DirectoryView, agency: Agency, replay: Replay) -> None:
    day = past.calendar.today(replay.now)
    policy = past.policy_in_force(day)
    offices, expected = past.offices(day), Offices(agency, policy)
    for person in agency.people:
        assert offices.exercised_by(person, day) == expected.exercised_by(person, day), person
    assert offices.vacant(day) == expected.vacant(day)


def test_the_agency_of_a_past_position_equals_a_replay(lived: Lived) -> None:
    reader = lived.installation.reader
    with reader.engine.connect() as connection:
        replay = Replay(everything(reader, connection))
        for position in positions(len(replay.events)):
            replay.to(position)
            mirror = replay.mirror
            past = reader.directory.at(connection, position, replay.now)
            assert past.policies == mirror.policies
            assert past.calendar.version == mirror.calendar.version
            assert dict(past.agency.units) == mirror.agency.units
            assert dict(past.agency.posts) == mirror.agency.posts
            assert dict(past.agency.people) == mirror.agency.people
            assert dict(past.files.documents) == mirror.files.documents
            assert dict(past.files.of_person) == mirror.files.of_person
            if past.policies and mirror.agency.posts:
                assert_same_offices(past, mirror.agency, replay)


def test_a_case_of_a_past_position_equals_a_replay(lived: Lived) -> None:
    reader = lived.installation.reader
    with reader.engine.connect() as connection:
        replay, looked_at, drawn = Replay(everything(reader, connection)), 0, Random(SEED)
        for position in positions(len(replay.events)):
            replay.to(position)
            moved = {action_id_of(e.stream) for e in replay.events[looked_at : position + 1]}
            looked_at = position + 1
            still = drawn.sample(sorted(replay.states), min(CASES, len(replay.states)))
            for action_id in sorted(moved & set(replay.states)) + still:
                state = replay.states[action_id]
                stream = reader.stream(connection, f"{ACTION}/{action_id}", up_to=position)
                folded: ActionState | None = None
                for stored in stream:
                    folded = evolve(folded, stored.recorded)
                assert folded == state
