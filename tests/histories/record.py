"""Records how processes of this version run, so that later versions can be held to replay them.

    .venv/bin/python -m tests.histories.record

writes one JSON file a scenario beside this file. Files of released versions stay as they are: record
under a new version's name (VERSION below) instead of overwriting what runs in the field.
"""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path

from activities.talent_upkeep import Reached
from domain.commands import AnnulAction, OverrideReason
from domain.personnel_action import ActionState
from domain.rank_list import EntryStatus
from installation import Installation
from integrations.temporal_server import await_server, start_development_server
from roster.generator import generate_agency
from settings import Settings
from tests import ranks
from tests.ledger.test_talent import cact, rate
from tests.pool import a_pool
from tests.workflows.conftest import TIME_SKIPPING, free_port
from tests.workflows.test_rank_promotion_process import Stage
from tests.workflows.test_relay import OutOfReach
from tests.workflows.theatre import MovableClock, Theatre, a_transfer
from tests.world import a_person, seed
from workflows.talent_upkeep import TalentUpkeep

VERSION = "v1"
HERE = Path(__file__).parent

Scenario = Callable[[Theatre], Awaitable[ActionState]]


async def completed(theatre: Theatre) -> ActionState:
    return await theatre.walk(a_transfer(theatre.world), "completed")


async def silent_office(theatre: Theatre) -> ActionState:
    state = await theatre.walk(a_transfer(theatre.world), "analyst_verification")
    task = state.open_tasks[0]
    await theatre.skip_to(state, task.remind_at)
    await theatre.until(state, lambda now: now.open_tasks[0].reminded == {"half"})
    await theatre.skip_to(state, task.due_at)
    await theatre.until(state, lambda now: now.open_tasks[0].reminded == {"half", "due"})
    await theatre.skip_to(state, task.expires_at)
    return await theatre.until(state, lambda now: now.ended)


async def silent_bkn_and_later_effect(theatre: Theatre) -> ActionState:
    later = theatre.world.today + timedelta(days=60)
    state = await theatre.walk(a_transfer(theatre.world, effective_date=later), "bkn_review")
    await theatre.skip_to(state, state.open_tasks[0].silence_at)
    await theatre.until(state, lambda now: now.phase == "appointing_decision")
    state = await theatre.walk(state, "awaiting_effect")
    await theatre.waits_for(state, state.effective_at)
    await theatre.skip_to(state, state.effective_at)
    await theatre.until(state, lambda now: now.took_effect)
    return await theatre.walk(state, "completed")


async def returned(theatre: Theatre) -> ActionState:
    state = await theatre.walk(a_transfer(theatre.world), "appointing_decision")
    await theatre.skip_to(state, state.open_tasks[0].remind_at)
    mayor = theatre.world.holder("appointing_official")
    theatre.world.decide(state, mayor, outcome="return", return_to="analyst_verification")
    return await theatre.walk(state, "completed")


async def annulled_and_corrected(theatre: Theatre) -> ActionState:
    state = await theatre.walk(a_transfer(theatre.world), "duty_statement")
    mayor = a_person(theatre.world.holder("appointing_official"))
    annul = AnnulAction(
        command_id=str(uuid.uuid4()), actor=mayor, action_id=state.id, reason="salah prosedur"
    )
    theatre.world.installation.ledger.execute(annul)
    await theatre.skip_to(state, theatre.now(state).open_tasks[0].remind_at)
    await theatre.until(state, lambda now: now.open_tasks[0].reminded == {"half"})
    theatre.world.step(theatre.now(state))
    return theatre.now(state)


async def promotion_against_findings(theatre: Theatre) -> ActionState:
    """The fifth of the list is chosen, a second person confirms, and the review comes after six months."""
    a_pool(theatre.world)
    vacancy = theatre.world.open_vacancy(theatre.world.vacancies("PENGAWAS")[0])
    state = theatre.world.promote(vacancy).state
    assert state is not None
    state = await theatre.walk(state, "promotion_choice")
    rules = ("talent_pool", "leading_ranks", "candidate_performance")
    theatre.world.decide(
        state,
        theatre.world.holder("appointing_official"),
        details={"person_id": state.candidates[4]},
        overrides=tuple(OverrideReason(rule=rule, reason="keahlian khusus") for rule in rules),
    )
    state = await theatre.walk(state, "awaiting_review")
    await theatre.skip_to(state, state.review_at)
    await theatre.until(state, lambda now: now.phase == "review")
    return await theatre.walk(state, "completed")


async def rank_list_effective(stage: Stage) -> None:
    """Sent, approved, decreed, effective on the first of the period, written back."""
    await stage.settled()
    people = stage.decree_everybody()
    await stage.skip_to(stage.now.effective_at)
    await stage.until(lambda now: len(now.in_status(EntryStatus.EFFECTIVE)) == len(people))
    ranks.written(stage.theatre.world, stage.list_id, *people)


async def rank_list_lapsed(stage: Stage) -> None:
    """Nobody sends it while its window is open."""
    await stage.skip_to(stage.now.lapses_at)
    await stage.until(lambda now: now.over)


RANK_SCENARIOS: tuple[Callable[[Stage], Awaitable[None]], ...] = (rank_list_effective, rank_list_lapsed)
SCENARIOS: tuple[Scenario, ...] = (
    completed,
    silent_office,
    silent_bkn_and_later_effect,
    returned,
    annulled_and_corrected,
)


async def record(scenario: Scenario, address: str, *, lossy: bool = False) -> str:
    """The history of the scenario's process, as JSON."""
    clock = MovableClock()
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Settings(data=Path(folder)), clock=clock)
        installation.set_up()
        theatre = Theatre(
            seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24))), clock, address
        )
        await theatre.connect()
        async with theatre.playing(OutOfReach(theatre.recorder) if lossy else None):
            state = await scenario(theatre)
            await theatre.over(state)
        history = await theatre.handle(state).fetch_history()
        installation.close()
    return history.to_json()


async def record_rank_list(scenario: Callable[[Stage], Awaitable[None]], address: str) -> str:
    """The history of a list's process, as JSON."""
    clock = MovableClock()
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Settings(data=Path(folder)), clock=clock)
        installation.set_up()
        theatre = Theatre(
            seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24))), clock, address
        )
        await theatre.connect()
        stage = Stage(theatre)
        async with theatre.process_worker():
            await stage.starter.look()
            await scenario(stage)
            await stage.over()
        history = await stage.handle.fetch_history()
        installation.close()
    return history.to_json()


async def record_upkeep(address: str) -> str:
    """A day's upkeep on which everybody's results have lapsed, in several parts, as JSON."""
    clock = MovableClock()
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Settings(data=Path(folder)), clock=clock)
        installation.set_up()
        world = seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
        people = world.movable()
        rate(installation, people)
        cact(installation, people)
        clock.ahead = timedelta(days=3 * 366)
        theatre = Theatre(world, clock, address)
        await theatre.connect()
        name = f"upkeep-{theatre.task_queue}"
        async with theatre.process_worker():
            handle = await theatre.client.start_workflow(
                TalentUpkeep.run, Reached(), id=name, task_queue=theatre.task_queue
            )
            await handle.result()
        history = await handle.fetch_history()
        installation.close()
    return history.to_json()


async def record_all(address: str) -> None:
    for scenario in SCENARIOS:
        name = scenario.__name__.replace("_", "-")
        write(f"mutation-{VERSION}-{name}", await record(scenario, address))
    write(f"promotion-{VERSION}-against-findings", await record(promotion_against_findings, address))
    await record_rank_lists(address)
    write(f"talent-upkeep-{VERSION}-all-lapsed", await record_upkeep(address))
    write(f"mutation-{VERSION}-lost-answers", await record(completed, address, lossy=True))


async def record_rank_lists(address: str) -> None:
    for scenario in RANK_SCENARIOS:
        name = scenario.__name__.removeprefix("rank_list_").replace("_", "-")
        write(f"rank-promotion-{VERSION}-{name}", await record_rank_list(scenario, address))


def write(name: str, history: str) -> None:
    (HERE / f"{name}.json").write_text(history + "\n", encoding="utf-8")
    print(f"recorded {name}")  # noqa: T201  (a command line prints)


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = start_development_server(Path(folder), port, dynamic_config=[TIME_SKIPPING])
        try:
            await_server(server, port)
            asyncio.run(record_all(f"127.0.0.1:{port}"))
        finally:
            server.terminate()
            server.wait(15)


if __name__ == "__main__":
    main()
