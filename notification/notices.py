"""Which records have to be told to whom: tasks that opened, moved or are late to those who may decide them,
what became of a case to its subject and its initiator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from accounts.notification_settings import About, Notice
from domain.authorization import may_see_action, viewer_of
from domain.facts import Facts
from domain.human_task import Task
from domain.identity import Actor
from domain.personnel_action import ActionState
from domain.potential_owners import potential_owners
from ledger.directory_view import DirectoryView
from ledger.facts import facts_for_reading
from ledger.mirror import action_id_of
from ledger.read import Reader, size
from ledger.record import decode
from ledger.schema import events
from projections.action_state import states_of

BATCH = 500
OF_TASKS: dict[str, About] = {
    "TaskOpened": "task",
    "TaskDelegated": "task",
    "TaskEscalated": "task",
    "ReminderSent": "reminder",
}
OF_CASES = (
    "DecreeIssued",
    "ActionTookEffect",
    "ActionCompleted",
    "ActionRejected",
    "ActionRefused",
    "ActionWithdrawn",
    "ActionExpired",
    "ActionAnnulled",
)


@dataclass(frozen=True)
class Told:
    """Notices of a stretch of the ledger, and the position to go on from."""

    notices: list[Notice]
    following: int
    recorded_at: dict[int, str]


def read_notices(reader: Reader, connection: Connection, start: int, now: datetime) -> Told:
    """The notices of the records from `start` on, a batch of them at most."""
    end = size(connection)
    wanted = (*OF_TASKS, *OF_CASES)
    found = connection.execute(
        select(events.c.position, events.c.record)
        .where(events.c.type.in_(wanted), events.c.position >= start)
        .order_by(events.c.position)
        .limit(BATCH)
    ).all()
    if not found:
        return Told([], max(end, start), {})
    records = [(position, decode(bytes(record))) for position, record in found]
    states = states_of(connection, {action_id_of(record["stream"]) for _, record in records})
    view = reader.directory.current(connection)
    facts = facts_for_reading(reader, connection, view, now)
    notices = [
        notice
        for position, record in records
        if (state := states.get(action_id_of(record["stream"]))) is not None
        for notice in _of_record(position, record, state, view, facts)
    ]
    following = records[-1][0] + 1 if len(records) == BATCH else max(end, start)
    return Told(notices, following, {position: record["recorded_at"] for position, record in records})


def may_decide(notice: Notice, state: ActionState, facts: Facts) -> bool:
    """Whether the task of the notice is still open and the person's to decide, at the moment of `facts`."""
    task = _open_task(state, notice.task_id)
    return task is not None and notice.person_id in _deciders(task, state, facts)


def _of_record(
    position: int, record: dict[str, Any], state: ActionState, view: DirectoryView, facts: Facts
) -> Iterator[Notice]:
    acted = record["actor"]["id"]
    about = OF_TASKS.get(record["type"])
    if about is None:
        for person in _parties(state, view, facts) - {acted}:
            yield Notice(person, position, "case", state.id, None)
        return
    task = _open_task(state, record["data"]["task_id"])
    if task is not None:
        for person in _deciders(task, state, facts) - {acted}:
            yield Notice(person, position, about, state.id, task.id)


def _open_task(state: ActionState, task_id: str | None) -> Task | None:
    return next((task for task in state.open_tasks if task.id == task_id), None)


def _deciders(task: Task, state: ActionState, facts: Facts) -> set[str]:
    if task.claimed_by is not None:
        return {task.claimed_by}
    voted = {vote.person_id for vote in task.votes}
    owners = potential_owners(task, state, facts)
    return {owner.person_id for owner in owners if owner.signature is not None} - voted


def _parties(state: ActionState, view: DirectoryView, facts: Facts) -> set[str]:
    """Subject and initiator, as far as they may see the case."""
    people = {state.subject_id} | ({state.initiator[1]} if state.initiator[0] == "person" else set())
    offices, policy = view.offices(facts.today), view.policy_in_force(facts.today)
    return {
        person
        for person in people
        if may_see_action(
            viewer_of(Actor(kind="person", id=person), view.agency, offices, policy, facts.today), state
        )
    }
