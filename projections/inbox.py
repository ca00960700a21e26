"""Open tasks by owner: what waits for an office or a person, soonest due first."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, and_, func, or_, select

from domain.offices import INITIATOR
from domain.ownership import excluded_people
from domain.personnel_action import ActionState, Task
from domain.policy import Policy
from ledger.projection import Batch, History, RowWriter
from ledger.record import moment
from ledger.schema import metadata

NEVER_DUE = "9999"

inbox = Table(
    "inbox",
    metadata,
    Column("task_id", Text, primary_key=True),
    # An office key, or `person/<id>` where the task is a person's: initiator or delegate.
    Column("owner", Text, primary_key=True),
    Column("due_at", Text, nullable=False),
    Column("action_id", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("office", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("claimed_by", Text),
    Column("subject_id", Text, nullable=False),
    Column("excluded", Text, nullable=False),
    Column("action_version", Integer, nullable=False),
    Index("inbox_by_owner", "owner", "due_at", "task_id"),
)


def rows_of(state: ActionState, policy: Policy) -> list[tuple[Any, ...]]:
    """The inbox rows of one action: one for each owner of each open task."""
    rows = []
    for task in state.open_tasks:
        step = policy.steps[task.step]
        voted = {vote.person_id for vote in task.votes}
        excluded = json.dumps(sorted(excluded_people(step, state) | voted))
        rows += [
            (
                task.id,
                owner,
                moment(task.due_at) if task.due_at else NEVER_DUE,
                state.id,
                task.step,
                task.office,
                task.state.value,
                task.claimed_by,
                state.subject_id,
                excluded,
                task.opened_version,
            )
            for owner in _owners(task, state)
        ]
    return rows


def _owners(task: Task, state: ActionState) -> list[str]:
    if task.office == INITIATOR:
        return [f"person/{state.initiator[1]}"]
    owners = [task.office]
    if task.escalated_to:
        owners.append(task.escalated_to)
    if task.delegated_to:
        owners.append(f"person/{task.delegated_to}")
    return owners


class Inbox:
    name = "inbox"
    table = inbox

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        gone: list[tuple[Any, ...]] = []
        fresh: list[tuple[Any, ...]] = []
        for before, after in batch.actions.values():
            policy = batch.policies[after.policy_id]
            old = {row[:2]: row for row in (rows_of(before, policy) if before else [])}
            new = {row[:2]: row for row in rows_of(after, policy)}
            gone += [key for key in old if key not in new]
            fresh += [row for key, row in new.items() if old.get(key) != row]
        writer.delete(inbox, gone)
        writer.upsert(inbox, fresh)

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for state in history.actions.values():
            yield from rows_of(state, history.policies[state.policy_id])


def page(
    connection: Connection,
    person_id: str,
    owners: Sequence[str],
    state: str | None,
    limit: int,
    after: tuple[str, str] | None,
) -> list[dict[str, Any]]:
    """Tasks that `person_id` may act on through one of `owners`, soonest due first.

    Each owner is read through the index, a page deep at a time, and the streams are merged, so the
    cost grows with the page and the number of offices and not with the table.
    """
    merged = heapq.merge(
        *(_of_owner(connection, owner, after, limit + 1) for owner in owners),
        key=lambda row: (row["due_at"], row["task_id"]),
    )
    found: list[dict[str, Any]] = []
    for row in merged:
        if found and found[-1]["task_id"] == row["task_id"]:
            continue
        if person_id in json.loads(row["excluded"]):
            continue
        if row["claimed_by"] not in (None, person_id):
            continue
        if state is not None and row["state"] != state:
            continue
        found.append(row)
        if len(found) == limit:
            break
    return found


def _of_owner(
    connection: Connection, owner: str, after: tuple[str, str] | None, chunk: int
) -> Iterator[dict[str, Any]]:
    while True:
        statement = select(inbox).where(inbox.c.owner == owner)
        if after is not None:
            statement = statement.where(
                or_(
                    inbox.c.due_at > after[0],
                    and_(inbox.c.due_at == after[0], inbox.c.task_id > after[1]),
                )
            )
        rows = (
            connection.execute(statement.order_by(inbox.c.due_at, inbox.c.task_id).limit(chunk))
            .mappings()
            .all()
        )
        for row in rows:
            yield dict(row)
        if len(rows) < chunk:
            return
        after = (rows[-1]["due_at"], rows[-1]["task_id"])


def action_of(connection: Connection, task_id: str) -> str | None:
    """The action an open task belongs to."""
    return connection.execute(select(inbox.c.action_id).where(inbox.c.task_id == task_id)).scalars().first()


def count(connection: Connection) -> int:
    """Open tasks, each counted once."""
    return connection.execute(select(func.count(func.distinct(inbox.c.task_id)))).scalar_one()
