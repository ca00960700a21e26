"""The process of a transfer against a real ledger and a real Temporal server whose time is skipped."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from domain.commands import AnnulAction
from domain.personnel_action import ActionState
from domain.policy import Kind
from tests.workflows.theatre import Theatre, a_transfer, of_kind
from tests.world import a_person

pytestmark = pytest.mark.anyio


def annulled(theatre: Theatre, state: ActionState) -> None:
    mayor = theatre.world.holder("appointing_official")
    theatre.world.installation.ledger.execute(
        AnnulAction(
            command_id=str(uuid.uuid4()), actor=a_person(mayor), action_id=state.id, reason="salah prosedur"
        )
    )


async def test_a_transfer_runs_to_completion_and_its_process_ends(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "completed")
        await theatre.over(state)
    assert state.decree is not None
    assert theatre.incumbent(state.target_position_id) == state.subject_id


async def test_a_process_is_woken_only_when_it_has_something_to_do(theatre: Theatre) -> None:
    """To begin, for the decree, for the effect and to end; not by each of some fourteen decisions."""
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "completed")
        await theatre.over(state)
        history = await theatre.handle(state).fetch_history()
    signals = [e for e in history.events if e.HasField("workflow_execution_signaled_event_attributes")]
    assert len(signals) == 4


async def test_silence_reminds_at_half_escalates_when_due_and_expires_at_twice(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "analyst_verification")
        task = state.open_tasks[0]
        await theatre.skip_to(state, task.remind_at)
        state = await theatre.until(state, lambda now: now.open_tasks[0].reminded == {"half"})
        assert state.open_tasks[0].escalated_to is None
        await theatre.skip_to(state, task.due_at)
        state = await theatre.until(state, lambda now: now.open_tasks[0].reminded == {"half", "due"})
        assert state.open_tasks[0].escalated_to == "transfer_division_head"
        await theatre.skip_to(state, task.expires_at)
        state = await theatre.until(state, lambda now: now.ended)
        await theatre.over(state)
    assert state.status == "expired"


async def test_nothing_happens_before_half_time(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "analyst_verification")
        before = theatre.events(state)
        reminder = state.open_tasks[0].remind_at
        assert reminder is not None
        await theatre.skip_to(state, reminder - timedelta(minutes=5))
        assert theatre.events(state) == before


async def test_silence_of_bkn_is_recorded_as_auto_on_the_sixth_working_day(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "bkn_review")
        task = state.open_tasks[0]
        calendar = theatre.world.view.calendar
        sixth = calendar.after(calendar.today(task.opened_at), 6)
        assert task.silence_at == calendar.start_of(sixth)
        await theatre.skip_to(state, task.silence_at)
        state = await theatre.until(state, lambda now: now.phase == "appointing_decision")
        silent = state.task(task.id)
        assert silent is not None
        assert (silent.decided_by, silent.outcome) == ("AUTO", "approve")
        await theatre.walk(state, "completed")


async def test_the_decree_is_issued_by_the_process_after_the_decision(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "appointing_decision")
        assert state.decree is None
        theatre.world.step(state)
        state = await theatre.until(state, lambda now: now.decree is not None)
    assert state.decree is not None
    assert state.decree.sequence == 1
    assert [task.step for task in state.open_tasks] == ["inauguration"]


async def test_the_incumbent_changes_on_the_effective_date_and_not_before(theatre: Theatre) -> None:
    later = theatre.world.today + timedelta(days=30)
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world, effective_date=later), "awaiting_effect")
        assert state.effective_at is not None
        await theatre.waits_for(state, state.effective_at)
        await theatre.skip_to(state, state.effective_at - timedelta(hours=1))
        assert theatre.incumbent(state.target_position_id) is None
        await theatre.skip_to(state, state.effective_at)
        state = await theatre.until(state, lambda now: now.took_effect)
        assert theatre.incumbent(state.target_position_id) == state.subject_id
        await theatre.walk(state, "completed")
        await theatre.over(state)


async def test_annulment_before_the_effective_date_ends_the_process(theatre: Theatre) -> None:
    later = theatre.world.today + timedelta(days=30)
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world, effective_date=later), "awaiting_effect")
        annulled(theatre, state)
        await theatre.over(state)
    assert theatre.now(state).status == "annulled"
    assert theatre.incumbent(state.target_position_id) is None


async def test_annulment_after_completion_starts_a_process_for_the_correction(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "completed")
        await theatre.over(state)
        annulled(theatre, state)
        state = theatre.now(state)
        assert [task.step for task in state.open_tasks] == ["siasn_correction"]
        await theatre.sees(state, lambda progress: progress.phase == "correction" and not progress.quiet)
        due = state.open_tasks[0].due_at
        await theatre.skip_to(state, due)
        await theatre.until(state, lambda now: "due" in now.open_tasks[0].reminded)
        theatre.world.step(theatre.now(state))
        await theatre.over(state)
    assert theatre.now(state).is_quiet


async def test_a_return_to_an_earlier_step_keeps_the_later_stages_waiting(theatre: Theatre) -> None:
    async with theatre.playing():
        state = await theatre.walk(a_transfer(theatre.world), "appointing_decision")
        await theatre.skip_to(state, state.open_tasks[0].remind_at)
        await theatre.sees(state, lambda progress: progress.phase == "appointing_decision")
        mayor = theatre.world.holder("appointing_official")
        theatre.world.decide(state, mayor, outcome="return", return_to="analyst_verification")
        state = theatre.now(state)
        assert state.status == "returned"
        await theatre.skip_to(state, state.open_tasks[0].remind_at)
        await theatre.until(state, lambda now: now.open_tasks[0].reminded == {"half"})
        state = await theatre.walk(state, "completed")
        await theatre.over(state)
    assert of_kind(theatre.events(state), "DecreeIssued") == ["DecreeIssued"]


async def test_a_rejection_ends_the_process(theatre: Theatre) -> None:
    async with theatre.playing():
        state = a_transfer(theatre.world)
        await theatre.sees(state, lambda progress: progress.phase == "unit_review")
        owner = theatre.world.owners(state, state.open_tasks[0])[0]
        theatre.world.decide(state, owner, outcome="reject")
        await theatre.over(state)
    assert theatre.now(state).status == "rejected"


async def test_a_process_may_start_in_the_middle(theatre: Theatre) -> None:
    state = a_transfer(theatre.world)
    state = theatre.world.walk(state, until="duty_statement")
    async with theatre.playing():
        await theatre.sees(state, lambda progress: progress.phase == "duty_statement")
        await theatre.walk(state, "completed")
        await theatre.over(state)


async def test_a_process_of_an_action_that_the_ledger_does_not_know_ends(theatre: Theatre) -> None:
    stranger = str(uuid.uuid4())
    async with theatre.process_worker():
        from relay.process import ProcessCaller
        from workflows.naming import workflow_id

        await ProcessCaller(theatre.client, theatre.task_queue).wake(stranger, 5, Kind.MUTATION)
        await theatre.client.get_workflow_handle(workflow_id(stranger)).result()
