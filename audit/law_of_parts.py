"""Was a divided period rated in its parts? Each by its own superior, and joined by the policy's rule."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from audit.case import Case
from domain import evaluation_events as eve
from domain import events as ev
from domain.performance import MATRIX, Judgement, Posting, Segment, split_period
from domain.personnel_action import ActionState
from ledger.record import StoredEvent


def left_to_rate(case: Case, state: ActionState) -> list[Segment]:
    """The parts that no superior has rated yet, as the register of that moment has the person's posts."""
    evaluation = state.evaluation
    if evaluation is None:
        return []
    first, last = evaluation.period_start, evaluation.period_end
    done = evaluation.parts[-1] if evaluation.parts else None
    begins = done.last + timedelta(days=1) if done else first
    parts = [
        Segment(part.position_id, max(part.first, begins), part.last)
        for part in split_period(first, last, _posts_of(case, state, first))
        if part.last >= begins
    ]
    if not parts and done is not None:
        parts.append(Segment(done.position_id, begins, last))
    return parts


def post_of(case: Case, step: str, state: ActionState, *, anew: bool = False) -> str | None:
    """The post whose superior a step of assessment belongs to. `anew`: the case goes back before it was
    rated, and every part is to be rated again.
    """
    evaluation = state.evaluation
    if evaluation is None or (step != "rating" and evaluation.judged_at is None):
        return state.origin_position_id
    if step != "rating" and evaluation.parts:
        return evaluation.parts[-1].position_id
    if anew or step != "rating":
        parts = split_period(
            evaluation.period_start,
            evaluation.period_end,
            _posts_of(case, state, evaluation.period_start),
        )
    else:
        parts = tuple(left_to_rate(case, state))
    return parts[0].position_id if parts else state.origin_position_id


def rating_leads_to(case: Case, stored: StoredEvent, state: ActionState) -> str | None:
    """After a rating: the next part's, or the calibration of all. None where it ended with an erasure."""
    due = left_to_rate(case, state)
    divided = len(due) > 1 or bool(state.evaluation and state.evaluation.parts)
    rated = [s.event for s in case.beside(stored, eve.PartRated)]
    judged = [s.event for s in case.beside(stored, eve.PerformanceJudged)]
    if len(rated) != divided:
        case.report(stored, "skipped-step", "a divided period was not rated part by part")
    if case.beside(stored, eve.EvaluationBecameFinal):
        return None
    if bool(judged) != (len(due) <= 1):
        case.report(stored, "skipped-step", "rating left no judgement, or left one before the last part")
    return "rating" if len(due) > 1 else "calibration"


def rated(case: Case, stored: StoredEvent, event: eve.PartRated, state: ActionState) -> None:
    """The part that was due, by a decision at the rating, with its levels."""
    done = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    answers = [e.details for e in done if isinstance(e, ev.TaskCompleted) and e.step == "rating"]
    if not answers:
        case.report(stored, "illegal-transition", "a part was rated without a decision")
    due = left_to_rate(case, state)
    if not due or due[0] != Segment(event.position_id, event.first, event.last):
        case.report(stored, "wrong-facts", f"{event.first} to {event.last} is not the part that was due")
    levels = (event.result, event.conduct)
    for details in answers:
        if details is not None and levels != (details.get("result"), details.get("conduct")):
            case.report(stored, "finding-mismatch", "the part is not rated as was decided")
    if event.result is None or event.conduct is None:
        return
    try:
        predicate = MATRIX[Judgement[event.result], Judgement[event.conduct]]
    except KeyError:
        case.report(stored, "finding-mismatch", "a judgement that the matrix does not know")
        return
    if event.predicate != predicate.value:
        case.report(stored, "finding-mismatch", "the predikat is not the matrix's")


def together(case: Case, state: ActionState) -> tuple[Any, Any] | None:
    """Results and conduct of all parts together; None where seals stay closed."""
    parts = state.evaluation.parts if state.evaluation else ()
    known = [(part.days, case.judgements.get(part.version)) for part in parts]
    days = sum(length for length, _ in known)
    found = []
    for aspect in (0, 1):
        points = 0
        for length, levels in known:
            if levels is None:
                return None
            points += length * Judgement[levels[aspect]]
        # The nearest level; the lower number is the better one.
        lower, rest = divmod(points, days)
        half_up = case.policy.evaluation.joining.halves_to == "worse"
        found.append(Judgement(lower + (2 * rest > days or (2 * rest == days and half_up))).name)
    return found[0], found[1]


def _posts_of(case: Case, state: ActionState, first: date) -> list[Posting]:
    person = case.moment.agency.people.get(state.subject_id)
    if person is None:
        return []
    held = [(placement.position_id, placement.since) for placement in person.earlier]
    held.append((person.position_id, person.position_since))
    earliest, since = held[0]
    if since is not None and since > first and state.origin_position_id not in (None, earliest):
        held.insert(0, (state.origin_position_id, first))
    return [Posting(post, max(when or first, first)) for post, when in held]
