"""The parts of a period that moves divide: whose rating is due, and what the ratings are together.

Source: PermenPANRB 6/2022 (a person who moves is evaluated in the old and in the new post).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from domain.agency import Agency
from domain.evaluation_state import Evaluation
from domain.performance import Posting, Segment, split_period
from domain.personnel_action import ActionState


def parts_due(state: ActionState, agency: Agency) -> tuple[Segment, ...]:
    """The parts that are still to be rated, oldest first, as the register knows the person's moves."""
    evaluation = state.evaluation
    if evaluation is None:
        return ()
    first, last = evaluation.period_start, evaluation.period_end
    parts = split_period(first, last, _postings(state, evaluation, agency))
    rated = evaluation.parts[-1].last if evaluation.parts else None
    if rated is None:
        return parts
    begins = rated + timedelta(days=1)
    left = tuple(replace(part, first=max(part.first, begins)) for part in parts if part.last >= begins)
    # Who has left since, or whose move was annulled, is rated to the end of the period by who is asked.
    return left or (Segment(evaluation.parts[-1].position_id, begins, last),)


def assessed_post(step: str, state: ActionState, agency: Agency) -> str | None:
    """The post whose superior the step belongs to: of the part that is to be rated, afterwards of the one
    that was rated last.
    """
    evaluation = state.evaluation
    if evaluation is None or (step != "rating" and evaluation.judged_at is None):
        return state.origin_position_id
    if step != "rating" and evaluation.parts:
        return evaluation.parts[-1].position_id
    due = parts_due(state, agency)
    return due[0].position_id if due else state.origin_position_id


def unrated(state: ActionState) -> ActionState:
    """The state of a case that goes back before its rating: every part is rated anew."""
    evaluation = state.evaluation
    return replace(state, evaluation=replace(evaluation, parts=())) if evaluation else state


def _postings(state: ActionState, evaluation: Evaluation, agency: Agency) -> list[Posting]:
    """The posts that the person held. A move that only a roster told of leaves no earlier post in the
    register: the one in which the evaluation found them stands for it.
    """
    person = agency.people.get(state.subject_id)
    if person is None:
        return []
    known = [
        *((held.position_id, held.since) for held in person.earlier),
        (person.position_id, person.position_since),
    ]
    first = evaluation.period_start
    postings = [Posting(post, max(since or date.min, first)) for post, since in known]
    if postings[0].since > first and state.origin_position_id not in (None, postings[0].position_id):
        postings.insert(0, Posting(state.origin_position_id, first))
    return postings
