"""Scenarios of evaluations and their cycles, to be recorded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from activities.cycle import CycleRef
from demo.play import INTEGRATION, new_id
from domain.evaluation_commands import OpenEvaluationCycle, SubmitEvaluation
from domain.follow_up import follow_up_id
from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from domain.policy import Variant
from projections import evaluation_cycles as cycles
from projections.register import actions
from relay import cycle_recorder
from relay.recorder import SPREAD_OF_A_CYCLE
from tests.workflows.theatre import PATIENCE, Theatre, a_small_unit
from workflows.evaluation_cycle import EvaluationCycleOpening, EvaluationCycleProcess
from workflows.naming import cycle_workflow_id

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)


def an_evaluation(theatre: Theatre) -> ActionState:
    """The open evaluation of somebody."""
    command = SubmitEvaluation(
        command_id=new_id(),
        actor=INTEGRATION,
        action_id=new_id(),
        subject_id=theatre.world.movable()[0],
        period_start=FIRST,
        period_end=LAST,
    )
    state = theatre.world.installation.ledger.execute(command).state
    assert state is not None
    return state


def answer(theatre: Theatre, state: ActionState, **details: Any) -> ActionState:
    """Who has the open task answers it so."""
    owner = theatre.world.owners(state, state.open_tasks[0])[0]
    decided = theatre.world.decide(state, owner, details=details).state
    assert decided is not None
    return decided


async def window_closed(theatre: Theatre) -> ActionState:
    """Reminded of the rating; the person says nothing to the result until the window closes."""
    state = await theatre.walk(an_evaluation(theatre), "rating")
    await theatre.skip_to(state, state.open_tasks[0].remind_at)
    await theatre.until(state, lambda now: now.open_tasks[0].reminded == {"half"})
    state = await theatre.walk(state, "result_response")
    await theatre.skip_to(state, state.open_tasks[0].silence_at)
    await theatre.until(state, lambda now: now.phase == "write_back")
    return await theatre.walk(state, "completed")


async def objection_decided(theatre: Theatre) -> ActionState:
    """The person objects, nobody answers until it goes up, the superior's superior changes the rating."""
    state = await theatre.walk(an_evaluation(theatre), "result_response")
    state = answer(theatre, state, response="object", reasons="capaian tidak dihitung")
    await theatre.skip_to(state, state.open_tasks[0].due_at)
    state = await theatre.until(state, lambda now: now.open_tasks[0].reminded >= {"due"})
    minutes = {"minutes_number": "BA-Keberatan/2026/03", "reason": "capaian memang belum dihitung"}
    state = answer(theatre, state, decision="changed", result="ABOVE", conduct="ABOVE", **minutes)
    answer(theatre, state, record_id="ev-1", document_id="890", predicate="SANGAT_BAIK")
    return await theatre.walk(state, "completed")


async def improvement_failed(theatre: Theatre) -> ActionState:
    """A low rating opens six months to improve; the test is failed and another post is ordered."""
    state = await theatre.walk(an_evaluation(theatre), "rating")
    answer(theatre, state, result="BELOW", conduct="BELOW", evidence="laporan semester")
    state = await theatre.walk(state, "evaluation_record")
    answer(theatre, state, record_id="ev-1", document_id="890", predicate="SANGAT_KURANG")
    child = theatre.known(follow_up_id(state.id, Variant.PERFORMANCE_IMPROVEMENT))
    state = await theatre.walk(child, "retest")
    await theatre.skip_to(state, state.open_tasks[0].remind_at)
    state = await theatre.until(state, lambda now: now.open_tasks[0].reminded >= {"half"})
    tested_on = theatre.world.view.calendar.today(theatre.clock()).isoformat()
    state = answer(theatre, state, tested_on=tested_on, report_number="800/12-UK", passed=False)
    answer(theatre, state, measure="reassign", reason="hasil uji kompetensi")
    return theatre.now(state)


class CycleStage:
    """One cycle of a small unit and its process."""

    def __init__(self, theatre: Theatre) -> None:
        self.theatre = theatre
        self.cycle_id = new_id()
        command = OpenEvaluationCycle(
            command_id=new_id(),
            actor=SYSTEM,
            cycle_id=self.cycle_id,
            period_start=FIRST,
            period_end=LAST,
            unit_ids=(a_small_unit(theatre.world),),
        )
        theatre.world.installation.ledger.execute(command)
        self.handle = theatre.client.get_workflow_handle(cycle_workflow_id(self.cycle_id))

    async def begin(self) -> None:
        await self.theatre.client.start_workflow(
            EvaluationCycleProcess.run,
            CycleRef(cycle_id=self.cycle_id),
            id=cycle_workflow_id(self.cycle_id),
            task_queue=self.theatre.task_queue,
        )

    @property
    def row(self) -> dict[str, Any]:
        with self.theatre.world.installation.reader.engine.connect() as connection:
            row = cycles.by_id(connection, self.cycle_id)
        assert row is not None
        return row

    @property
    def members(self) -> list[ActionState]:
        mine = select(actions.c.action_id).where(actions.c.cycle_id == self.cycle_id)
        with self.theatre.world.installation.reader.engine.connect() as connection:
            ids = connection.execute(mine.order_by(actions.c.action_id)).scalars().all()
        return [self.theatre.known(action_id) for action_id in ids]

    async def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, self.row
            await asyncio.sleep(0.05)

    async def open(self) -> list[ActionState]:
        """Open everybody's two people at a time, and begin the last one's process."""
        cycle_recorder.PART = 2
        await self.begin()
        await self.until(lambda: bool(self.row["complete"]))
        members = self.members
        for state in members:
            await self.theatre.sees(state, lambda progress: progress is not None)
        return members


async def opened_and_closed(stage: CycleStage) -> None:
    """Opened two people at a time, walked by everybody, closed."""
    for state in await stage.open():
        stage.theatre.world.walk(state)
    step = timedelta(hours=1, seconds=5)
    stage.theatre.clock.ahead += step
    await stage.theatre.skipper.fast_forward(stage.handle, step)
    await stage.until(lambda: stage.row["closed_at"] is not None)


async def reminded_in_a_cycle(theatre: Theatre) -> ActionState:
    """Begun by a cycle, reminded by its own timer of a plan that is late, walked to its end."""
    stage = CycleStage(theatre)
    state = (await stage.open())[0]
    due = state.next_due()
    assert due is not None
    await theatre.skip_to(state, due + SPREAD_OF_A_CYCLE)
    await theatre.until(state, lambda now: bool(now.open_tasks[0].reminded))
    return await theatre.walk(state, "completed")


async def record_opening(theatre: Theatre) -> str:
    """The half-year's first morning, as JSON."""
    async with theatre.process_worker():
        handle = await theatre.client.start_workflow(
            EvaluationCycleOpening.run, id=f"opening-{theatre.task_queue}", task_queue=theatre.task_queue
        )
        await handle.result()
    return (await handle.fetch_history()).to_json()


async def record_cycle(theatre: Theatre) -> str:
    """The history of a cycle's process, from its opening to its end, as JSON."""
    stage = CycleStage(theatre)
    async with theatre.process_worker():
        await opened_and_closed(stage)
        await asyncio.wait_for(stage.handle.result(), PATIENCE)
    return (await stage.handle.fetch_history()).to_json()
