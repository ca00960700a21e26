"""The one judge: every command comes through here and becomes events, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain import acting, annulment, approval, directory, process, submission
from domain import commands as cmd
from domain import events as ev
from domain.errors import AlreadyExists, NotFound, NotPermitted, WrongExpectedVersion
from domain.facts import Facts
from domain.identity import Actor
from domain.ownership import signature_for
from domain.personnel_action import ActionState

Judged = list[tuple[ev.NewEvent, Actor]]

OF_THE_AGENCY: dict[type[cmd.Command], Callable[[Facts, Any], list[ev.NewEvent]]] = {
    cmd.RegisterUnits: directory.register_units,
    cmd.RegisterPositions: directory.register_positions,
    cmd.RegisterEmployees: directory.register_employees,
    cmd.GrantOffice: directory.grant_office,
    cmd.WithdrawOffice: directory.grant_office,
    cmd.AdoptPolicy: directory.adopt_policy,
    cmd.AdoptCalendar: directory.adopt_calendar,
    cmd.IssueApiKey: directory.issue_api_key,
    cmd.RevokeApiKey: directory.revoke_api_key,
    cmd.RecordPersonalDataRead: directory.record_read,
    cmd.FileDocument: directory.file_document,
    cmd.GrantDelegation: acting.grant,
    cmd.RevokeDelegation: acting.revoke,
}

OF_AN_ACTION: dict[type[cmd.Command], Callable[[ActionState, Facts, Any], list[ev.Event]]] = {
    cmd.ClaimTask: approval.claim,
    cmd.ReleaseTask: approval.release,
    cmd.DelegateTask: approval.delegate,
    cmd.CommentTask: approval.comment,
    cmd.DecideTask: approval.decide_task,
    cmd.WithdrawAction: annulment.withdraw,
    cmd.IssueDecree: process.issue_decree,
}


def decide(state: ActionState | None, facts: Facts, command: cmd.Command) -> Judged:
    """The events that `command` causes, each with its actor; an empty list when nothing changes.

    `state` is the state of the command's own action, None for a new one and for commands that
    concern the agency. Pure: the same arguments give the same events. Raises a Refusal.
    """
    for_agency = OF_THE_AGENCY.get(type(command))
    if for_agency is not None:
        return [(new, command.actor) for new in for_agency(facts, command)]
    assert isinstance(command, cmd.ActionCommand)  # every other command names its action
    if isinstance(command, cmd.SubmitAction):
        if state is not None:
            raise AlreadyExists(what="action_id")
        return [(new, command.actor) for new in submission.submit(facts, command)]
    if state is None:
        raise NotFound()
    if command.expected_version is not None and command.expected_version != state.version:
        raise WrongExpectedVersion(
            stream=submission.stream_of(state.id), expected=command.expected_version, actual=state.version
        )
    if isinstance(command, cmd.AnnulAction):
        return [(new, command.actor) for new in annulment.annul(state, facts, command)]
    if isinstance(command, cmd.AdvanceAction):
        return [(_addressed(event, state), actor) for event, actor in process.advance(state, facts, command)]
    if isinstance(command, cmd.DeclareConflict):
        return [
            (_addressed(event, state), command.actor) for event in declare_conflict(state, facts, command)
        ]
    events = OF_AN_ACTION[type(command)](state, facts, command)
    return [(_addressed(event, state), command.actor) for event in events]


def declare_conflict(state: ActionState, facts: Facts, command: cmd.DeclareConflict) -> list[ev.Event]:
    """A potential owner of an open task declares an interest and is out of the case for good.

    Where nobody is left in the task's office, its superior becomes a further owner at once.
    """
    if command.actor.kind != "person":
        raise NotPermitted()
    if command.actor.id in state.conflicts:
        return []
    mine = [task for task in state.open_tasks if _owns(command.actor, task.id, state, facts)]
    if not mine:
        raise NotFound()
    events: list[ev.Event] = [ev.ConflictDeclared(person_id=command.actor.id, reason=command.reason)]
    for task in mine:
        holders = facts.offices.holders(task.office, facts.today) - state.conflicts - {command.actor.id}
        superior = facts.offices.superior(task.office)
        if not holders and superior is not None and task.escalated_to is None:
            events.append(ev.TaskEscalated(task_id=task.id, to_office=superior))
    return events


def _owns(actor: Actor, task_id: str, state: ActionState, facts: Facts) -> bool:
    task = state.task(task_id)
    try:
        return task is not None and signature_for(actor, task, state, facts) is not None
    except (NotFound, NotPermitted):
        return False


def _addressed(event: ev.Event, state: ActionState) -> ev.NewEvent:
    if isinstance(event, ev.EmployeePlaced):
        return ev.NewEvent(f"employee/{event.person_id}", event, event.person_id)
    return ev.NewEvent(submission.stream_of(state.id), event, state.subject_id)
