"""The steps that lie before a case, and whether the separation of duties leaves each an owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.fact_sheet import SeparationFacts
from domain.offices import Offices
from domain.personnel_action import ActionState
from domain.policy import Kind, Policy, Variant
from domain.separation import Casting, separation_of

CONFIRMATION = "override_confirmation"


def after_submission(state: ActionState, policy: Policy, offices: Offices, day: date) -> SeparationFacts:
    """Of a new transfer or promotion: its whole route, and what follows the decision."""
    return separation_of((*state.steps, *_after_decision(state)), casting_of(state), policy, offices, day)


def after_choice(
    state: ActionState, policy: Policy, offices: Offices, day: date, *, decided: Sequence[tuple[str, str]],
    overrides: bool,
) -> SeparationFacts:  # fmt: skip
    """Of a promotion when its person is chosen; `state` is about them. `decided` are the steps decided with
    this very command, and `overrides` says whether a second person has to confirm.
    """
    steps = (*((CONFIRMATION,) if overrides else ()), *_after_decision(state))
    return separation_of(steps, casting_of(state, decided), policy, offices, day)


def casting_of(state: ActionState, decided: Sequence[tuple[str, str]] = ()) -> Casting:
    """The people of the case. A promotion has no subject before the choice."""
    kind, initiator = state.initiator
    return Casting(
        origin_unit_id=state.origin_unit_id,
        target_unit_id=state.target_unit_id,
        subject_id=state.subject_id if state.has_subject else None,
        initiator_id=initiator if kind == "person" else None,
        shut_out=frozenset(state.candidates) | state.conflicts,
        acted=(*state.acted, *decided),
    )


def _after_decision(state: ActionState) -> tuple[str, ...]:
    leaves = state.variant is Variant.INTER_AGENCY_OUT
    steps: tuple[str, ...] = ("inauguration",) if state.inauguration else ()
    steps += ("siasn_write_back",) if leaves else ("duty_statement", "siasn_write_back")
    return steps if state.kind is not Kind.PROMOTION else (*steps, "promotion_review")
