"""Records how processes of this version run, so that later versions can be held to replay them.

    .venv/bin/python -m tests.histories.record [NAME…]

writes beside this file the histories that are missing, one JSON file a scenario, or those that are named
(see RECORDINGS) anew. Files of released versions stay as they are: record under a new version's name
(VERSION below) instead of overwriting what runs in the field.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path

from activities.talent_upkeep import Reached
from domain.commands import AnnulAction, OverrideReason
from domain.personnel_action import ActionState
from domain.rank_list import EntryStatus
from integrations.temporal_server import await_server, start_development_server
from tests import ranks
from tests.histories import decrees, evaluations, publications, siasn, webhooks
from tests.histories.stage import a_theatre
from tests.ledger.test_talent import cact, rate
from tests.pool import a_pool
from tests.workflows.conftest import TIME_SKIPPING, free_port
from tests.workflows.test_rank_promotion_process import Stage
from tests.workflows.test_relay import OutOfReach
from tests.workflows.theatre import Theatre, a_transfer
from tests.world import a_person
from workflows.talent_upkeep import TalentUpkeep

VERSION = "v1"
HERE = Path(__file__).parent

Scenario = Callable[[Theatre], Awaitable[ActionState]]
Recording = Callable[[Theatre], Awaitable[str]]


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


async def record_upkeep(theatre: Theatre) -> str:
    """A day's upkeep on which everybody's results have lapsed, in several parts, as JSON."""
    people = theatre.world.movable()
    rate(theatre.world.installation, people)
    cact(theatre.world.installation, people)
    theatre.clock.ahead = timedelta(days=3 * 366)
    async with theatre.process_worker():
        handle = await theatre.client.start_workflow(
            TalentUpkeep.run, Reached(), id=f"upkeep-{theatre.task_queue}", task_queue=theatre.task_queue
        )
        await handle.result()
    return (await handle.fetch_history()).to_json()


def of_a_case(scenario: Scenario, *, lossy: bool = False) -> Recording:
    """The process of the case with which the scenario ends."""

    async def play(theatre: Theatre) -> str:
        async with theatre.playing(OutOfReach(theatre.recorder) if lossy else None):
            state = await scenario(theatre)
            await theatre.over(state)
        return (await theatre.handle(state).fetch_history()).to_json()

    return play


def of_a_rank_list(scenario: Callable[[Stage], Awaitable[None]]) -> Recording:
    """The process of a list."""

    async def play(theatre: Theatre) -> str:
        stage = Stage(theatre)
        async with theatre.process_worker():
            await stage.starter.look()
            await scenario(stage)
            await stage.over()
        return (await stage.handle.fetch_history()).to_json()

    return play


# What is recorded of this version, by the name of its file.
RECORDINGS: dict[str, Recording] = {
    f"mutation-{VERSION}-completed": of_a_case(completed),
    f"mutation-{VERSION}-silent-office": of_a_case(silent_office),
    f"mutation-{VERSION}-silent-bkn-and-later-effect": of_a_case(silent_bkn_and_later_effect),
    f"mutation-{VERSION}-returned": of_a_case(returned),
    f"mutation-{VERSION}-annulled-and-corrected": of_a_case(annulled_and_corrected),
    f"mutation-{VERSION}-lost-answers": of_a_case(completed, lossy=True),
    f"mutation-{VERSION}-told-to-siasn": siasn.record_case_told,
    f"promotion-{VERSION}-against-findings": of_a_case(promotion_against_findings),
    f"evaluation-{VERSION}-window-closed": of_a_case(evaluations.window_closed),
    f"evaluation-{VERSION}-objection-decided": of_a_case(evaluations.objection_decided),
    f"evaluation-{VERSION}-improvement-failed": of_a_case(evaluations.improvement_failed),
    f"evaluation-{VERSION}-reminded-in-a-cycle": of_a_case(evaluations.reminded_in_a_cycle),
    f"evaluation-cycle-{VERSION}-opened-and-closed": evaluations.record_cycle,
    f"evaluation-cycle-opening-{VERSION}-half-year": evaluations.record_opening,
    f"rank-promotion-{VERSION}-effective": of_a_rank_list(rank_list_effective),
    f"rank-promotion-{VERSION}-lapsed": of_a_rank_list(rank_list_lapsed),
    f"talent-upkeep-{VERSION}-all-lapsed": record_upkeep,
    f"siasn-comparison-{VERSION}-night": siasn.record_night_compared,
    f"webhook-{VERSION}-failed-and-paused": webhooks.record_failed_and_paused,
    f"decree-{VERSION}-key-away-at-first": decrees.record_decree_signed,
    f"checkpoint-publication-{VERSION}-sent-everywhere": publications.record_sent_everywhere,
    f"checkpoint-publication-{VERSION}-witness-away": publications.record_witness_away,
}


async def record(address: str, names: Iterable[str]) -> None:
    """Play these scenarios at the Temporal of `address`, each on a stage of its own, and write the files."""
    for name in names:
        async with a_theatre(address) as theatre:
            history = await RECORDINGS[name](theatre)
        # Where the code lay when an activity failed is no part of the history.
        history = re.sub(r'"stackTrace": "(\\.|[^"\\])*"', '"stackTrace": ""', history)
        (HERE / f"{name}.json").write_text(history + "\n", encoding="utf-8")
        print(f"recorded {name}")  # noqa: T201  (a command line prints)


def main(wanted: list[str]) -> None:
    unknown = set(wanted) - RECORDINGS.keys()
    if unknown:
        raise SystemExit(f"no such scenario: {', '.join(sorted(unknown))}")
    missing = [name for name in RECORDINGS if not (HERE / f"{name}.json").exists()]
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = start_development_server(Path(folder), port, dynamic_config=[TIME_SKIPPING])
        try:
            await_server(server, port)
            asyncio.run(record(f"127.0.0.1:{port}", wanted or missing))
        finally:
            server.terminate()
            server.wait(15)


if __name__ == "__main__":
    main(sys.argv[1:])
