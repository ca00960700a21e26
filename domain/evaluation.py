"""An evaluation from the agreed plan to its record: what each decision leads to.

plan agreed - rated by the superior - calibrated by the committee - received by the person - accepted,
objected to, or the window closed - final - recorded - for a low rating, a follow-up of its own.
Source: PermenPANRB 6/2022; PP 30/2019 art. 56-59. The six-monthly evaluation is the city's own and
never written as the national yearly rating.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain import evaluation_events as eve
from domain import events as ev
from domain.errors import InvalidDetails, UnknownReference, UnknownReturnStep
from domain.evaluation_dates import not_before
from domain.evaluation_forms import (
    CalibrationVote,
    DeliveryReceipt,
    ImprovementPlan,
    ObjectionDecision,
    PerformanceRating,
    ResultResponse,
    Retest,
)
from domain.evaluation_parts import parts_due, unrated
from domain.evaluation_state import RatedPart
from domain.facts import Facts
from domain.follow_up import after_measure, opened_by_low_rating
from domain.forms import Form
from domain.human_task import Task
from domain.performance import Judgement, Predicate, joined, predicate_of
from domain.personnel_action import DECREED, ActionState
from domain.task_opening import open_task

Events = list[ev.Event | ev.NewEvent]
RESPONSE = "result_response"


def after_approval(
    state: ActionState, after: ActionState, task: Task, facts: Facts, answered: Form | None
) -> Events:
    """The events that an approved task of an evaluation leads to; `state` is that before the approval, and
    `after` knows who approved.
    """
    match answered:
        case PerformanceRating():
            return _rated(state, after, facts, answered)
        case ResultResponse(response="accept"):
            return _final("accepted", after, facts)
        case ResultResponse():
            return [open_task("objection_decision", after, facts)]
        case ObjectionDecision():
            return _objection_decided(state, after, facts, answered)
        case Retest(passed=True):
            return [ev.ActionCompleted()]
        case DeliveryReceipt() | None | Form():
            pass
    if task.step == "calibration":
        return _calibration_carried(state, after, facts)
    if task.step == "evaluation_record":
        predicate = _known_predicate(state, facts)
        led_to = opened_by_low_rating(after, facts, predicate) if predicate else []
        return [*led_to, ev.ActionCompleted()]
    if task.step == "follow_up_decision":
        return after_measure(after, facts, answered)
    if task.step == state.steps[-1]:
        return [ev.ActionCompleted()]
    if isinstance(answered, ImprovementPlan):
        waits = replace(state.evaluation, waits_from=answered.starts_on) if state.evaluation else None
        after = replace(after, evaluation=waits)
    return [open_task(_next(state, task.step), after, facts)]


def is_too_late(task: Task, facts: Facts) -> bool:
    """Whether the window for an objection is over, though nobody has closed the task yet."""
    return task.step == RESPONSE and task.silence_at is not None and task.silence_at <= facts.now


def window_closed(state: ActionState, task: Task, facts: Facts) -> Events:
    """The person did not object in time: the result stands. Nobody's silence decides anything else."""
    return [ev.TaskExited(task_id=task.id, why="lapsed"), *_final("window_closed", state, facts)]


def motion(task: Task, answered: Form) -> list[ev.Event]:
    """The deviation that a vote moves. Only the first vote may, so that all vote on the same thing."""
    if not isinstance(answered, CalibrationVote) or answered.deviation is None:
        return []
    if task.votes or answered.vote != "approve":
        problem = "moved with the first vote only, by who votes for it"
        raise InvalidDetails(errors=[{"field": "deviation", "message": problem}])
    moved = answered.deviation
    levels = Judgement[moved.result], Judgement[moved.conduct]
    return [_judged("motion", *levels, deviates=True, reason=moved.reason)]


def not_carried(state: ActionState, task: Task, person_id: str, facts: Facts) -> Events:
    """The committee did not carry the rating: the assessor rates again, having read the reasons."""
    after = replace(state, acted=(*state.acted, (task.step, person_id)))
    return [open_task("rating", unrated(after), facts, returned=True)]


def step_to_return_to(state: ActionState, task: Task, wanted: str | None) -> str:
    """Where an evaluation goes back to: by default the step before. Not once it has been decided."""
    earlier = state.steps[: state.steps.index(task.step)] if task.step in state.steps else ()
    step = wanted or (earlier[-1] if earlier else None)
    if step is None or step not in earlier or state.ended or state.status in DECREED:
        raise UnknownReturnStep(return_to=wanted)
    return step


def standing(state: ActionState, facts: Facts) -> tuple[Judgement, Judgement, Predicate]:
    """The judgement that stands: results, conduct, *predikat*. Raises UnknownReference where there is
    none, or where it was erased with its person's key.
    """
    evaluation = state.evaluation
    return _judgement_at(state, facts, evaluation.judged_at if evaluation else None)


def form_facts(state: ActionState, facts: Facts) -> dict[str, Any]:
    """What the form of the open step needs to know: see `domain.forms.FormContext`."""
    step = state.open_tasks[0].step if state.open_tasks else ""
    policy = facts.policy_of(state)
    found: dict[str, Any] = {
        "not_before": not_before(step, state.variant, state.evaluation, policy.evaluation),
        "measures": policy.evaluation.low_rating.measures.get(state.variant.value, ()),
    }
    if step == "evaluation_record":
        found["predicate"] = _known_predicate(state, facts)
    return found


def _known_predicate(state: ActionState, facts: Facts) -> Predicate | None:
    """The final *predikat*; None where it was erased with its person's key: the case can be closed still,
    and leads to nothing.
    """
    try:
        return standing(state, facts)[2]
    except UnknownReference:
        return None


def _rated(state: ActionState, after: ActionState, facts: Facts, answered: PerformanceRating) -> Events:
    """The rating of the whole period or, where a move divides it, of the part that was due: the next part
    is then its own superior's to rate, and the last one joins all.
    """
    levels, evaluation = answered.levels(), state.evaluation
    assert evaluation is not None  # only evaluations have ratings
    calibration = _next(state, "rating")
    due = parts_due(state, facts.agency)
    if not evaluation.parts and len(due) < 2:
        return [_judged("rating", *levels, deviates=False), open_task(calibration, after, facts)]
    part = due[0]
    rated = eve.PartRated(
        position_id=part.position_id,
        first=part.first,
        last=part.last,
        result=levels[0].name,
        conduct=levels[1].name,
        predicate=predicate_of(*levels).value,
    )
    if len(due) > 1:
        known = RatedPart(part.position_id, part.first, part.last, state.version)
        after = replace(after, evaluation=replace(evaluation, parts=(*evaluation.parts, known)))
        return [rated, open_task("rating", after, facts)]
    try:
        earlier = [_judgement_at(state, facts, known.version) for known in evaluation.parts]
    except UnknownReference:
        return [rated, *_final("erased", after, facts)]
    weighted = [
        (known.days, *judgement[:2]) for known, judgement in zip(evaluation.parts, earlier, strict=True)
    ]
    weighted.append((part.days, *levels))
    halves_to = facts.policy_of(state).evaluation.joining.halves_to
    result = joined([(days, each) for days, each, _ in weighted], halves_to)
    conduct = joined([(days, each) for days, _, each in weighted], halves_to)
    judged = _judged("rating", result, conduct, deviates=False)
    return [rated, judged, open_task(calibration, after, facts)]


def _calibration_carried(state: ActionState, after: ActionState, facts: Facts) -> Events:
    if _is_erased(state, facts):
        return _final("erased", after, facts)
    return [_calibrated(state, facts), open_task(_next(state, "calibration"), after, facts)]


def _objection_decided(
    state: ActionState, after: ActionState, facts: Facts, answered: ObjectionDecision
) -> Events:
    if answered.decision == "upheld" and _is_erased(state, facts):
        return _final("erased", after, facts)
    return [_objection_judged(state, facts, answered), *_final("objection_decided", after, facts)]


def _is_erased(state: ActionState, facts: Facts) -> bool:
    """Whether what is to be decided on, a moved deviation or the judgement, went with the person's key."""
    evaluation = state.evaluation
    version = (evaluation.moved_at or evaluation.judged_at) if evaluation else None
    return version is not None and "result" not in (facts.sealed_at(state.id, version) or {})


def _next(state: ActionState, step: str) -> str:
    return state.steps[state.steps.index(step) + 1]


def _final(why: Any, state: ActionState, facts: Facts) -> Events:
    return [eve.EvaluationBecameFinal(why=why), open_task("evaluation_record", state, facts)]


def _judged(
    at_step: eve.JudgedAt, result: Judgement, conduct: Judgement, *, deviates: bool, reason: str | None = None
) -> eve.PerformanceJudged:
    return eve.PerformanceJudged(
        at_step=at_step,
        deviates=deviates,
        result=result.name,
        conduct=conduct.name,
        predicate=predicate_of(result, conduct).value,
        reason=reason,
    )


def _calibrated(state: ActionState, facts: Facts) -> eve.PerformanceJudged:
    """The rating, or the deviation that was moved and carried."""
    evaluation = state.evaluation
    moved = evaluation.moved_at if evaluation else None
    if moved is None:
        result, conduct, _ = standing(state, facts)
    else:
        result, conduct, _ = _judgement_at(state, facts, moved)
    return _judged("calibration", result, conduct, deviates=moved is not None)


def _objection_judged(state: ActionState, facts: Facts, answered: ObjectionDecision) -> eve.PerformanceJudged:
    if answered.result is not None and answered.conduct is not None:
        result, conduct = Judgement[answered.result], Judgement[answered.conduct]
    else:
        result, conduct, _ = standing(state, facts)
    changed = answered.decision == "changed"
    return _judged("objection_decision", result, conduct, deviates=changed, reason=answered.reason)


def _judgement_at(
    state: ActionState, facts: Facts, version: int | None
) -> tuple[Judgement, Judgement, Predicate]:
    sealed = facts.sealed_at(state.id, version) if version is not None else None
    if not sealed or "result" not in sealed:
        raise UnknownReference(what="judgement")
    result, conduct = Judgement[sealed["result"]], Judgement[sealed["conduct"]]
    return result, conduct, predicate_of(result, conduct)
