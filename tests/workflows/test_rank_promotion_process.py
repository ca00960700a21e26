"""A list of rank promotions on a real Temporal: it lapses, it takes effect, through a restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from audit.verify import verify
from domain import rank_commands as rc
from domain.rank_list import EntryStatus, ListStatus, RankList
from projections.catalogue import all_projections
from relay.ranks import RankListStarter
from tests import ranks
from tests.workflows.theatre import A_MOMENT, PATIENCE, Theatre
from workflows.naming import rank_workflow_id
from workflows.rank_promotion import RankPromotionProcess

pytestmark = pytest.mark.anyio


class Stage:
    """One list with the starter that sees to its process."""

    def __init__(self, theatre: Theatre) -> None:
        self.theatre = theatre
        self.clerks = ranks.due_clerks(theatre.world)
        self.list_id = ranks.frozen(theatre.world)
        self.starter = RankListStarter(theatre.world.installation.reader, theatre.client, theatre.task_queue)

    @property
    def now(self) -> RankList:
        return ranks.list_of(self.theatre.world, self.list_id)

    @property
    def handle(self) -> WorkflowHandle[RankPromotionProcess, None]:
        return self.theatre.client.get_workflow_handle_for(
            RankPromotionProcess.run, rank_workflow_id(self.list_id)
        )

    async def until(self, holds: Callable[[RankList], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds(self.now):
            assert time.monotonic() < deadline, self.now
            await self.starter.look()
            await asyncio.sleep(0.05)

    async def over(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while (await self.handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            assert time.monotonic() < deadline, "the process still runs"
            await self.starter.look()
            await asyncio.sleep(0.05)

    async def skip_to(self, moment: datetime) -> None:
        """Move the ledger's clock and the process's time to just after `moment`."""
        await self.settled()
        step = moment - self.theatre.clock() + A_MOMENT
        self.theatre.clock.ahead += step
        await self.theatre.skipper.fast_forward(self.handle, step)

    async def settled(self) -> None:
        """Until the process has read the ledger and waits."""
        deadline = time.monotonic() + PATIENCE
        while True:
            assert time.monotonic() < deadline, "there is no waiting process"
            try:
                described = await self.handle.describe()
            except RPCError:
                await asyncio.sleep(0.05)
                continue
            if described.history_length >= 5:
                await asyncio.sleep(0.3)
                return
            await asyncio.sleep(0.05)

    def decree_everybody(self) -> list[str]:
        world = self.theatre.world
        ranks.sent(world, self.list_id)
        people = [entry.person_id for entry in self.now.in_status(EntryStatus.PROPOSED)]
        ranks.approved(world, self.list_id, *people)
        ranks.decreed(world, self.list_id)
        return people


def assert_lawful(theatre: Theatre) -> None:
    installation = theatre.world.installation
    found = verify(
        installation.reader.engine,
        keys=[installation.signer.vkey],
        kept_checkpoints=[],
        sealing_key=installation.sealing_key,
        projections=all_projections(),
        origin="jenjang.kota-serang",
        now=theatre.clock() + timedelta(hours=1),
    )
    assert found.ok, found.as_text()


async def test_a_list_that_nobody_sends_lapses_and_its_process_ends(theatre: Theatre) -> None:
    stage = Stage(theatre)
    async with theatre.process_worker():
        await stage.starter.look()
        await stage.skip_to(stage.now.lapses_at)
        await stage.until(lambda now: now.status is ListStatus.LAPSED)
        await stage.over()
    assert_lawful(theatre)


async def test_decrees_take_effect_on_the_first_of_the_period_through_a_restart(theatre: Theatre) -> None:
    stage = Stage(theatre)
    async with theatre.process_worker():
        await stage.starter.look()
        await stage.settled()
    people = stage.decree_everybody()
    async with theatre.process_worker():
        await stage.starter.look()
        await stage.skip_to(stage.now.effective_at)
        await stage.until(lambda now: len(now.in_status(EntryStatus.EFFECTIVE)) == len(people))
        clerk = theatre.world.agency.people[stage.clerks[0]]
        assert (clerk.grade, clerk.grade_since) == ("III/b", stage.now.period)
        ranks.written(theatre.world, stage.list_id, *people)
        await stage.over()
    assert_lawful(theatre)


async def test_a_late_decree_wakes_the_process_that_waits_for_people(theatre: Theatre) -> None:
    stage = Stage(theatre)
    ranks.sent(theatre.world, stage.list_id)
    async with theatre.process_worker():
        await stage.starter.look()
        await stage.settled()
        theatre.clock.ahead += stage.now.effective_at - theatre.clock() + timedelta(days=4)
        people = [entry.person_id for entry in stage.now.in_status(EntryStatus.PROPOSED)]
        ranks.approved(theatre.world, stage.list_id, *people)
        ranks.decreed(theatre.world, stage.list_id)
        await stage.until(lambda now: len(now.in_status(EntryStatus.EFFECTIVE)) == len(people))
    assert theatre.world.agency.people[stage.clerks[0]].grade_since == stage.now.period


async def test_who_is_held_is_tried_again_the_next_day(theatre: Theatre) -> None:
    stage = Stage(theatre)
    stage.decree_everybody()
    clerk = stage.clerks[0]
    ranks.corrected(theatre.world, clerk, employment_status="99")
    async with theatre.process_worker():
        await stage.starter.look()
        await stage.skip_to(stage.now.effective_at)
        await stage.until(lambda now: now.entries[clerk].held == ("rank_active",))
        ranks.corrected(theatre.world, clerk, employment_status="01")
        await stage.skip_to(theatre.clock() + timedelta(days=1))
        await stage.until(lambda now: now.entries[clerk].status is EntryStatus.EFFECTIVE)


async def test_a_lost_process_comes_back_and_a_withdrawn_list_lets_it_end(theatre: Theatre) -> None:
    stage = Stage(theatre)
    async with theatre.process_worker():
        await stage.starter.look()
        await stage.settled()
        await stage.handle.terminate()
        again = RankListStarter(theatre.world.installation.reader, theatre.client, theatre.task_queue)
        await again.look()
        await stage.settled()
        assert (await stage.handle.describe()).status is WorkflowExecutionStatus.RUNNING
        officer = theatre.world.holder("transfer_division_head")
        ranks.ask(theatre.world, rc.WithdrawRankList, stage.list_id, officer, why="mistake")
        await stage.over()


async def test_a_process_wakes_only_when_something_is_due(theatre: Theatre) -> None:
    """What people do to a list without moving a moment costs Temporal nothing."""
    stage = Stage(theatre)
    ranks.sent(theatre.world, stage.list_id)
    async with theatre.process_worker():
        await stage.starter.look()
        await stage.settled()
        before = (await stage.handle.describe()).history_length
        ranks.approved(theatre.world, stage.list_id, *stage.clerks[:2])
        await stage.starter.look()
        await asyncio.sleep(0.5)
        assert (await stage.handle.describe()).history_length == before


async def test_a_list_that_the_ledger_does_not_know_is_over(theatre: Theatre) -> None:
    found = await theatre.rank_recorder.advance("0d5a1f3e-4f1c-4c62-8b0e-6a1f3f5a7b21")
    assert found.over
