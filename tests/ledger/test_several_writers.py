"""Several processes write to one ledger: the head's lock is the order, and no mirror is trusted."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from domain.errors import OpenActionExists, PositionPromised
from installation import Installation
from ledger import read
from ledger.result import Result
from tests.world import World


@pytest.fixture
def other(world: World) -> Iterator[World]:
    """The same database behind a second writer."""
    second = Installation(world.installation.settings)
    yield World(second, world.ids, world.synthetic)
    second.close()


def race(worlds: list[World], requests: list[tuple[str, str]]) -> list[Result | BaseException]:
    """Send every request at once, by turns through each writer."""
    barrier = threading.Barrier(len(requests))
    found: list[Result | BaseException] = []

    def ask(world: World, subject: str, target: str) -> None:
        barrier.wait()
        try:
            found.append(world.submit(subject, target))
        except Exception as error:  # noqa: BLE001  (the refusals are what is looked at)
            found.append(error)

    threads = [
        threading.Thread(target=ask, args=(worlds[number % len(worlds)], *request))
        for number, request in enumerate(requests)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_fifty_requests_for_one_post_through_two_writers_promise_it_once(world: World, other: World) -> None:
    subjects = [
        person.id
        for person in world.agency.people.values()
        if person.position_id and person.employment_status == "01" and person.employment_kind == "PNS"
    ][:50]
    target = world.vacancies()[0]
    found = race([world, other], [(subject, target) for subject in subjects])
    open_ = [r for r in found if isinstance(r, Result) and r.state is not None and not r.state.ended]
    assert len(open_) == 1
    others = [r for r in found if r not in open_]
    assert all(
        isinstance(r, PositionPromised) or (isinstance(r, Result) and r.state is not None and r.state.ended)
        for r in others
    )


def test_one_person_is_never_moved_twice_at_once(world: World, other: World) -> None:
    subject = world.movable()[0]
    targets = world.vacancies()
    found = race([world, other], [(subject, targets[n % len(targets)]) for n in range(50)])
    assert sum(isinstance(r, Result) for r in found) == 1
    assert sum(isinstance(r, OpenActionExists) for r in found) == 49


def test_a_writer_goes_on_from_what_the_other_has_appended(world: World, other: World) -> None:
    state = world.submit(world.movable()[0], world.vacancies()[0]).state
    assert state is not None
    turns = [world, other]
    while not state.ended:
        turns.reverse()
        state = turns[0].step(state)
    assert state.status == "completed"
    with world.installation.reader.engine.connect() as connection:
        found = [position for position, _, _ in read.all_events(connection)]
    assert found == list(range(len(found)))
