"""Opening tasks in route order with their deadlines, and what owners do with them before deciding."""

from __future__ import annotations

from datetime import datetime

from audit import law_of_evaluation
from audit.case import Case, could_act, office_that_answers, people_out, why_not, why_out
from audit.law_of_promotion import REVIEW, review_is_due
from domain import events as ev
from domain.human_task import Task
from domain.offices import ASSESSOR, ASSESSOR_SUPERIOR, COMMITTEE, INITIATOR, SUBJECT, office_key
from domain.personnel_action import ENDED, ActionState
from domain.policy import StepRule, Variant
from ledger.record import StoredEvent

BETWEEN_AGENCIES = (Variant.INTER_AGENCY_IN, Variant.INTER_AGENCY_OUT)


def opened(case: Case, stored: StoredEvent, event: ev.TaskOpened, state: ActionState) -> None:
    """The right step next, in the right office, without the right people, at the right deadlines."""
    expected = case.expects
    case.expects = None
    step = case.step(event.step)
    if step is None:
        case.report(stored, "illegal-transition", f"the policy has no step {event.step}")
        return
    if expected is None and event.step == REVIEW and review_is_due(case, stored, state):
        expected = (REVIEW, False, None)
    if expected is None:
        case.report(stored, "illegal-transition", f"nothing led to a task at {event.step}")
    elif (event.step, event.returned, event.resumes) != expected:
        case.report(stored, "skipped-step", f"{event.step} was opened where {expected[0]} had to follow")
    if state.task(event.task_id) is not None:
        case.report(stored, "illegal-transition", "a task with that id exists already")
    if any(task.is_open for task in state.tasks):
        case.report(stored, "illegal-transition", "another task of the case is still open")
    if event.phase != step.phase:
        case.report(stored, "illegal-transition", f"{event.step} does not belong to phase {event.phase}")
    met = case.before if event.step == "siasn_correction" and case.before is not None else state
    office = _office(case, event, step, met)
    if event.office != office:
        case.report(stored, "wrong-office", f"{event.step} belongs to {office}, not {event.office}")
    if event.excluded != people_out(step, met):
        case.report(stored, "wrong-exclusions", f"{event.step} excludes {people_out(step, met)}")
    _deadlines(case, stored, event, step, state)


def _office(case: Case, event: ev.TaskOpened, step: StepRule, state: ActionState) -> str:
    if step.office == INITIATOR:
        return INITIATOR if state.initiator[0] == "person" else "personnel_analyst"
    if step.office in (COMMITTEE, SUBJECT):
        return step.office
    if step.office in (ASSESSOR, ASSESSOR_SUPERIOR):
        return law_of_evaluation.office_of(case, event.step, state, anew=event.returned)
    key = step.office
    if case.policy.offices[step.office].scope == "unit":
        of_target = step.of_unit == "target" or state.origin_unit_id is None
        unit = case.moment.agency.apparatus_of(state.target_unit_id if of_target else state.origin_unit_id)
        key = office_key(step.office, unit)
    return office_that_answers(key, step, state, case.moment)


def _deadlines(
    case: Case, stored: StoredEvent, event: ev.TaskOpened, step: StepRule, state: ActionState
) -> None:
    calendar, day = case.moment.calendar, law_of_evaluation.deadlines_from(case, event, state)
    days = step.sla_by_variant.get(state.variant.value, step.sla_working_days) or 0

    def end(working_days: int) -> datetime:
        return calendar.end_of(calendar.after(day, working_days))

    post = case.moment.agency.posts.get(state.target_position_id or "")
    silent = step.silence
    if state.variant in BETWEEN_AGENCIES or post is None or (silent and post.kind not in silent.post_kinds):
        silent = None
    expires = step.expires and days and state.status not in ENDED
    expected = {
        "due_on": calendar.after(day, days) if days else None,
        "remind_at": end(days // 2) if days // 2 else None,
        "due_at": end(days) if days else None,
        "expires_at": end(days * case.policy.deadlines.expiry_multiple) if expires else None,
        "silence_at": calendar.start_of(calendar.after(day, silent.on_working_day)) if silent else None,
        "calendar_version": calendar.version,
    }
    if event.step == "result_response":
        expected["silence_at"] = law_of_evaluation.silence_of(case, day)
    for name, value in expected.items():
        if getattr(event, name) != value:
            case.report(stored, "wrong-deadline", f"{name} of {event.step} is not {value}")


def open_task(case: Case, stored: StoredEvent, task_id: str, state: ActionState) -> Task | None:
    """The open task that an event speaks of, as the command met it; None is reported."""
    task = state.task(task_id)
    if task is None or not task.is_open:
        case.report(stored, "illegal-transition", f"{stored.type} for a task that is not open")
        return None
    return task


def by_owner(
    case: Case, stored: StoredEvent, task: Task, signature: object = None, person: str | None = None
) -> bool:
    """Report unless the event's actor is a person who may act on the task, under that signature."""
    if stored.actor.kind != "person" or (person is not None and person != stored.actor.id):
        case.report(stored, "not-an-owner", f"{stored.type} by {stored.actor.kind} {stored.actor.id}")
        return False
    problem = why_not(stored.actor.id, task, case, signature)  # type: ignore[arg-type]
    if problem is not None:
        case.report(stored, *problem)
    return problem is None


def not_claimed_by_other(case: Case, stored: StoredEvent, task: Task) -> None:
    claimant = task.claimed_by
    if claimant not in (None, stored.actor.id) and could_act(claimant, task, case):
        case.report(stored, "claimed-by-another", f"{task.step} was claimed by {claimant}")


def claimed(case: Case, stored: StoredEvent, event: ev.TaskClaimed, state: ActionState) -> None:
    task = open_task(case, stored, event.task_id, state)
    if task is None:
        return
    by_owner(case, stored, task, event.signature, event.person_id)
    not_claimed_by_other(case, stored, task)
    if task.office == COMMITTEE:
        case.report(stored, "illegal-transition", "a committee's task cannot be claimed")


def released(case: Case, stored: StoredEvent, event: ev.TaskReleased, state: ActionState) -> None:
    task = open_task(case, stored, event.task_id, state)
    if task is None:
        return
    by_owner(case, stored, task, person=event.person_id)
    if stored.actor.id not in (task.claimed_by, task.delegated_by):
        case.report(stored, "claimed-by-another", f"{task.step} was not theirs to release")


def delegated(case: Case, stored: StoredEvent, event: ev.TaskDelegated, state: ActionState) -> None:
    task = open_task(case, stored, event.task_id, state)
    step = case.step(task.step) if task else None
    if task is None or step is None:
        return
    by_owner(case, stored, task, event.signature, event.by)
    not_claimed_by_other(case, stored, task)
    if step.definitive_only or task.office in (COMMITTEE, INITIATOR, SUBJECT) or event.signature.on_behalf_of:
        case.report(stored, "capacity-not-allowed", f"{task.step} may not be delegated so")
    person = case.moment.agency.people.get(event.to)
    out = why_out(event.to, step, state)
    if person is None or person.position_id is None or event.to == event.by:
        case.report(stored, "not-an-owner", f"{event.to} can be nobody's delegate")
    elif out is not None:
        case.report(stored, "excluded-actor", f"the delegate {event.to} {out}")


def commented(case: Case, stored: StoredEvent, event: ev.TaskCommented, state: ActionState) -> None:
    task = open_task(case, stored, event.task_id, state)
    if task is not None:
        by_owner(case, stored, task)


def reminded(case: Case, stored: StoredEvent, event: ev.ReminderSent, state: ActionState) -> None:
    task = open_task(case, stored, event.task_id, state)
    due = (task.remind_at if event.which == "half" else task.due_at) if task else None
    if task is None:
        return
    if stored.actor.kind != "system" or event.which in task.reminded or due is None or due > case.moment.at:
        case.report(stored, "illegal-transition", f"no {event.which} reminder was due")


def escalated(case: Case, stored: StoredEvent, event: ev.TaskEscalated, state: ActionState) -> None:
    task = open_task(case, stored, event.task_id, state)
    step = case.step(task.step) if task else None
    if task is None or step is None:
        return
    conflict = case.beside(stored, ev.ConflictDeclared)
    overdue = stored.actor.kind == "system" and task.due_at is not None and task.due_at <= case.moment.at
    if not conflict and not overdue:
        case.report(stored, "illegal-transition", f"{task.step} is not overdue and was escalated")
    start = task.office if conflict else law_of_evaluation.office_above(case, task, step, state)
    answers = office_that_answers(start, step, state, case.moment) if start is not None else None
    if step.office in (ASSESSOR, ASSESSOR_SUPERIOR):
        belongs = law_of_evaluation.office_of(case, task.step, state)
        outside = belongs == case.policy.evaluation.assessment.without_superior
        if conflict or (outside and task.office != belongs):
            answers = belongs if belongs != task.escalated_to else None
    if answers is None or event.to_office != answers:
        case.report(stored, "wrong-office", f"{event.to_office} is not above {task.office}")
