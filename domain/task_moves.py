"""What happens to an open task of a case before it is decided: claimed, handed on, voted on, overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain import events as ev
from domain.changed import changed
from domain.human_task import TaskState, Vote

if TYPE_CHECKING:
    from domain.personnel_action import ActionState, Recorded

UNDELEGATED: dict[str, Any] = {"delegated_to": None, "delegated_by": None, "delegated_signature": None}
FREE: dict[str, Any] = {"state": TaskState.READY, "claimed_by": None}


def with_task(action: ActionState, task_id: str, /, **changes: Any) -> ActionState:
    """The case with other values in some fields of one of its tasks."""
    tasks = tuple(changed(task, **changes) if task.id == task_id else task for task in action.tasks)
    return changed(action, tasks=tasks)


def claimed(state: ActionState, event: ev.TaskClaimed, _: Recorded) -> ActionState:
    """Somebody has taken it; a delegate does so for who delegated it."""
    task = state.task(event.task_id)
    by_delegate = task is not None and task.delegated_to == event.person_id
    claim = {"state": TaskState.RESERVED, "claimed_by": event.person_id}
    return with_task(state, event.task_id, **claim, **({} if by_delegate else UNDELEGATED))


def released(state: ActionState, event: ev.TaskReleased, _: Recorded) -> ActionState:
    """Everybody of its office may take it again."""
    return with_task(state, event.task_id, **FREE, **UNDELEGATED)


def delegated(state: ActionState, event: ev.TaskDelegated, _: Recorded) -> ActionState:
    """Reserved for the delegate, under the signature of who delegated it."""
    return with_task(
        state,
        event.task_id,
        state=TaskState.RESERVED,
        claimed_by=event.to,
        delegated_to=event.to,
        delegated_by=event.by,
        delegated_signature=event.signature,
    )


def conflict(state: ActionState, event: ev.ConflictDeclared, _: Recorded) -> ActionState:
    """Who declared an interest is out of the case, and holds none of its tasks."""
    freed = tuple(
        changed(task, **FREE, **UNDELEGATED)
        if task.is_open and event.person_id in (task.claimed_by, task.delegated_by)
        else task
        for task in state.tasks
    )
    return changed(state, conflicts=state.conflicts | {event.person_id}, tasks=freed)


def voted(state: ActionState, event: ev.VoteCast, recorded: Recorded) -> ActionState:
    """One vote more; the next member may vote."""
    task = state.task(event.task_id)
    votes = task.votes if task else ()
    counted = with_task(
        state,
        event.task_id,
        votes=(*votes, Vote(event.person_id, event.vote, recorded.at)),
        state=TaskState.READY,
        claimed_by=None,
    )
    return changed(counted, acted=(*state.acted, (event.step, event.person_id)))


def exited(state: ActionState, event: ev.TaskExited, _: Recorded) -> ActionState:
    """Nobody decides it any more."""
    return with_task(state, event.task_id, state=TaskState.EXITED)


def reminded(state: ActionState, event: ev.ReminderSent, _: Recorded) -> ActionState:
    """Its owners were told that half or all of its time is over."""
    task = state.task(event.task_id)
    return with_task(state, event.task_id, reminded=(task.reminded if task else frozenset()) | {event.which})


def escalated(state: ActionState, event: ev.TaskEscalated, _: Recorded) -> ActionState:
    """A claim has lapsed: the superior could not act beside a claimant who lets the time run out."""
    return with_task(state, event.task_id, **FREE, escalated_to=event.to_office)
