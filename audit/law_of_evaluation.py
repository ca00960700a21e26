"""Was an evaluation lawful? Who opened it, who judged, what the matrix says, and how it became final."""

from __future__ import annotations

from datetime import date
from typing import Any

from audit import law_of_follow_ups, law_of_parts
from audit.case import Case, Moment, office_that_answers, why_out
from domain import evaluation_events as eve
from domain import events as ev
from domain.calendar import months_after
from domain.evaluation_dates import not_before, window_closes
from domain.human_task import Task
from domain.identity import Capacity
from domain.offices import ASSESSOR, ASSESSOR_SUPERIOR, office_key, split_key
from domain.performance import MATRIX, Judgement
from domain.personnel_action import DECREED, ActionState
from domain.policy import Kind, Policy, StepRule, Variant
from ledger.record import StoredEvent


def submitted(case: Case, stored: StoredEvent, event: ev.ActionSubmitted) -> None:
    """By hand for a lawful period of somebody who is evaluated, by a cycle, or out of what it follows."""
    case.expects = (event.steps[0], False, None) if event.steps else None
    first, last = event.period_start, event.period_end
    if first is None or last is None or not first < last or event.effective_date != last:
        case.report(stored, "wrong-date", "an evaluation without a lawful period")
        return
    if event.follows is not None:
        law_of_follow_ups.begun(case, stored, event, first, last)
    elif event.cycle_id is not None:
        if not any(
            isinstance(s.event, eve.EvaluationsOpened) and s.event.cycle_id == event.cycle_id
            for s in case.group
        ):
            case.report(stored, "not-entitled", "no cycle opened this evaluation")
    else:
        _by_hand(case, stored, event, first, last)


def _by_hand(case: Case, stored: StoredEvent, event: ev.ActionSubmitted, first: date, last: date) -> None:
    rules = case.policy.evaluation
    if first > case.moment.day or last >= months_after(first, rules.period.longest_months):
        case.report(stored, "wrong-date", f"an evaluation of {first} to {last}")
    if event.variant is not Variant.SIX_MONTHLY:
        case.report(stored, "wrong-route", f"nobody opens a {event.variant} by hand")
    if not is_evaluated(case, event.subject_id):
        case.report(stored, "wrong-facts", f"{event.subject_id} is not one who is evaluated")
    if not _entitled(case, stored, event):
        case.report(stored, "not-entitled", f"{stored.actor.kind} {stored.actor.id} may not ask for this")


def is_evaluated(case: Case, person_id: str) -> bool:
    agency, rules = case.moment.agency, case.policy.evaluation
    person = agency.people.get(person_id)
    post = agency.posts.get((person.position_id if person else None) or "")
    return (
        person is not None
        and post is not None
        and not person.candidate
        and person.employment_status in rules.employment_statuses
        and post.kind not in rules.post_kinds_left_out
    )


def _entitled(case: Case, stored: StoredEvent, event: ev.ActionSubmitted) -> bool:
    actor = stored.actor
    if actor.kind != "person":
        return actor.kind == "integration"
    # Who may ask is the policy's of the day, which may be another than the one of the period.
    policy = case.moment.offices.policy
    allowed = policy.submitters.get(Variant.SIX_MONTHLY.value, ())
    if actor.id == event.subject_id:
        return "subject" in allowed
    apparatus = case.moment.agency.apparatus_of(event.origin_unit_id)
    for key, signature in case.moment.offices.exercised_by(actor.id, case.moment.day):
        if signature.capacity is Capacity.DELEGATE:
            continue
        office, unit = split_key(key)
        of_unit = unit is None or key == office_key(office, apparatus)
        if key == raters_office(case.moment, event.origin_position_id, policy) or (
            office in allowed and of_unit
        ):
            return True
    return False


def raters_office(moment: Moment, position_id: str | None, policy: Policy) -> str | None:
    """The office of who rates the holder of a post, as the auditor reads the structure."""
    unit = moment.agency.unit_of(position_id)
    if unit is None:
        return None
    key = office_key(policy.evaluation.assessment.office, unit)
    leads = moment.agency.head_of(unit) == position_id
    return moment.offices.superior(key) if leads else key


def office_of(case: Case, name: str, state: ActionState, *, anew: bool = False) -> str:
    """The office that a step of assessment belongs to; `anew` as in `law_of_parts.post_of`."""
    step = case.policy.steps[name]
    post = law_of_parts.post_of(case, name, state, anew=anew)
    key = raters_office(case.moment, post, case.policy)
    if step.office == ASSESSOR_SUPERIOR and key is not None:
        key = case.moment.offices.superior(key)
    if key is not None:
        key = office_that_answers(key, step, state, case.moment)
        here: str | None = key
        while here is not None and not case.moment.offices.holders(here, case.moment.day):
            here = case.moment.offices.superior(here)
        people = case.moment.offices.holders(here, case.moment.day) if here is not None else ()
        if not people or any(why_out(person, step, state) is None for person in people):
            return key
    return case.policy.evaluation.assessment.without_superior


def office_above(case: Case, task: Task, step: StepRule, state: ActionState) -> str | None:
    """Where an overdue task goes besides its own office."""
    if step.escalates_to is None:
        return case.moment.offices.superior(task.office)
    if step.escalates_to == ASSESSOR:
        return raters_office(case.moment, state.origin_position_id, case.policy)
    return office_key(step.escalates_to, case.moment.agency.apparatus_of(state.origin_unit_id))


def deadlines_from(case: Case, event: ev.TaskOpened, state: ActionState) -> date:
    """The day from which the deadlines of a task count."""
    first = not_before(event.step, state.variant, state.evaluation, case.policy.evaluation)
    return max(case.moment.day, first) if first else case.moment.day


def silence_of(case: Case, day: date) -> Any:
    """When the window for an objection closes."""
    return window_closes(case.policy.evaluation.objection_window, day, case.moment.calendar)


def approved(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    """What an approval of this step has to lead to."""
    first = not_before(event.step, state.variant, state.evaluation, case.policy.evaluation)
    if first is not None and case.moment.day < first:
        case.report(stored, "wrong-date", f"{event.step} was decided before {first}")
    match event.step:
        case "rating":
            follows = law_of_parts.rating_leads_to(case, stored, state)
            case.expects = (follows or "evaluation_record", False, None)
            return
        case "calibration" | "objection_decision":
            if _ends_erased(case, stored):
                case.expects = ("evaluation_record", False, None)
                return
            _left_judgement(case, stored, event)
        case "result_response":
            _responded(case, stored, event, state)
            return
        case "improvement_plan":
            law_of_follow_ups.started(case, stored, event, state)
        case "evaluation_record" | "follow_up_decision" | "dismissal_dossier":
            _must_end(case, stored)
            return
        case "retest":
            if _retested(case, stored, event):
                return
    if event.step == "objection_decision":
        _must_become_final(case, stored, "objection_decided")
    elif event.step in state.steps and state.steps.index(event.step) + 1 < len(state.steps):
        case.expects = (state.steps[state.steps.index(event.step) + 1], False, None)


def _left_judgement(case: Case, stored: StoredEvent, event: ev.TaskCompleted) -> None:
    judged = [s.event for s in case.beside(stored, eve.PerformanceJudged)]
    if not any(isinstance(e, eve.PerformanceJudged) and e.at_step == event.step for e in judged):
        case.report(stored, "skipped-step", f"{event.step} left no judgement")


def _retested(case: Case, stored: StoredEvent, event: ev.TaskCompleted) -> bool:
    """Whether the test was passed, which ends the case."""
    passed = bool(case.beside(stored, ev.ActionCompleted))
    if event.details is not None and event.details.get("passed") != passed:
        case.report(stored, "illegal-transition", "what follows is not what the test said")
    return passed


def _responded(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    task = state.task(event.task_id)
    closes = task.silence_at if task else None
    if closes is not None and closes <= case.moment.calendar.start_of(case.moment.day):
        case.report(stored, "wrong-date", f"a response after the window closed at {closes}")
    finals = [s.event for s in case.beside(stored, eve.EvaluationBecameFinal)]
    if event.details is not None and (event.details.get("response") == "accept") != bool(finals):
        case.report(stored, "illegal-transition", "what follows is not what the person answered")
    if finals:
        _must_become_final(case, stored, "accepted")
    else:
        case.expects = ("objection_decision", False, None)


def _must_become_final(case: Case, stored: StoredEvent, why: str) -> None:
    finals = [s.event for s in case.beside(stored, eve.EvaluationBecameFinal)]
    if [e.why for e in finals if isinstance(e, eve.EvaluationBecameFinal)] != [why]:
        case.report(stored, "illegal-transition", f"the evaluation did not become final as {why}")
    case.expects = ("evaluation_record", False, None)


def _must_end(case: Case, stored: StoredEvent) -> None:
    if not case.beside(stored, ev.ActionCompleted):
        case.report(stored, "illegal-transition", "the last step did not end the case")


def rejected(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    """Only a calibration is not carried, and then the assessor rates again."""
    if event.step != "calibration" or state.status in DECREED or state.ended:
        case.report(stored, "illegal-transition", f"{event.step} of an evaluation cannot be rejected")
    case.expects = ("rating", True, None)


def returned(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    """To an earlier step, by default the one before, and not once it was decided."""
    earlier = state.steps[: state.steps.index(event.step)] if event.step in state.steps else ()
    wanted = event.return_to or (earlier[-1] if earlier else None)
    if wanted not in earlier or state.status in DECREED or state.ended:
        case.report(stored, "illegal-transition", f"{event.step} cannot be returned to {event.return_to}")
    else:
        case.expects = (str(wanted), True, None)


def judged(case: Case, stored: StoredEvent, event: eve.PerformanceJudged, state: ActionState) -> None:
    """By the step's decision, with the matrix's *predikat*, and from the judgement that stood."""
    cause = ev.VoteCast if event.at_step == "motion" else ev.TaskCompleted
    step = "calibration" if event.at_step == "motion" else event.at_step
    beside = [s.event for s in case.beside(stored, cause)]
    if not any(isinstance(e, ev.VoteCast | ev.TaskCompleted) and e.step == step for e in beside):
        case.report(stored, "illegal-transition", f"a judgement at {event.at_step} without its decision")
    if event.at_step == "motion" and any(task.votes for task in state.open_tasks):
        case.report(stored, "illegal-transition", "a deviation was moved when votes had been cast")
    if event.result is None or event.conduct is None:
        return
    try:
        predicate = MATRIX[Judgement[event.result], Judgement[event.conduct]]
    except KeyError:
        case.report(stored, "finding-mismatch", "a judgement that the matrix does not know")
        return
    if event.predicate != predicate.value:
        case.report(stored, "finding-mismatch", "the predikat is not the matrix's")
    _stems_from(case, stored, event, state)


def _stems_from(case: Case, stored: StoredEvent, event: eve.PerformanceJudged, state: ActionState) -> None:
    """The levels are those of the form, or those that stood where nobody changed them."""
    levels = (event.result, event.conduct)
    evaluation = state.evaluation
    moved = evaluation.moved_at if evaluation else None
    stood = case.judgements.get(
        (moved if event.at_step == "calibration" and moved else None)
        or (evaluation.judged_at if evaluation else None)
        or 0
    )
    decided = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    details = next(
        (e.details for e in decided if isinstance(e, ev.TaskCompleted) and e.step == event.at_step), None
    )
    wanted: tuple[Any, Any] | None = stood
    if event.at_step == "rating" and evaluation and evaluation.parts:
        wanted = law_of_parts.together(case, state)
    elif event.at_step == "rating" and details is not None:
        wanted = (details.get("result"), details.get("conduct"))
    if event.at_step == "objection_decision" and details is not None and details.get("decision") == "changed":
        wanted = (details.get("result"), details.get("conduct"))
    if event.at_step == "motion":
        cast = [s.event for s in case.beside(stored, ev.VoteCast)]
        moved_details = next((e.details for e in cast if isinstance(e, ev.VoteCast)), None) or {}
        deviation = moved_details.get("deviation") or {}
        wanted = (deviation.get("result"), deviation.get("conduct"))
        if not event.reason:
            case.report(stored, "finding-mismatch", "a deviation without its reason")
    if wanted is not None and wanted != levels:
        case.report(stored, "finding-mismatch", f"the judgement at {event.at_step} is not the one decided")
    changes = event.at_step == "motion" or (event.at_step == "calibration" and moved is not None)
    changed = (
        event.at_step == "objection_decision" and details is not None and details.get("decision") == "changed"
    )
    if event.at_step != "objection_decision" and event.deviates != changes:
        case.report(stored, "finding-mismatch", "whether it deviates is told wrongly")
    if event.at_step == "objection_decision" and details is not None and event.deviates != changed:
        case.report(stored, "finding-mismatch", "whether it deviates is told wrongly")


def became_final(
    case: Case, stored: StoredEvent, event: eve.EvaluationBecameFinal, state: ActionState
) -> None:
    """Accepted, decided on objection, or the window closed on its day: nothing else ends the dispute."""
    if event.why == "erased":
        _erased(case, stored, state)
        return
    if state.evaluation is None or state.evaluation.final or state.evaluation.judged_at is None:
        case.report(stored, "illegal-transition", "it became final without a judgement, or twice")
    steps = {
        e.event.step for e in case.beside(stored, ev.TaskCompleted) if isinstance(e.event, ev.TaskCompleted)
    }
    lawful = {"accepted": "result_response", "objection_decided": "objection_decision"}
    if event.why != "window_closed":
        if lawful[event.why] not in steps:
            case.report(stored, "illegal-transition", f"nothing made it final as {event.why}")
        return
    before = case.before or state
    due = any(
        task.step == "result_response" and task.silence_at is not None and task.silence_at <= case.moment.at
        for task in before.open_tasks
    )
    if stored.actor.kind != "system" or not due:
        case.report(stored, "silence-not-lawful", "the window for an objection was still open")
    case.expects = ("evaluation_record", False, None)


def _ends_erased(case: Case, stored: StoredEvent) -> bool:
    finals = [s.event for s in case.beside(stored, eve.EvaluationBecameFinal)]
    return any(isinstance(e, eve.EvaluationBecameFinal) and e.why == "erased" for e in finals)


def _erased(case: Case, stored: StoredEvent, state: ActionState) -> None:
    """Only at a decision on a judgement that went with its person's key, and by nobody who could read it."""
    done = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    steps = ("rating", "calibration", "objection_decision")
    if not any(isinstance(e, ev.TaskCompleted) and e.step in steps for e in done):
        case.report(stored, "illegal-transition", "nothing was to be decided when it ended as erased")
    evaluation = state.evaluation
    if evaluation is None or evaluation.final:
        case.report(stored, "illegal-transition", "it became final twice")
        return
    at = evaluation.moved_at or evaluation.judged_at
    versions = [at] if at is not None else [part.version for part in evaluation.parts]
    if versions and all(version in case.judgements for version in versions):
        case.report(stored, "illegal-transition", "what is said to be erased stands in the record")


def ended_well(case: Case, stored: StoredEvent, state: ActionState) -> None:
    """With the last step, or a test that was passed; a low result opens its follow-up."""
    done = [e.event for e in case.beside(stored, ev.TaskCompleted) if isinstance(e.event, ev.TaskCompleted)]
    last = {"evaluation_record", "follow_up_decision", "dismissal_dossier", "retest"}
    if not any(e.step in last and e.outcome == "approve" for e in done):
        case.report(stored, "skipped-step", "an evaluation ended before its last step")
    if not any(e.step == "evaluation_record" for e in done):
        return
    evaluation = state.evaluation
    if evaluation is None or not evaluation.final:
        case.report(stored, "skipped-step", "it was recorded before it was final")
    levels = case.judgements.get((evaluation.judged_at if evaluation else None) or 0)
    if levels is None:
        return
    predicate = MATRIX[Judgement[levels[0]], Judgement[levels[1]]]
    low = predicate in case.policy.evaluation.low_rating.predicates
    law_of_follow_ups.owed(case, stored, state, low=low)


def withdrawn(case: Case, stored: StoredEvent, state: ActionState) -> bool:
    """Whether the actor may withdraw an evaluation; what a low rating leads to nobody may."""
    actor = stored.actor
    if state.evaluation is not None and state.evaluation.follows is not None:
        return False
    if actor.kind != "person":
        return state.initiator == (actor.kind, actor.id)
    named, offices, day = case.policy.evaluation.withdrawn_by, case.moment.offices, case.moment.day
    if actor.id == state.subject_id:
        return False
    own = _in_own_right(actor.id, state.subject_id, case.moment)
    if {split_key(key)[0] for key in own} & set(named):
        return True
    for office in named:
        key: str | None = office
        while key is not None and not any(
            key in _in_own_right(person, state.subject_id, case.moment)
            for person in offices.holders(key, day) - {state.subject_id}
        ):
            key = offices.superior(key)
        if key in own:
            return True
    return False


def _in_own_right(person: str, subject: str, moment: Moment) -> set[str]:
    """The offices that the person exercises neither as a delegate nor in the place (Plh) of the subject."""
    posts, found = moment.agency.posts, set[str]()
    for key, signature in moment.offices.exercised_by(person, moment.day):
        post = posts.get(signature.post_id or "")
        if signature.capacity is not Capacity.DELEGATE and (post is None or post.incumbent_id != subject):
            found.add(key)
    return found


def is_evaluation(state: ActionState) -> bool:
    return state.kind is Kind.EVALUATION
