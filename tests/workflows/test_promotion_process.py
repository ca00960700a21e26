"""The process of a promotion against a real ledger and a real Temporal server whose time is skipped."""

from __future__ import annotations

import pytest

from domain.commands import OverrideReason, WithdrawAction
from domain.errors import OverrideRequired
from domain.personnel_action import ActionState
from tests.pool import a_pool
from tests.workflows.theatre import Theatre
from tests.world import a_person, new_id

pytestmark = pytest.mark.anyio


def a_promotion(theatre: Theatre) -> tuple[ActionState, list[str]]:
    """The promotion of a vacant post, just begun, and the frozen list."""
    world = theatre.world
    a_pool(world)
    post = world.vacancies("PENGAWAS")[0]
    state = world.promote(world.open_vacancy(post)).state
    assert state is not None
    return state, list(state.candidates)


def with_reasons(refusal: OverrideRequired) -> tuple[OverrideReason, ...]:
    return tuple(OverrideReason(rule=rule, reason="alasan tertulis") for rule in refusal.facts["rules"])


async def test_a_promotion_runs_to_its_review_after_six_months(theatre: Theatre) -> None:
    async with theatre.playing():
        state, candidates = a_promotion(theatre)
        state = await theatre.walk(state, "awaiting_review")
        assert theatre.incumbent(state.target_position_id) == state.subject_id == candidates[0]
        await theatre.skip_to(state, state.review_at)
        state = await theatre.until(state, lambda now: now.phase == "review")
        state = await theatre.walk(state, "completed")
        await theatre.over(state)


async def test_a_choice_against_a_finding_waits_for_a_second_person_and_goes_on(theatre: Theatre) -> None:
    async with theatre.playing():
        state, candidates = a_promotion(theatre)
        state = await theatre.walk(state, "promotion_choice")
        mayor = theatre.world.holder("appointing_official")
        details = {"person_id": candidates[4]}
        with pytest.raises(OverrideRequired) as refused:
            theatre.world.decide(state, mayor, details=details)
        theatre.world.decide(state, mayor, details=details, overrides=with_reasons(refused.value))
        state = await theatre.walk(state, "awaiting_review")
    assert state.subject_id == candidates[4]
    assert "Overridden" in theatre.events(state)


async def test_a_promotion_withdrawn_ends_its_process(theatre: Theatre) -> None:
    async with theatre.playing():
        state, _ = a_promotion(theatre)
        state = await theatre.walk(state, "candidate_ranking")
        await theatre.sees(state, lambda _: True)
        theatre.world.installation.ledger.execute(
            WithdrawAction(
                command_id=new_id(),
                actor=a_person(theatre.world.holder("transfer_division_head")),
                action_id=state.id,
                reason="jabatan dihapus",
            )
        )
        await theatre.over(state)
    assert theatre.now(state).status == "withdrawn"
