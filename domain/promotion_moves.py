"""How the events that only promotions know move a case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain import promotion_events as pe

if TYPE_CHECKING:
    from domain.personnel_action import ActionState, Recorded


def ranked(state: ActionState, event: pe.CandidatesRanked, _: Recorded) -> ActionState:
    """The committee has a ranking on the table."""
    return replace(state, ranking=event.ranking, ranking_task=event.task_id)


def chosen(state: ActionState, event: pe.CandidateChosen, _: Recorded) -> ActionState:
    """The case is about this person now; what was proposed for another is void."""
    return replace(
        state,
        subject_id=event.person_id,
        origin_position_id=event.origin_position_id,
        origin_unit_id=event.origin_unit_id,
        effective_date=event.effective_date,
        proposals=(),
        overridden=frozenset(),
    )


def review_scheduled(state: ActionState, event: pe.ReviewScheduled, _: Recorded) -> ActionState:
    """Written back; only the review is to come."""
    return replace(state, phase="awaiting_review", review_at=event.review_at)
