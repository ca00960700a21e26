"""What a low rating leads to: time to improve, a retest, and what the appointing official then orders.

Each is an action of its own, linked to the one that it follows. Source: PP 30/2019 art. 56-58.
"""

from __future__ import annotations

import uuid

from domain import evaluation_events as eve
from domain import events as ev
from domain.calendar import months_after
from domain.evaluation_forms import FollowUpMeasure
from domain.evaluation_opening import begun
from domain.facts import Facts
from domain.forms import Form
from domain.performance import Predicate
from domain.personnel_action import ActionState
from domain.policy import Variant

Events = list[ev.Event | ev.NewEvent]
# Measures that are actions of this kind. Another post is a transfer, which is asked for with its own
# papers and may name the action that ordered it (`SubmitAction.follows`).
VARIANT_OF_MEASURE = {
    "temporary_year": Variant.TEMPORARY_PLACEMENT,
    "dismissal_proposal": Variant.DISMISSAL_PROPOSAL,
}


def opened_by_low_rating(state: ActionState, facts: Facts, predicate: Predicate) -> Events:
    """The improvement that a low final rating opens; nothing for every other rating, nor while an
    improvement of the same person runs.
    """
    if predicate not in facts.policy_of(state).evaluation.low_rating.predicates:
        return []
    if facts.registry.evaluations.improvement_of(state.subject_id) is not None:
        return []
    return _opened(state, facts, Variant.PERFORMANCE_IMPROVEMENT)


def after_measure(state: ActionState, facts: Facts, answered: Form | None) -> Events:
    """The measure as ordered, where it is one of this kind the next action, and the end of this one."""
    assert isinstance(answered, FollowUpMeasure)  # the form's name decides its class
    ordered = eve.MeasureOrdered(measure=answered.measure, reason=answered.reason)
    variant = VARIANT_OF_MEASURE.get(answered.measure)
    opened = _opened(state, facts, variant) if variant else []
    return [ordered, *opened, ev.ActionCompleted()]


def follow_up_id(action_id: str, variant: Variant) -> str:
    """The id of what follows an action: derived, so that an auditor can recompute it."""
    return str(uuid.uuid5(uuid.UUID(action_id), f"follow-up/{variant}"))


def _opened(state: ActionState, facts: Facts, variant: Variant) -> Events:
    rules = facts.policy_of(state).evaluation
    waiting = rules.improvement if variant is Variant.PERFORMANCE_IMPROVEMENT else rules.temporary_placement
    following = follow_up_id(state.id, variant)
    opened = eve.FollowUpOpened(action_id=following)
    last = months_after(facts.today, waiting.months)
    child = begun(
        following,
        state.subject_id,
        variant,
        (facts.today, last),
        facts,
        by=state.initiator,
        follows=state.id,
    )
    return [opened, *child]
