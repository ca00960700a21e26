"""A stage for processes: a ledger whose clock can be moved, a Temporal server, relay and worker."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.cycle import CycleActivities
from activities.decree import DecreeActivities, DecreeMaker
from activities.publication import PublicationActivities
from activities.rank import RankActivities
from activities.record import LedgerActivities, Recorder
from activities.siasn import SiasnActivities
from activities.talent_upkeep import TalentUpkeepActivities
from activities.webhooks import WebhookActivities
from domain.personnel_action import ActionState
from integrations.siasn.connector import Connector
from operations.decrees import maker_of
from projections.action_state import state_of
from relay.cursor import Cursor
from relay.cycle_recorder import LedgerCycleRecorder
from relay.follow import Relay
from relay.process import ProcessCaller
from relay.publisher import LedgerPublisher, Outside
from relay.rank_recorder import LedgerRankRecorder
from relay.recorder import LedgerRecorder
from relay.siasn_comparer import LedgerSiasnComparer
from relay.siasn_teller import LedgerSiasnTeller
from relay.upkeep_recorder import LedgerUpkeepRecorder
from tests.world import World
from worker import process_worker, webhook_sender_of
from workflows.mutation import MutationProcess
from workflows.naming import workflow_id

PATIENCE = 20.0
A_MOMENT = timedelta(seconds=1)
FEWEST, MOST = 4, 12  # people of a unit whose cycle is small and still opened in several parts


@dataclass
class MovableClock:
    """The true time, moved forward by `ahead`."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Theatre:
    """World, clock and Temporal of one test. Its task queue is its own."""

    world: World
    clock: MovableClock
    address: str
    outside: Outside = field(default_factory=Outside)
    connector: Connector | None = None
    decree_maker: DecreeMaker | None = None
    task_queue: str = field(default_factory=lambda: f"test-{uuid.uuid4()}")
    converter: DataConverter = pydantic_data_converter

    async def connect(self) -> None:
        """Reach Temporal. Time stands still for a process until `skip_to` moves it."""
        self.plain = await Client.connect(self.address, data_converter=self.converter)
        self.skipper = TimeSkipper(self.plain, config=TimeSkippingConfig(enabled=False))
        self.client = self.skipper.client

    @property
    def recorder(self) -> LedgerRecorder:
        installation = self.world.installation
        return LedgerRecorder(installation.ledger, installation.reader, self.clock)

    def process_worker(self, recorder: Recorder | None = None, **changes: Any) -> Worker:
        activities = LedgerActivities(recorder or self.recorder)
        cycles = CycleActivities(self.cycle_recorder)
        publications = PublicationActivities(self.publisher)
        values: dict[str, Any] = {
            "workflow_runner": SandboxedWorkflowRunner(),
            "graceful_shutdown_timeout": timedelta(),
        }
        upkeep = TalentUpkeepActivities(self.upkeep_recorder)
        ranks = RankActivities(self.rank_recorder)
        installation = self.world.installation
        comparer = LedgerSiasnComparer(installation.ledger, installation.reader, self.connector, pause=0.0)
        siasn = SiasnActivities(self.teller, comparer)
        webhooks = WebhookActivities(webhook_sender_of(installation))
        decrees = DecreeActivities(self.decree_maker or maker_of(installation))
        hands = (activities, cycles, upkeep, publications, ranks, siasn, webhooks, decrees)
        return process_worker(self.client, self.task_queue, *hands, **(values | changes))

    @property
    def teller(self) -> LedgerSiasnTeller:
        installation = self.world.installation
        parts = (installation.ledger, installation.reader, self.clock, installation.documents)
        return LedgerSiasnTeller(*parts, self.connector)

    @property
    def upkeep_recorder(self) -> LedgerUpkeepRecorder:
        installation = self.world.installation
        return LedgerUpkeepRecorder(installation.ledger, installation.reader, self.clock)

    @property
    def rank_recorder(self) -> LedgerRankRecorder:
        installation = self.world.installation
        return LedgerRankRecorder(installation.ledger, installation.reader, self.clock)

    @property
    def cycle_recorder(self) -> LedgerCycleRecorder:
        installation = self.world.installation
        processes = ProcessCaller(self.client, self.task_queue)
        return LedgerCycleRecorder(installation.ledger, installation.reader, self.clock, processes)

    @property
    def publisher(self) -> LedgerPublisher:
        installation = self.world.installation
        return LedgerPublisher(installation.ledger, installation.reader, self.outside)

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[Relay]:
        installation = self.world.installation
        cursor = Cursor(installation.writing_engine, "temporal")
        relay = Relay(
            cursor, installation.reader, ProcessCaller(self.client, self.task_queue), clock=self.clock
        )
        running = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            relay.stop()
            await running

    @asynccontextmanager
    async def playing(self, recorder: Recorder | None = None) -> AsyncIterator[None]:
        """With relay and worker at work."""
        async with self.process_worker(recorder), self.relaying():
            yield

    def handle(self, state: ActionState) -> WorkflowHandle[MutationProcess, None]:
        return self.client.get_workflow_handle_for(MutationProcess.run, workflow_id(state.id))

    def now(self, state: ActionState) -> ActionState:
        return self.known(state.id)

    def known(self, action_id: str) -> ActionState:
        """A case as the ledger has it."""
        with self.world.installation.reader.engine.connect() as connection:
            found = state_of(connection, action_id)
        assert found is not None
        return found

    def events(self, state: ActionState) -> list[str]:
        reader = self.world.installation.reader
        with reader.engine.connect() as connection:
            return [stored.type for stored in reader.stream(connection, f"personnel-action/{state.id}")]

    def incumbent(self, position_id: str | None) -> str | None:
        return self.world.agency.posts[position_id or ""].incumbent_id

    async def until(self, state: ActionState, holds: Callable[[ActionState], bool]) -> ActionState:
        """Wait until the ledger says so; returns the state then."""
        deadline = time.monotonic() + PATIENCE
        while not holds(found := self.now(state)):
            assert time.monotonic() < deadline, f"still {found.status}/{found.phase}, {found.open_tasks}"
            await asyncio.sleep(0.03)
        return found

    async def walk(self, state: ActionState, until: str) -> ActionState:
        """People approve, and the process does its part, until that status, phase or open step."""
        deadline = time.monotonic() + PATIENCE
        while True:
            state = self.now(state)
            if until in (state.status.value, state.phase, *(task.step for task in state.open_tasks)):
                return state
            assert not state.ended, f"ended as {state.status}"
            assert time.monotonic() < deadline, f"still {state.status}/{state.phase}"
            if state.open_tasks:
                self.world.step(state)
            await asyncio.sleep(0.01)

    async def waits_for(self, state: ActionState, next_due: datetime | None) -> None:
        """Until the process has seen that moment as its next."""
        await self.sees(state, lambda progress: progress.next_due == next_due)

    async def sees(self, state: ActionState, holds: Callable[[Any], bool]) -> None:
        """Until what the process knows is so."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(RPCError):
                progress = await self.handle(state).query(MutationProcess.progress)
                if progress is not None and holds(progress):
                    return
                assert time.monotonic() < deadline, f"the process knows {progress}"
            assert time.monotonic() < deadline, "there is no process"
            await asyncio.sleep(0.05)

    async def skip_to(self, state: ActionState, moment: datetime | None) -> None:
        """Move the ledger's clock and the process's time to just after `moment`."""
        assert moment is not None
        await self.sees(state, lambda progress: progress is not None)
        step = moment - self.clock() + A_MOMENT
        assert step > timedelta(), "that moment has passed"
        self.clock.ahead += step
        await self.skipper.fast_forward(self.handle(state), step)

    async def runs(self, state: ActionState) -> bool:
        try:
            described = await self.handle(state).describe()
        except RPCError:
            return False
        return described.status is WorkflowExecutionStatus.RUNNING

    async def over(self, state: ActionState) -> None:
        """Until the process has ended well."""
        await asyncio.wait_for(self.handle(state).result(), PATIENCE)


def a_transfer(world: World, number: int = 0, **changes: Any) -> ActionState:
    """The submitted transfer of somebody to a vacant post."""
    state = world.submit(world.movable()[number], world.vacancies()[number], **changes).state
    assert state is not None
    return state


def of_kind(events: Sequence[str], *kinds: str) -> list[str]:
    return [event for event in events if event in kinds]


def a_small_unit(world: World) -> str:
    """A unit of a few people."""
    agency = world.agency
    people: dict[str, int] = {}
    for person in agency.people.values():
        for unit in agency.lineage(agency.unit_of(person.position_id) or ""):
            people[unit] = people.get(unit, 0) + 1
    return min(unit for unit, number in people.items() if FEWEST <= number <= MOST)
