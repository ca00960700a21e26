"""A cycle of evaluations on a real Temporal: everybody once, through a restart, and its deadlines."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.cycle import CycleRef
from activities.progress import Progress
from audit.verify import verify
from demo.play import new_id
from domain.evaluation_commands import OpenEvaluationCycle, OpenEvaluations, SubmitEvaluation
from domain.identity import SYSTEM
from domain.policy import Kind
from projections import evaluation_cycles as cycles
from projections.catalogue import all_projections
from relay import cycle_recorder
from relay.cycle_recorder import LedgerCycleRecorder
from relay.cycles import SCHEDULE, CycleStarter, ensure_schedule, opening_times
from relay.process import ProcessCaller
from relay.recorder import SPREAD_OF_A_CYCLE
from tests.workflows.theatre import PATIENCE, Theatre, a_small_unit
from tests.world import INTEGRATION
from workflows.naming import cycle_workflow_id, workflow_id

pytestmark = pytest.mark.anyio


def open_cycle(theatre: Theatre, *unit_ids: str) -> str:
    command = OpenEvaluationCycle(
        command_id=new_id(),
        actor=SYSTEM,
        cycle_id=new_id(),
        period_start=date(2026, 1, 1),
        period_end=date(2026, 6, 30),
        unit_ids=unit_ids,
    )
    theatre.world.installation.ledger.execute(command)
    return command.cycle_id


def open_everybodys(theatre: Theatre, cycle_id: str) -> None:
    """In the ledger alone, as long as it takes."""
    while not row_of(theatre, cycle_id)["complete"]:
        opening = OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=cycle_id, limit=100)
        theatre.world.installation.ledger.execute(opening)


def row_of(theatre: Theatre, cycle_id: str) -> dict[str, Any]:
    with theatre.world.installation.reader.engine.connect() as connection:
        row = cycles.by_id(connection, cycle_id)
    assert row is not None
    return row


def members_of(theatre: Theatre, cycle_id: str) -> list[str]:
    """The evaluations of the cycle, in the order of their people's ids."""
    with theatre.world.installation.reader.engine.connect() as connection:
        return list(cycles.going_on_after(connection, cycle_id, "", 1000).values())


async def until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def runs_of(theatre: Theatre, process: str, at_least: int = 0) -> list[str]:
    """The processes of that type which were ever begun, once the index has so many."""
    query = f'TaskQueue = "{theatre.task_queue}" AND WorkflowType = "{process}"'
    deadline = time.monotonic() + PATIENCE
    while len(found := [run.id async for run in theatre.plain.list_workflows(query)]) < at_least:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)
    return sorted(found)


def starter(theatre: Theatre) -> CycleStarter:
    return CycleStarter(theatre.world.installation.reader, theatre.client, theatre.task_queue)


class DyingCaller(ProcessCaller):
    """Temporal takes `takes` starts and nothing after them."""

    takes = 0

    async def begin(self, progress: Progress, kind: Kind) -> None:
        if not self.takes:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        self.takes -= 1
        await super().begin(progress, kind)


async def test_a_cycle_gives_everybody_one_process_whatever_is_cut_off(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker ends in the middle, and the cycle's own process is lost: nobody is left out or has two."""
    monkeypatch.setattr(cycle_recorder, "PART", 2)
    cycle_id = open_cycle(theatre, a_small_unit(theatre.world))
    async with theatre.process_worker():
        await starter(theatre).look()
        await until(lambda: row_of(theatre, cycle_id)["opened"] > 0)
    between = row_of(theatre, cycle_id)
    cycle = theatre.client.get_workflow_handle(cycle_workflow_id(cycle_id))
    if not between["complete"]:
        await cycle.terminate()
    async with theatre.process_worker():
        await starter(theatre).look()
        await until(lambda: row_of(theatre, cycle_id)["complete"])
        expected = sorted(map(workflow_id, members_of(theatre, cycle_id)))
        assert await runs_of(theatre, "EvaluationProcess", len(expected)) == expected
        described = await cycle.describe()
    row = row_of(theatre, cycle_id)
    assert 0 < between["opened"] <= row["opened"] == row["expected"] == len(expected)
    assert described.status is WorkflowExecutionStatus.RUNNING
    assert described.history_length < 100
    installation = theatre.world.installation
    found = verify(
        installation.reader.engine,
        keys=[installation.signer.vkey],
        kept_checkpoints=[],
        sealing_key=installation.sealing_key,
        projections=all_projections(),
        origin="jenjang.kota-serang",
    )
    assert found.ok, found.as_text()


async def test_no_more_is_opened_than_one_part_whose_processes_have_not_begun(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle_recorder, "PART", 3)
    cycle_id, installation = open_cycle(theatre), theatre.world.installation
    processes = DyingCaller(theatre.client, theatre.task_queue)
    recorder = LedgerCycleRecorder(installation.ledger, installation.reader, theatre.clock, processes)
    cycle = CycleRef(cycle_id=cycle_id)
    await recorder.open_next(cycle)
    processes.takes = 1
    with pytest.raises(RPCError):
        await recorder.begin_next(cycle)
    await recorder.open_next(cycle)
    assert row_of(theatre, cycle_id)["opened"] == 3
    processes.takes = 3
    async with theatre.process_worker():
        reached = await recorder.begin_next(cycle)
        states = [theatre.known(action_id) for action_id in members_of(theatre, cycle_id)]
        assert reached.begun_to == states[-1].subject_id
        assert not reached.complete
        for state in states:
            await theatre.sees(state, lambda progress: progress.version == 2)
        described = await theatre.handle(states[0]).describe()
        assert described.history_length == 5  # started; one workflow task; one timer
    await recorder.open_next(CycleRef(cycle_id=cycle_id, begun_to=reached.begun_to))
    assert row_of(theatre, cycle_id)["opened"] == 6


async def test_no_process_is_left_to_an_evaluation_that_ended_before_it_began(theatre: Theatre) -> None:
    cycle_id, installation = open_cycle(theatre, a_small_unit(theatre.world)), theatre.world.installation
    open_everybodys(theatre, cycle_id)
    ended = theatre.known(members_of(theatre, cycle_id)[0])

    class LateCaller(ProcessCaller):
        async def begin(self, progress: Progress, kind: Kind) -> None:
            if progress.action_id == ended.id:
                theatre.world.walk(ended)
            await super().begin(progress, kind)

    processes = LateCaller(theatre.client, theatre.task_queue)
    recorder = LedgerCycleRecorder(installation.ledger, installation.reader, theatre.clock, processes)
    async with theatre.process_worker():
        await recorder.begin_next(CycleRef(cycle_id=cycle_id))
        await theatre.over(ended)


async def test_everybody_in_a_cycle_is_reminded_by_a_timer_of_their_own(theatre: Theatre) -> None:
    """Timers of one cycle ring apart, by the evaluation's id."""
    cycle_id = open_cycle(theatre, a_small_unit(theatre.world))
    open_everybodys(theatre, cycle_id)
    first, second, *_ = (theatre.known(action_id) for action_id in members_of(theatre, cycle_id))
    async with theatre.playing():
        await theatre.cycle_recorder.begin_next(CycleRef(cycle_id=cycle_id))
        remind_at = first.open_tasks[0].remind_at
        assert remind_at is not None
        await theatre.skip_to(first, remind_at + SPREAD_OF_A_CYCLE)
        first = await theatre.until(first, lambda now: now.open_tasks[0].reminded == {"half"})
        assert not theatre.now(second).open_tasks[0].reminded
        first = await theatre.walk(first, until="completed")
        await theatre.over(first)


async def test_a_cycle_closes_naming_what_is_missing_and_is_over_with_its_last_evaluation(
    theatre: Theatre,
) -> None:
    cycle_id, recorder = open_cycle(theatre, a_small_unit(theatre.world)), theatre.cycle_recorder
    cycle = CycleRef(cycle_id=cycle_id)
    open_everybodys(theatre, cycle_id)
    await recorder.close_when_over(cycle)
    assert row_of(theatre, cycle_id)["closed_at"] is None
    members = members_of(theatre, cycle_id)
    theatre.world.walk(theatre.known(members[0]))
    theatre.clock.ahead = timedelta(days=300)
    assert not (await recorder.close_when_over(cycle)).over
    row = row_of(theatre, cycle_id)
    assert row["closed_at"] is not None
    assert sorted(json.loads(row["missing"])) == sorted(members[1:])
    for action_id in members[1:]:
        theatre.world.walk(theatre.known(action_id))
    assert (await recorder.close_when_over(cycle)).over


async def test_the_calendar_opens_a_cycle_every_half_year_once(theatre: Theatre) -> None:
    opening = theatre.world.view.policy_in_force(date(2026, 11, 24)).evaluation.opening
    times = opening_times(opening, "Asia/Jakarta")
    await ensure_schedule(theatre.plain, theatre.task_queue, times)
    await ensure_schedule(theatre.plain, theatre.task_queue, times)
    schedule = theatre.plain.get_schedule_handle(SCHEDULE)
    upcoming = (await schedule.describe()).info.next_action_times[:2]
    assert [(moment.month, moment.day) for moment in upcoming] == [(12, 31), (6, 30)]  # 06:00 in Jakarta, UTC
    first = await theatre.cycle_recorder.open_half_year()
    assert await theatre.cycle_recorder.open_half_year() == first
    quarters = opening.model_copy(update={"months": (4, 10), "hour": 8})
    await ensure_schedule(theatre.plain, theatre.task_queue, opening_times(quarters, "Asia/Jakarta"))
    upcoming = (await schedule.describe()).info.next_action_times[:2]
    assert {(moment.month, moment.day, moment.hour) for moment in upcoming} == {(4, 1, 1), (10, 1, 1)}
    await schedule.delete()


async def test_one_persons_window_closes_by_the_clock(theatre: Theatre) -> None:
    world = theatre.world
    command = SubmitEvaluation(
        command_id=new_id(),
        actor=INTEGRATION,
        action_id=new_id(),
        subject_id=world.movable()[0],
        period_start=date(2026, 1, 1),
        period_end=date(2026, 6, 30),
    )
    state = world.installation.ledger.execute(command).state
    assert state is not None
    async with theatre.playing():
        state = await theatre.walk(state, until="result_response")
        closes = state.open_tasks[0].silence_at
        assert closes is not None
        await theatre.skip_to(state, closes)
        await theatre.until(state, lambda now: now.phase == "write_back")
        await theatre.walk(state, until="completed")
