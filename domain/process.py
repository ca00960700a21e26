"""What follows from an approval, a decree and a date: the transfer's own order of things."""

from __future__ import annotations

from datetime import date

from domain import evaluation, promotion, write_back
from domain import events as ev
from domain.changed import changed
from domain.commands import AdvanceAction, IssueDecree
from domain.errors import HardFinding, NotDue, NotPermitted
from domain.facts import Facts
from domain.human_task import Task
from domain.identity import BKN_SILENCE, Actor
from domain.offices import ASSESSOR, office_key
from domain.ownership import answering_office
from domain.personnel_action import ActionState, Status, acted_at
from domain.policy import Kind, StepRule, Variant
from domain.task_opening import assessor_office, beyond_the_agency, open_task

Events = list[ev.Event]


def after_approval(
    state: ActionState,
    task: Task,
    facts: Facts,
    decree_date: date | None,
    effective_date: date | None,
) -> Events:
    """The events that an approved task leads to. `state` knows who approved, and is else as before."""
    match task.step:
        case "revision":
            return [open_task(task.resumes or state.steps[0], state, facts)]
        case "appointing_decision":
            assert decree_date is not None
            assert effective_date is not None
            return [
                ev.PlacementDecided(
                    effective_date=effective_date,
                    effective_at=facts.calendar.start_of(effective_date),
                    decree_date=decree_date,
                )
            ]
        case "inauguration" | "siasn_correction":
            return []
        case "duty_statement":
            return [write_back.begin(state, facts)]
        case "siasn_write_back" if state.kind is Kind.PROMOTION:
            return [promotion.scheduled_review(state, facts)]
        case "siasn_write_back" | "promotion_review":
            return [ev.ActionCompleted()]
    following = state.steps[state.steps.index(task.step) + 1]
    return [open_task(following, state, facts)]


def issue_decree(state: ActionState, facts: Facts, command: IssueDecree) -> Events:
    """Give the decided case its number, the next of the year, and open the inauguration if the post
    needs one. Asking again changes nothing.
    """
    if command.actor.kind != "system":
        raise NotPermitted()
    if state.decree is not None:
        return []
    if state.status is not Status.DECIDED or state.decree_date is None:
        raise NotDue()
    year = state.decree_date.year
    sequence = facts.registry.last_decree.get(year, 0) + 1
    number = facts.policy_of(state).decree_numbering.template.format(number=sequence, year=year)
    issued = ev.DecreeIssued(
        number=number,
        year=year,
        sequence=sequence,
        decree_date=state.decree_date,
        code_hash=command.code_hash,
    )
    return [issued, open_task("inauguration", state, facts)] if state.inauguration else [issued]


def advance(
    state: ActionState, facts: Facts, command: AdvanceAction
) -> list[tuple[ev.Event | ev.NewEvent, Actor]]:
    """Everything that is due at `facts.now`, each with who did it: the system, or AUTO where an
    authority's silence counts as consent. Nothing due gives no events.
    """
    if command.actor.kind != "system":
        raise NotPermitted()
    found: list[tuple[ev.Event | ev.NewEvent, Actor]] = []
    for task in state.open_tasks:
        if task.expires_at is not None and task.expires_at <= facts.now and not state.ended:
            return [
                (ev.TaskExited(task_id=task.id, why="expired"), command.actor),
                (ev.ActionExpired(step=task.step), command.actor),
            ]
        if task.step == "result_response" and task.silence_at is not None and task.silence_at <= facts.now:
            return [(event, command.actor) for event in evaluation.window_closed(state, task, facts)]
        if task.silence_at is not None and task.silence_at <= facts.now:
            completed = ev.TaskCompleted(task_id=task.id, step=task.step, outcome="approve", signature=None)
            consented = acted_at(state, task.step, BKN_SILENCE.id, None)
            following = after_approval(consented, task, facts, None, None)
            return [(event, BKN_SILENCE) for event in [completed, *following]]
        found += [(event, command.actor) for event in _nudges(task, state, facts)]
    found += [(event, command.actor) for event in write_back.out_of_time(state, facts)]
    if state.awaits_effect and state.effective_at is not None and state.effective_at <= facts.now:
        found += [(event, command.actor) for event in _take_effect(state, facts)]
    if state.awaits_review and state.review_at is not None and state.review_at <= facts.now:
        found.append((open_task(promotion.REVIEW, state, facts), command.actor))
    return found


def above(task: Task, step: StepRule, state: ActionState, facts: Facts) -> str | None:
    """The office to which an overdue task goes besides its own: the one that the step names, seen from
    the subject's post, or the superior of the task's.
    """
    if step.escalates_to is None:
        return facts.offices.superior(task.office)
    if step.escalates_to == ASSESSOR:
        return assessor_office(state.origin_position_id, facts.agency, facts.offices, facts.policy_of(state))
    return office_key(step.escalates_to, facts.agency.apparatus_of(state.origin_unit_id))


def _nudges(task: Task, state: ActionState, facts: Facts) -> Events:
    """Reminder at half time; at the end a reminder and the superior as a further owner: the nearest one that
    may act on this case. Where an assessment has come to wait for nobody, the authority above the agency.
    """
    events: Events = []
    if "half" not in task.reminded and task.remind_at is not None and task.remind_at <= facts.now:
        events.append(ev.ReminderSent(task_id=task.id, which="half"))
    if task.due_at is None or task.due_at > facts.now:
        return events
    beyond = beyond_the_agency(task, state, facts)
    further = None if beyond == task.escalated_to else beyond
    if "due" not in task.reminded:
        events.append(ev.ReminderSent(task_id=task.id, which="due"))
        step = facts.policy_of(state).steps[task.step]
        superior = above(task, step, state, facts)
        if beyond is None and superior is not None:
            further = answering_office(superior, step, state, facts)
    if further is not None:
        events.append(ev.TaskEscalated(task_id=task.id, to_office=further))
    return events


def _take_effect(state: ActionState, facts: Facts) -> Events:
    person = facts.agency.people[state.subject_id]
    target = facts.agency.posts.get(state.target_position_id or "")
    if target is not None and target.incumbent_id not in (None, state.subject_id):
        raise HardFinding(rules=["position_vacant"])
    placed = ev.EmployeePlaced(
        person_id=state.subject_id,
        from_position_id=person.position_id,
        to_position_id=state.target_position_id,
        since=state.effective_date,
        action_id=state.id,
        placed_by=state.id,
    )
    effective = changed(state, status=Status.EFFECTIVE)
    leaves = state.variant is Variant.INTER_AGENCY_OUT
    following = open_task("siasn_write_back" if leaves else "duty_statement", effective, facts)
    return [ev.ActionTookEffect(effective_date=state.effective_date), placed, following]
