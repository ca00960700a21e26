"""What time alone changes in talent, a real Temporal's calendar carries out: lapsed results and reminders."""

from __future__ import annotations

import asyncio
import time
from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.client import ScheduleHandle

from activities.talent_upkeep import Reached
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.policy import Policy
from domain.talent_commands import RecordSkp, SkpRow
from ledger.read import size
from operations.verification import verify_installation
from projections import profiling_reminders, talent_places
from relay import upkeep_recorder
from relay.talent_calendar import SCHEDULE, TalentCalendar
from tests.ledger.test_talent import cact, rate
from tests.workflows.theatre import PATIENCE, Theatre
from tests.world import new_id
from workflows.talent_upkeep import TalentUpkeep

pytestmark = pytest.mark.anyio


def calendar(theatre: Theatre) -> TalentCalendar:
    reader = theatre.world.installation.reader
    return TalentCalendar(reader, theatre.client, theatre.task_queue, theatre.clock)


def places(theatre: Theatre) -> dict[str, dict[str, Any]]:
    with theatre.world.installation.reader.engine.connect() as connection:
        return {row["person_id"]: row for row in talent_places.of_units(connection, None)}


def reminded(theatre: Theatre) -> dict[str, Any]:
    with theatre.world.installation.reader.engine.connect() as connection:
        return profiling_reminders.of_units(connection)


def events(theatre: Theatre) -> int:
    with theatre.world.installation.reader.engine.connect() as connection:
        return size(connection)


async def keep_up(theatre: Theatre) -> None:
    """One day's upkeep, as the calendar begins it."""
    await theatre.client.execute_workflow(
        TalentUpkeep.run, Reached(), id=f"upkeep-{theatre.task_queue}", task_queue=theatre.task_queue
    )


async def handle(theatre: Theatre) -> ScheduleHandle:
    await calendar(theatre).look()
    return theatre.client.get_schedule_handle(SCHEDULE)


async def test_who_stands_on_lapsed_results_is_placed_anew_by_the_calendar_alone(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_recorder, "PART", 7)
    people = theatre.world.movable()[:20]
    rate(theatre.world.installation, people)
    cact(theatre.world.installation, people[:10])
    before = places(theatre)
    assert {before[person]["box"] for person in people[:10]} == {8}
    theatre.clock.ahead = timedelta(days=3 * 366)
    async with theatre.process_worker():
        await keep_up(theatre)
    after = places(theatre)
    assert {after[person]["box"] for person in people} == {None}
    today = theatre.world.view.calendar.today(theatre.clock())
    assert {after[person]["as_of"] for person in people[:10]} == {today.isoformat()}
    assert {after[person]["as_of"] for person in people[10:]} == {None}
    found = verify_installation(theatre.world.installation.settings)
    assert {finding.code for finding in found.findings} == {"in-the-future"}  # the tests' own clock


async def test_each_unit_is_reminded_once_an_interval_and_a_quiet_day_adds_nothing(theatre: Theatre) -> None:
    async with theatre.process_worker():
        await keep_up(theatre)
        first = reminded(theatre)
        assert len(first) > 5
        before = events(theatre)
        theatre.clock.ahead += timedelta(days=1)
        await keep_up(theatre)
        assert events(theatre) == before
        theatre.clock.ahead += timedelta(days=29)
        await keep_up(theatre)
    assert {row["times"] for row in reminded(theatre).values()} == {2}


async def test_a_rating_that_begins_to_count_with_the_new_year_moves_its_person(theatre: Theatre) -> None:
    """Ratings of a year count when the year is over; nothing happens that day but the day itself."""
    person = theatre.world.movable()[0]
    installation = theatre.world.installation
    rate(installation, [person])
    cact(installation, [person])
    row = SkpRow(
        person_id=person,
        period_start=date(2026, 1, 1),
        period_end=date(2026, 6, 30),
        result=Judgement.BELOW,
        conduct=Judgement.BELOW,
    )
    installation.ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=(row,)))
    assert places(theatre)[person]["box"] == 8
    today = theatre.world.view.calendar.today(theatre.clock())
    theatre.clock.ahead = timedelta(days=(date(2027, 1, 2) - today).days)
    async with theatre.process_worker():
        await keep_up(theatre)
    assert places(theatre)[person]["box"] == 6


async def test_the_calendar_begins_it_every_day_at_the_policy_s_hour(theatre: Theatre) -> None:
    described = (await (await handle(theatre)).describe()).schedule
    (each,) = described.spec.calendars
    policy: Policy = theatre.world.view.policy_in_force(theatre.world.today)
    assert [r.start for r in each.hour] == [policy.talent.campaign.hour]
    assert described.spec.time_zone_name == theatre.world.view.calendar.timezone
    await calendar(theatre).look()  # a second worker changes nothing


async def test_when_the_hour_comes_the_upkeep_runs(theatre: Theatre) -> None:
    schedule = await handle(theatre)
    async with theatre.process_worker():
        await schedule.trigger()
        deadline = time.monotonic() + PATIENCE
        while not reminded(theatre):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    assert reminded(theatre)
