"""The relay and the process under loss, repetition and outage: nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from temporalio.service import RPCError, RPCStatusCode

from activities.progress import Progress
from activities.record import LedgerActivities
from domain.commands import AdvanceAction, IssueDecree
from domain.errors import HardFinding
from domain.policy import Kind
from installation import Installation
from ledger.append import LedgerUnavailable
from ledger.schema import cursors
from relay import follow
from relay.cursor import HELD_FOR, Cursor
from relay.follow import Relay
from relay.process import ProcessCaller
from relay.recorder import LedgerRecorder
from tests.workflows.test_evaluation_cycle import members_of, open_cycle, open_everybodys, until
from tests.workflows.theatre import MovableClock, Theatre, a_small_unit, a_transfer

pytestmark = pytest.mark.anyio


async def test_signals_that_come_again_and_again_change_nothing(theatre: Theatre) -> None:
    engine = theatre.world.installation.writing_engine
    async with theatre.process_worker():
        async with theatre.relaying():
            state = await theatre.walk(a_transfer(theatre.world), "duty_statement")
            await theatre.sees(state, lambda progress: progress.phase == "duty_statement")
        before = theatre.events(state)
        with engine.connect() as connection, connection.begin():
            connection.execute(update(cursors).values(position=0))
        async with theatre.relaying(), theatre.relaying():
            await asyncio.sleep(1)
            assert theatre.events(state) == before
            await theatre.walk(state, "completed")
            await theatre.over(state)
    assert theatre.events(state).count("DecreeIssued") == 1
    assert theatre.events(state).count("ActionTookEffect") == 1


async def test_a_process_goes_on_when_its_worker_is_replaced(theatre: Theatre) -> None:
    async with theatre.relaying():
        async with theatre.process_worker():
            state = await theatre.walk(a_transfer(theatre.world), "appointing_decision")
            await theatre.sees(state, lambda progress: progress is not None)
        theatre.world.step(state)
        await asyncio.sleep(0.5)
        assert theatre.now(state).decree is None
        async with theatre.process_worker():
            await theatre.walk(state, "completed")
            await theatre.over(state)


class OutOfReach:
    """The ledger, of which every second answer is lost: before the commit, or only on the way back."""

    def __init__(self, ledger: LedgerRecorder) -> None:
        self._ledger = ledger
        self._calls = 0

    async def progress(self, action_id: str) -> Progress | None:
        self._fail_now_and_then()
        return await self._ledger.progress(action_id)

    async def execute(self, command: AdvanceAction | IssueDecree) -> Progress:
        done = await self._ledger.execute(command)
        self._fail_now_and_then()
        return done

    async def next_working_day(self) -> datetime:
        return await self._ledger.next_working_day()

    def _fail_now_and_then(self) -> None:
        self._calls += 1
        if self._calls % 2:
            raise LedgerUnavailable("the ledger could not commit; send the same command again")


async def test_lost_answers_of_the_ledger_do_nothing_twice(theatre: Theatre) -> None:
    async with theatre.playing(OutOfReach(theatre.recorder)):
        state = await theatre.walk(a_transfer(theatre.world), "completed")
        await theatre.over(state)
    assert theatre.events(state).count("DecreeIssued") == 1
    assert theatre.events(state).count("ActionTookEffect") == 1


class Unwilling(ProcessCaller):
    """Temporal takes every signal but those of one action, until `willing`."""

    unwanted = ""
    willing = False
    tried = 0

    async def wake(self, action_id: str, position: int, kind: Kind) -> None:
        if action_id == self.unwanted and not self.willing:
            self.tried += 1
            raise RPCError("not this one", RPCStatusCode.INVALID_ARGUMENT, b"")
        await super().wake(action_id, position, kind)


async def test_one_process_that_cannot_be_told_holds_up_no_other(theatre: Theatre) -> None:
    installation = theatre.world.installation
    processes = Unwilling(theatre.client, theatre.task_queue)
    cursor = Cursor(installation.writing_engine, "temporal")
    relay = Relay(cursor, installation.reader, processes, clock=theatre.clock)
    poisoned = a_transfer(theatre.world, 0)
    processes.unwanted = poisoned.id
    other = a_transfer(theatre.world, 1)
    async with theatre.process_worker():
        running = asyncio.create_task(relay.run())
        await theatre.sees(other, lambda progress: progress is not None)
        assert processes.tried >= 1
        assert not await theatre.runs(poisoned)
        processes.willing = True
        theatre.clock.ahead += timedelta(minutes=1)
        await theatre.sees(poisoned, lambda progress: progress is not None)
        relay.stop()
        await running


class Noting(ProcessCaller):
    """Notes who was told instead of telling them."""

    def __init__(self, theatre: Theatre) -> None:
        super().__init__(theatre.client, theatre.task_queue)
        self.told: list[str] = []

    async def wake(self, action_id: str, position: int, kind: Kind) -> None:
        self.told.append(action_id)

    async def end(self, action_id: str, position: int) -> None:
        self.told.append(action_id)


async def test_what_a_whole_cycle_has_decided_holds_up_no_other_case(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "WAVE", 2)
    cycle_id = open_cycle(theatre, a_small_unit(theatre.world))
    open_everybodys(theatre, cycle_id)
    evaluations = members_of(theatre, cycle_id)
    for action_id in evaluations:
        theatre.world.walk(theatre.known(action_id))
    transfer, installation = a_transfer(theatre.world), theatre.world.installation
    processes = Noting(theatre)
    cursor = Cursor(installation.writing_engine, "temporal")
    relay = Relay(cursor, installation.reader, processes, clock=theatre.clock)
    running = asyncio.create_task(relay.run())
    await until(lambda: set(evaluations) <= set(processes.told))
    relay.stop()
    await running
    assert processes.told[0] == transfer.id


async def test_only_one_relay_holds_the_cursor_and_another_takes_over(installation: Installation) -> None:
    clock = MovableClock()
    first, second = (Cursor(installation.writing_engine, "temporal", clock=clock) for _ in range(2))
    assert first.take() == 0
    assert second.take() is None
    assert first.save(7)
    clock.ahead += HELD_FOR + timedelta(seconds=1)
    assert second.take() == 7
    assert not first.save(9)
    second.release(8)
    assert first.take() == 8


class PostFilledMeanwhile:
    """A ledger that refuses the effect, because somebody else holds the post."""

    again = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)

    async def progress(self, action_id: str) -> Progress:
        due = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
        return Progress(
            action_id=action_id, version=30, position=99, phase="awaiting_effect", next_due=due, quiet=False
        )

    async def execute(self, command: AdvanceAction | IssueDecree) -> Progress:
        raise HardFinding(rules=["position_vacant"])

    async def next_working_day(self) -> datetime:
        return self.again


async def test_an_effect_that_is_refused_is_tried_again_on_the_next_working_day() -> None:
    ledger = PostFilledMeanwhile()
    seen = await ledger.progress("0b8f6f0e-6a5e-4a57-9f0e-1a2b3c4d5e6f")
    answer = await LedgerActivities(ledger).advance_action(seen)
    assert (answer.refusal, answer.next_due) == (HardFinding.code, ledger.again)


async def test_the_relay_waits_for_a_temporal_that_is_away(theatre: Theatre) -> None:
    """Nothing listens on the address; the cursor stays where it was."""

    class Away(ProcessCaller):
        async def wake(self, action_id: str, position: int, kind: Kind) -> None:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

        async def is_reachable(self) -> bool:
            return False

    installation = theatre.world.installation
    state = a_transfer(theatre.world)
    cursor = Cursor(installation.writing_engine, "temporal")
    relay = Relay(cursor, installation.reader, Away(theatre.client, theatre.task_queue))
    running = asyncio.create_task(relay.run())
    await asyncio.sleep(1.5)
    relay.stop()
    await running
    assert Cursor(installation.writing_engine, "temporal").take() == 0
    assert not await theatre.runs(state)
