"""What the ledger alone tells the doctor: tasks that wait for nobody, moments gone by, tables out of step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, select

from domain.facts import Facts
from domain.human_task import Task
from domain.offices import COMMITTEE, INITIATOR
from domain.ownership import may_act, voters
from domain.personnel_action import ActionState
from ledger.record import moment
from ledger.schema import checkpoints, cursors, events, head
from operations.diagnosis import Finding, Repair
from projections.action_state import action_states
from projections.inbox import inbox
from projections.register import actions
from relay.recorder import SPREAD_OF_A_CYCLE

OVERDUE_AFTER = timedelta(minutes=10)
RELAY_BEHIND_AFTER = timedelta(minutes=2)
RELAY = "temporal"


def of_action(state: ActionState, facts: Facts) -> Iterator[Finding]:
    """What is wrong with one running action."""
    yield from of_tasks(state, facts)
    blocked = _blocked_effect(state, facts)
    due = state.next_due()
    if blocked is not None:
        yield blocked
    elif due is not None and due < facts.now - _late_after(state):
        yield Finding(
            "overdue",
            f"something has been due in phase {state.phase}, and the process has not done it",
            state.id,
            since=moment(due),
            repair=Repair.WAKE_PROCESS,
        )


def _late_after(state: ActionState) -> timedelta:
    in_cycle = state.evaluation is not None and state.evaluation.cycle_id is not None
    return OVERDUE_AFTER + (SPREAD_OF_A_CYCLE if in_cycle else timedelta())


def of_tasks(state: ActionState, facts: Facts) -> Iterator[Finding]:
    """Open tasks of one action that nobody, or no quorum, could decide."""
    for task in state.open_tasks:
        yield from _of_task(task, state, facts)


def _of_task(task: Task, state: ActionState, facts: Facts) -> Iterator[Finding]:
    step = facts.policy_of(state).steps[task.step]
    opened = moment(task.opened_at)
    if task.office == COMMITTEE:
        quorum = facts.policy_of(state).committee.quorum
        # Who declared an interest after voting counts no longer.
        voted = {vote.person_id for vote in task.votes} - state.conflicts
        waited_for = voters(state, step, facts) - voted
        able = len(waited_for | voted)
        if able < quorum:
            yield Finding(
                "committee-below-quorum",
                f"{task.step} needs {quorum} votes and {able} people may vote",
                state.id,
                task.office,
                opened,
                advice="fill the committee's vacant offices or appoint acting holders (Plt/Plh)",
            )
        elif not waited_for:
            yield Finding(
                "vote-waits-for-nobody",
                f"everybody who may vote at {task.step} has voted; a member left before the vote was closed",
                state.id,
                task.office,
                opened,
                advice="the next reminder closes it; else fill the seat or appoint a Plt or Plh",
            )
    elif not any(may_act(person, task, state, facts) for person in _people_near(task, state, facts)):
        yield Finding(
            "task-without-owner",
            f"nobody may act on {task.step}: its office and those above are vacant or excluded",
            state.id,
            task.office,
            opened,
            advice="fill the office or appoint an acting holder (Plt/Plh)",
        )


def _people_near(task: Task, state: ActionState, facts: Facts) -> set[str]:
    """Everybody who could come into question, most likely first being of no matter."""
    if task.office == INITIATOR:
        person = facts.agency.people.get(state.initiator[1])
        return {person.id} if person is not None and person.position_id is not None else set()
    people = {state.subject_id} | ({task.delegated_to} if task.delegated_to else set())
    for start in (task.office, task.escalated_to):
        key = start
        while key is not None:
            people |= facts.offices.holders(key, facts.today)
            key = facts.offices.superior(key)
    delegates = {d.delegate_id for d in facts.agency.delegations.values() if d.runs_on(facts.today)}
    return people | delegates


def _blocked_effect(state: ActionState, facts: Facts) -> Finding | None:
    if not state.awaits_effect or state.effective_at is None or state.effective_at > facts.now:
        return None
    post = facts.agency.posts.get(state.target_position_id or "")
    if post is None or post.incumbent_id in (None, state.subject_id):
        return None
    return Finding(
        "effect-blocked",
        f"the transfer cannot take effect: post {post.id} has been filled by another person",
        state.id,
        since=moment(state.effective_at),
        advice="free the post, or annul this action; it is tried again each working day",
    )


def decree_missing(connection: Connection, state: ActionState, now: datetime) -> Finding | None:
    """A decision whose decree the process has not issued."""
    if state.phase != "decree":
        return None
    since = connection.execute(
        select(func.max(events.c.recorded_at)).where(events.c.stream == f"personnel-action/{state.id}")
    ).scalar()
    if since is None or since > moment(now - OVERDUE_AFTER):
        return None
    what = "decided, and the process has not issued the decree"
    return Finding("decree-missing", what, state.id, since=since, repair=Repair.WAKE_PROCESS)


def of_erasures(connection: Connection, unfinished: list[str]) -> Iterator[Finding]:
    """Erasures that a second person consented to and that were cut off before everything was gone."""
    for person_id in unfinished:
        since = connection.execute(
            select(func.max(events.c.recorded_at)).where(events.c.stream == f"erasure/{person_id}")
        ).scalar()
        what = f"{person_id} has no key any more; documents, credentials or free pages may still be there"
        yield Finding(
            "erasure-unfinished", what, since=since, repair=Repair.FINISH_ERASURE, person_id=person_id
        )


def of_tables(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Whether relay, checkpoints and projections keep step with the events, by counting."""
    place = connection.execute(select(cursors.c.position).where(cursors.c.consumer == RELAY)).scalar() or 0
    waiting = connection.execute(
        select(func.min(events.c.recorded_at), func.count()).where(
            events.c.wakes == 1, events.c.position >= place
        )
    ).one()
    if waiting[0] is not None and waiting[0] < moment(now - RELAY_BEHIND_AFTER):
        what = f"the relay stands at position {place}; {waiting[1]} waking events have not been told"
        yield Finding(
            "relay-behind", what, since=waiting[0], advice="see that a worker runs and reaches Temporal"
        )
    size = connection.execute(select(head.c.size)).scalar_one()
    count, newest = connection.execute(
        select(func.count(), func.max(events.c.position)).select_from(events)
    ).one()
    if (count, (newest if newest is not None else -1) + 1) != (size, size):
        what = f"the head says {size} events; there are {count}, the last at {newest}"
        yield Finding("head-out-of-step", what, advice="run `jenjang verify`")
    signed = connection.execute(select(func.max(checkpoints.c.size))).scalar() or 0
    if signed != size:
        what = f"the newest checkpoint is of size {signed}, the ledger of size {size}"
        yield Finding("checkpoint-behind", what, advice="run `jenjang verify`")
    yield from _of_projections(connection)


def _of_projections(connection: Connection) -> Iterator[Finding]:
    submitted = _count(
        connection, select(func.count()).select_from(events).where(events.c.type == "ActionSubmitted")
    )
    for table in (actions, action_states):
        rows = _count(connection, select(func.count()).select_from(table))
        if rows != submitted:
            yield _out_of_step(table.name, f"{rows} rows for {submitted} actions")
    same = and_(
        actions.c.action_id == action_states.c.action_id, actions.c.version == action_states.c.version
    )
    different = submitted - _count(
        connection, select(func.count()).select_from(actions.join(action_states, same))
    )
    if different:
        yield _out_of_step(actions.name, f"{different} actions whose version is not that of their state")
    of_open_action = and_(inbox.c.action_id == actions.c.action_id, actions.c.quiet == 0)
    left_over = _count(
        connection,
        select(func.count())
        .select_from(inbox.join(actions, of_open_action, isouter=True))
        .where(actions.c.action_id.is_(None)),
    )
    if left_over:
        yield _out_of_step(inbox.name, f"{left_over} tasks of actions that are over")


def _count(connection: Connection, statement: object) -> int:
    return int(connection.execute(statement).scalar_one())  # type: ignore[call-overload]


def _out_of_step(table: str, what: str) -> Finding:
    return Finding(
        "projection-out-of-step", f"{table}: {what}", advice="run `jenjang rebuild`, then `verify`"
    )
