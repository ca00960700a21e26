"""The doctor on a theatre: what is stuck, on whom, and what its repair does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from activities.cycle import CycleRef
from demo.play import a_person, new_id
from domain.evaluation_commands import OpenEvaluations
from domain.events import EmployeePlaced
from domain.identity import SYSTEM
from domain.policy_commands import ProposePolicy
from ledger.facts import facts_for_reading
from ledger.record import moment
from operations import ledger_findings
from operations.diagnosis import Diagnosis, Finding, Repair
from operations.doctor import diagnose, repair
from projections.action_state import state_of
from projections.inbox import inbox
from projections.register import actions
from tests.workflows.test_evaluation_cycle import members_of, open_cycle, open_everybodys, starter
from tests.workflows.theatre import Theatre, a_small_unit, a_transfer

pytestmark = pytest.mark.anyio


def codes(diagnosis: Diagnosis) -> list[str]:
    return sorted(finding.code for finding in diagnosis.findings)


async def test_a_healthy_installation_has_no_findings(theatre: Theatre) -> None:
    async with theatre.playing():
        state = a_transfer(theatre.world)
        await theatre.sees(state, lambda progress: progress is not None)
        diagnosis = await diagnose(theatre.world.installation, theatre.client)
    assert diagnosis.findings == []
    assert diagnosis.as_json() == {"ok": True, "checked_actions": 1, "findings": []}
    assert diagnosis.as_text() == "1 running actions checked: all is well"


async def test_a_terminated_process_is_found_and_started_again(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "analyst_verification")
        await theatre.sees(state, lambda progress: progress is not None)
        await theatre.handle(state).terminate()
        diagnosis = await diagnose(theatre.world.installation, theatre.client)
        assert [(f.code, f.action_id) for f in diagnosis.findings] == [("process-missing", state.id)]
        assert diagnosis.as_json()["ok"] is False
        await repair(theatre.world.installation, theatre.client, diagnosis)
        assert diagnosis.as_json()["ok"] is True
        assert diagnosis.as_json()["findings"][0]["repaired"] is True
        await theatre.sees(state, lambda progress: progress.phase == "verification")
        await theatre.walk(state, "completed")
        await theatre.over(state)


async def test_a_cycle_and_an_evaluation_of_it_without_their_processes_are_found(theatre: Theatre) -> None:
    cycle_id, installation = open_cycle(theatre, a_small_unit(theatre.world)), theatre.world.installation
    open_everybodys(theatre, cycle_id)
    missed, *_ = (theatre.known(action_id) for action_id in members_of(theatre, cycle_id))
    async with theatre.process_worker():
        await theatre.cycle_recorder.begin_next(CycleRef(cycle_id=cycle_id))
        await theatre.handle(missed).terminate()
        # What a cycle has just opened is still on its way.
        assert codes(await diagnose(installation, theatre.client)) == ["cycle-process-missing"]
        theatre.clock.ahead += timedelta(minutes=3)
        diagnosis = await diagnose(installation, theatre.client)
        found = [finding for finding in diagnosis.findings if finding.code == "process-missing"]
        assert [finding.action_id for finding in found] == [missed.id]
        await repair(installation, theatre.client, diagnosis)
        assert found[0] in diagnosis.done
        await theatre.sees(missed, lambda progress: progress.phase == missed.phase)
        await starter(theatre).look()
        assert "process-missing" not in " ".join(codes(await diagnose(installation, theatre.client)))


async def test_a_process_that_the_ledger_no_longer_needs_is_found_and_ends(theatre: Theatre) -> None:
    async with theatre.process_worker():
        state = a_transfer(theatre.world)
        async with theatre.relaying():
            await theatre.sees(state, lambda progress: progress is not None)
        owner = theatre.world.owners(state, state.open_tasks[0])[0]
        theatre.world.decide(state, owner, outcome="reject")
        diagnosis = await diagnose(theatre.world.installation, theatre.client)
        mine = [finding for finding in diagnosis.findings if finding.action_id == state.id]
        assert [finding.repair for finding in mine] == [Repair.END_PROCESS]
        await repair(theatre.world.installation, theatre.client, diagnosis)
        await theatre.over(state)


async def test_what_is_overdue_is_found_with_its_moment_and_repair(theatre: Theatre) -> None:
    state = theatre.world.walk(a_transfer(theatre.world), until="analyst_verification")
    due = state.open_tasks[0].remind_at
    assert due is not None
    theatre.clock.ahead += due - theatre.clock() + timedelta(hours=1)
    diagnosis = await diagnose(theatre.world.installation, None)
    overdue = [finding for finding in diagnosis.findings if finding.code == "overdue"]
    assert [(f.action_id, f.since, f.repair) for f in overdue] == [
        (state.id, moment(due), Repair.WAKE_PROCESS)
    ]


async def test_without_worker_or_temporal_it_says_so(theatre: Theatre) -> None:
    state = a_transfer(theatre.world)
    diagnosis = await diagnose(theatre.world.installation, theatre.client)
    assert codes(diagnosis) == ["no-worker", "process-missing"]
    diagnosis = await diagnose(theatre.world.installation, None)
    assert codes(diagnosis) == ["temporal-unreachable"]
    assert not diagnosis.ok
    assert theatre.now(state).status == "in_review"


async def test_a_relay_that_lags_is_found(theatre: Theatre) -> None:
    a_transfer(theatre.world)
    theatre.clock.ahead += timedelta(minutes=5)
    diagnosis = await diagnose(theatre.world.installation, None)
    assert codes(diagnosis) == ["relay-behind", "temporal-unreachable"]


async def test_a_task_that_waits_for_nobody_names_the_office(theatre: Theatre) -> None:
    state = theatre.world.walk(a_transfer(theatre.world), until="appointing_decision")
    posts = theatre.world.offices.posts_of("appointing_official")
    found = await _with_vacant(theatre, state.id, posts)
    assert [(f.code, f.office) for f in found] == [("task-without-owner", "appointing_official")]


async def _with_vacant(theatre: Theatre, action_id: str, posts: list[str]) -> list[Finding]:
    """The findings of one action if those posts had no holder."""
    installation = theatre.world.installation
    with installation.reader.engine.connect() as connection:
        view = installation.reader.directory.current(connection)
        facts = facts_for_reading(installation.reader, connection, view, theatre.clock())
        state = facts.action(action_id)
        assert state is not None
        for post in posts:
            incumbent = view.agency.posts[post].incumbent_id
            if incumbent is not None:
                view.agency.evolve(
                    EmployeePlaced(person_id=incumbent, from_position_id=post, action_id=action_id)
                )
        return list(ledger_findings.of_action(state, facts))


async def test_a_committee_below_its_quorum_is_found(theatre: Theatre) -> None:
    state = theatre.world.walk(a_transfer(theatre.world), until="committee_deliberation")
    offices = ("inspector", "planning_head", "finance_head")
    posts = [post for office in offices for post in theatre.world.offices.posts_of(office)]
    found = await _with_vacant(theatre, state.id, posts)
    assert [(f.code, f.office) for f in found] == [("committee-below-quorum", "committee")]


async def test_calibrations_and_objections_of_a_cycle_that_nobody_can_decide_are_found(
    theatre: Theatre,
) -> None:
    cycle_id, world = open_cycle(theatre), theatre.world
    opening = OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=cycle_id, limit=2)
    world.installation.ledger.execute(opening)
    with world.installation.reader.engine.connect() as connection:
        ids = connection.execute(select(actions.c.action_id).order_by(actions.c.action_id)).scalars().all()
        first, second = (state_of(connection, action_id) for action_id in ids)
    calibrated = world.walk(first, until="calibration")
    answered = world.walk(second, until="result_response")
    objection = {"response": "object", "reasons": "capaian tidak dihitung"}
    objected = world.decide(answered, answered.subject_id, details=objection).state
    assert objected is not None
    assert codes(await diagnose(world.installation, None)) == ["temporal-unreachable"]
    offices = ["inspector", "planning_head", "finance_head"]
    key: str | None = objected.open_tasks[0].office
    while key:
        offices.append(key)
        key = world.offices.superior(key)
    posts = [post for office in offices for post in world.offices.posts_of(office)]
    await _with_vacant(theatre, calibrated.id, posts)
    found = (await diagnose(world.installation, None)).findings
    named = {(f.code, f.action_id) for f in found}
    assert {
        ("committee-below-quorum", calibrated.id),
        ("task-without-owner", objected.id),
    } <= named


async def test_a_proposed_policy_that_waits_for_a_second_person_is_found(theatre: Theatre) -> None:
    world = theatre.world
    head, document = world.holder("agency_head"), world.view.policies["kota-serang/2026-01"]
    since = world.today + timedelta(days=30)
    text = document.model_dump(mode="json") | {
        "id": "kota-serang/2099-01",
        "effective_from": since.isoformat(),
    }
    proposing = ProposePolicy(command_id=new_id(), actor=a_person(head), document=text)
    world.installation.ledger.execute(proposing)

    async def said(later: timedelta) -> list[str]:
        theatre.clock.ahead = later
        return [c for c in codes(await diagnose(world.installation, None)) if c.startswith("policy")]

    assert await said(timedelta()) == []
    assert await said(timedelta(days=2)) == ["policy-proposal-waits"]
    with world.installation.reader.engine.connect() as connection:
        agency = world.installation.reader.directory.current(connection).agency
    for office in ("regional_secretary", "appointing_official"):
        for post in world.offices.posts_of(office):
            holder = agency.posts[post].incumbent_id
            assert holder is not None
            left = EmployeePlaced(person_id=holder, from_position_id=post, action_id=proposing.command_id)
            agency.evolve(left)
    assert await said(timedelta()) == ["policy-proposal-without-owner"]
    assert await said(timedelta(days=40)) == ["policy-proposal-late"]


async def test_projections_that_lost_a_row_are_found(theatre: Theatre) -> None:
    state = a_transfer(theatre.world)
    with theatre.world.installation.writing_engine.connect() as connection, connection.begin():
        connection.execute(delete(actions).where(actions.c.action_id == state.id))
    diagnosis = await diagnose(theatre.world.installation, None)
    assert set(codes(diagnosis)) == {"projection-out-of-step", "temporal-unreachable"}
    tables = {f.what.partition(":")[0] for f in diagnosis.findings if f.code == "projection-out-of-step"}
    assert {actions.name, inbox.name} <= tables
