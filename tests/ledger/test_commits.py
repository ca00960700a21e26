"""Many commands share a commit; each is judged and answered on its own."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import select

from domain.commands import Command, CommentTask, DecideTask, DelegateTask
from domain.decide import Judged, decide
from domain.errors import IdempotencyKeyReused, NotFound, TaskAlreadyDecided, WrongExpectedVersion
from domain.facts import Facts
from domain.personnel_action import ActionState
from ledger import commit as commit_module
from ledger.append import LedgerUnavailable
from ledger.result import Result
from ledger.schema import events
from tests.world import World, a_person, new_id


def all_results(futures: list[Future[Result]]) -> list[Result | BaseException]:
    return [future.exception() or future.result() for future in futures]


def positions(world: World) -> list[int]:
    with world.installation.reader.engine.connect() as connection:
        return list(connection.execute(select(events.c.position).order_by(events.c.position)).scalars())


def approval(world: World, state: ActionState, person: str, **changes: Any) -> DecideTask:
    task = state.open_tasks[0]
    values: dict[str, Any] = {
        "command_id": new_id(),
        "actor": a_person(person),
        "action_id": state.id,
        "task_id": task.id,
        "outcome": "approve",
        "details": world.form(state, task),
    }
    return DecideTask(**(values | changes))


def test_of_many_who_decide_the_same_task_one_wins_and_the_others_hear_who(world: World) -> None:
    state = world.walk(
        world.submit(world.movable()[0], world.vacancies()[0]).state, until="analyst_verification"
    )
    analysts = sorted(world.offices.holders("personnel_analyst", world.today))
    futures = [
        world.installation.ledger.submit(approval(world, state, analysts[number % len(analysts)]))
        for number in range(200)
    ]
    found = all_results(futures)
    winners = [result for result in found if isinstance(result, Result)]
    losers = [error for error in found if isinstance(error, TaskAlreadyDecided)]
    assert (len(winners), len(losers)) == (1, 199)
    assert {error.facts["by"] for error in losers} <= set(analysts)


def test_a_retry_gets_its_first_receipt_again(world: World) -> None:
    state = world.submit(world.movable()[0], world.vacancies()[0]).state
    assert state is not None
    command = approval(world, state, world.owners(state, state.open_tasks[0])[0])
    first = world.installation.ledger.execute(command, body_hash="a")
    world.submit(world.movable()[1], world.vacancies()[1])
    again = world.installation.ledger.execute(command, body_hash="a")
    assert (again.receipt, again.state, again.replayed) == (first.receipt, first.state, True)


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    state = world.submit(world.movable()[0], world.vacancies()[0]).state
    assert state is not None
    command = approval(world, state, world.owners(state, state.open_tasks[0])[0])
    world.installation.ledger.execute(command, body_hash="a")
    with pytest.raises(IdempotencyKeyReused):
        world.installation.ledger.execute(command, body_hash="b")


def test_twins_in_one_commit_are_one(world: World) -> None:
    state = world.submit(world.movable()[0], world.vacancies()[0]).state
    assert state is not None
    command = approval(world, state, world.owners(state, state.open_tasks[0])[0])
    twins = all_results([world.installation.ledger.submit(command, body_hash="a") for _ in range(8)])
    receipts = {twin.receipt for twin in twins if isinstance(twin, Result)}
    assert len(receipts) == 1
    assert sum(isinstance(twin, Result) and not twin.replayed for twin in twins) == 1


def test_refusals_and_conflicts_in_a_shared_commit_harm_no_neighbour(world: World) -> None:
    states = [
        world.submit(subject, target).state
        for subject, target in zip(world.movable()[:6], world.vacancies()[:6], strict=True)
    ]
    before = positions(world)
    futures = []
    for index, state in enumerate(states):
        assert state is not None
        owner = next(p for p in world.owners(state, state.open_tasks[0]) if p != state.subject_id)
        stranger, conflict = index % 3 == 1, index % 3 == 2
        person = world.movable()[8] if stranger else owner
        expected = state.version - 1 if conflict else None
        futures.append(
            world.installation.ledger.submit(approval(world, state, person, expected_version=expected))
        )
    found = all_results(futures)
    assert [type(item).__name__ for item in found[0::3]] == ["Result", "Result"]
    assert all(isinstance(item, NotFound) for item in found[1::3]), found
    assert all(isinstance(item, WrongExpectedVersion) for item in found[2::3])
    assert positions(world) == list(range(len(before) + 4))


def test_what_the_record_cannot_hold_is_refused_alone(world: World) -> None:
    state = world.submit(world.movable()[0], world.vacancies()[0]).state
    assert state is not None
    owner = world.owners(state, state.open_tasks[0])[0]
    task = state.open_tasks[0].id
    bad = CommentTask.model_construct(
        command_id=new_id(), actor=a_person(owner), action_id=state.id, task_id=task, comment="\ud800",
        expected_version=None, correlation_id=None, causation_id=None,
    )  # fmt: skip
    good = CommentTask(
        command_id=new_id(), actor=a_person(owner), action_id=state.id, task_id=task, comment="baik"
    )
    found = all_results([world.installation.ledger.submit(command) for command in (bad, good)])
    assert not isinstance(found[0], Result)
    assert isinstance(found[1], Result)


def test_a_fault_in_judging_one_command_does_not_reach_its_neighbour(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    states = [
        world.submit(s, t).state for s, t in zip(world.movable()[:2], world.vacancies()[:2], strict=True)
    ]

    def faulty(state: ActionState | None, facts: Facts, command: Command) -> Judged:
        if isinstance(command, DelegateTask):
            raise ZeroDivisionError
        return decide(state, facts, command)

    monkeypatch.setattr("ledger.commit.decide", faulty)
    assert states[0] is not None
    assert states[1] is not None
    owner = world.owners(states[0], states[0].open_tasks[0])[0]
    broken = DelegateTask(
        command_id=new_id(), actor=a_person(owner), action_id=states[0].id, task_id="x", to="y"
    )
    healthy = approval(world, states[1], world.owners(states[1], states[1].open_tasks[0])[0])
    found = all_results([world.installation.ledger.submit(command) for command in (broken, healthy)])
    assert isinstance(found[0], ZeroDivisionError)
    assert isinstance(found[1], Result)


def test_after_a_failed_commit_the_same_command_may_be_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = world.submit(world.movable()[0], world.vacancies()[0]).state
    assert state is not None
    command = approval(world, state, world.owners(state, state.open_tasks[0])[0])
    write = commit_module.Commit._write_commit

    def fail(self: commit_module.Commit) -> None:
        write(self)
        raise OSError("the disk is gone")

    monkeypatch.setattr(commit_module.Commit, "_write_commit", fail)
    with pytest.raises(LedgerUnavailable):
        world.installation.ledger.execute(command, body_hash="a")
    monkeypatch.undo()
    result = world.installation.ledger.execute(command, body_hash="a")
    assert result.receipt is not None
    assert not result.replayed
    assert positions(world) == list(range(len(positions(world))))
