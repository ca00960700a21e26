"""A cycle of evaluations on a real Temporal: everybody once, through a restart, and its deadlines."""

from __future__ import annotations

import asyncio
import time
from datetime import date, timedelta
from typing import Any

import pytest

from audit.verify import verify
from demo.play import new_id
from domain.evaluation_commands import OpenEvaluationCycle, SubmitEvaluation
from domain.evaluation_cycle import evaluation_id
from domain.identity import SYSTEM
from projections import evaluation_cycles as cycles
from projections.action_state import state_of
from projections.catalogue import all_projections
from relay import cycle_recorder
from relay.cycles import SCHEDULE, CycleStarter, ensure_schedule, opening_times
from tests.workflows.theatre import PATIENCE, Theatre
from tests.world import INTEGRATION
from workflows.naming import cycle_workflow_id

pytestmark = pytest.mark.anyio


def open_cycle(theatre: Theatre) -> str:
    command = OpenEvaluationCycle(
        command_id=new_id(),
        actor=SYSTEM,
        cycle_id=new_id(),
        period_start=date(2026, 1, 1),
        period_end=date(2026, 6, 30),
    )
    theatre.world.installation.ledger.execute(command)
    return command.cycle_id


def row_of(theatre: Theatre, cycle_id: str) -> dict[str, Any]:
    with theatre.world.installation.reader.engine.connect() as connection:
        row = cycles.by_id(connection, cycle_id)
    assert row is not None
    return row


async def until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def starter(theatre: Theatre) -> CycleStarter:
    return CycleStarter(theatre.world.installation.reader, theatre.client, theatre.task_queue)


async def test_a_cycle_opens_everybodys_evaluation_through_a_restart(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cycle_recorder, "PART", 5)
    cycle_id = open_cycle(theatre)
    async with theatre.process_worker():
        await starter(theatre).look()
        await until(lambda: row_of(theatre, cycle_id)["opened"] > 0)
    between = row_of(theatre, cycle_id)
    async with theatre.process_worker():
        await starter(theatre).look()
        await until(lambda: row_of(theatre, cycle_id)["complete"])
    row = row_of(theatre, cycle_id)
    assert 0 < between["opened"] <= row["opened"] == row["expected"] >= 190
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


async def test_a_cycle_reminds_of_what_is_late_and_closes_naming_what_is_missing(theatre: Theatre) -> None:
    cycle_id, recorder = open_cycle(theatre), theatre.cycle_recorder
    while not (await recorder.open_next(cycle_id)).complete:
        pass
    theatre.clock.ahead = timedelta(days=12)
    before = await recorder.advance_due(cycle_id)
    while before.next_due is not None and before.next_due <= theatre.clock():
        before = await recorder.advance_due(cycle_id)
    person = theatre.world.movable()[0]
    with theatre.world.installation.reader.engine.connect() as connection:
        state = state_of(connection, evaluation_id(cycle_id, person))
    assert state is not None
    assert state.open_tasks[0].reminded == {"half", "due"}
    assert state.open_tasks[0].escalated_to is not None
    theatre.clock.ahead = timedelta(days=300)
    after = await recorder.advance_due(cycle_id)
    assert row_of(theatre, cycle_id)["closed_at"] is not None
    assert state.id in row_of(theatre, cycle_id)["missing"]
    assert not after.over


async def test_nobody_waits_behind_those_of_whom_an_advance_is_refused(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are due, one round reaches everybody."""
    monkeypatch.setattr(cycle_recorder, "DUE_AT_ONCE", 7)
    cycle_id, recorder = open_cycle(theatre), theatre.cycle_recorder
    while not (await recorder.open_next(cycle_id)).complete:
        pass
    theatre.clock.ahead = timedelta(days=12)
    standing = await recorder.advance_due(cycle_id)
    assert standing.going_on > 7
    assert standing.next_due is None or standing.next_due > theatre.clock()


async def test_the_process_of_a_cycle_keeps_running_while_evaluations_go_on(theatre: Theatre) -> None:
    cycle_id = open_cycle(theatre)
    async with theatre.process_worker():
        await starter(theatre).look()
        await until(lambda: row_of(theatre, cycle_id)["complete"])
        described = await theatre.client.get_workflow_handle(cycle_workflow_id(cycle_id)).describe()
    assert described.status is not None
    assert described.status.name == "RUNNING"
    assert described.history_length < 200


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
