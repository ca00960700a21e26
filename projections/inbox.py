"""Open tasks by owner: what waits for an office or a person, soonest due first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, func, select

from domain.human_task import Task
from domain.offices import INITIATOR, SUBJECT
from domain.ownership import excluded_people
from domain.personnel_action import ActionState
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
    Column("kind", Text, nullable=False),
    Index("inbox_by_owner", "owner", "due_at", "task_id"),
)
COLUMNS = ", ".join(column.name for column in inbox.columns)
# SQLite joins at most 500 SELECTs.
OWNERS_AT_ONCE = 200


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
                due_of(task),
                state.id,
                task.step,
                task.office,
                task.state.value,
                task.claimed_by,
                state.subject_id,
                excluded,
                task.opened_version,
                state.kind.value,
            )
            for owner in owners_of(task, state)
        ]
    return rows


def due_of(task: Task) -> str:
    """The moment by which a task sorts."""
    return moment(task.due_at) if task.due_at else NEVER_DUE


def owners_of(task: Task, state: ActionState) -> list[str]:
    """In whose inboxes an open task lies: office keys, and `person/<id>`."""
    if task.office == INITIATOR:
        return [f"person/{state.initiator[1]}"]
    owners = [f"person/{state.subject_id}" if task.office == SUBJECT else task.office]
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


@dataclass(frozen=True)
class Filter:
    """Which of one's tasks are wanted; `due_before` is a moment as the ledger writes it."""

    state: str | None = None
    kind: str | None = None
    step: str | None = None
    due_before: str | None = None

    def conditions(self) -> tuple[str, list[str]]:
        """SQL to follow a WHERE, with its values in order."""
        wanted = (
            ("state = ?", self.state),
            ("kind = ?", self.kind),
            ("step = ?", self.step),
            ("due_at < ?", self.due_before),
        )
        given = [(text, value) for text, value in wanted if value is not None]
        return "".join(f" AND {text}" for text, _ in given), [value for _, value in given]


EVERYTHING = Filter()


def page(
    connection: Connection,
    person_id: str,
    owners: Sequence[str],
    wanted: Filter,
    limit: int,
    after: tuple[str, str] | None,
) -> list[dict[str, Any]]:
    """Tasks that `person_id` may act on through one of `owners`, soonest due first.

    One statement for all owners: each is read through the index, a page deep at most, and the database
    merges them, so the cost grows with the page and the number of offices and not with the table.
    """
    found: list[dict[str, Any]] = []
    while True:
        rows = _first_of_all(connection, person_id, owners, wanted, limit, after)
        for row in rows:
            if found and found[-1]["task_id"] == row["task_id"]:
                continue
            if person_id in json.loads(row["excluded"]):
                continue
            found.append(row)
        if len(rows) < limit or len(found) >= limit:
            return found[:limit]
        after = (rows[-1]["due_at"], rows[-1]["task_id"])


def _first_of_all(
    connection: Connection,
    person_id: str,
    owners: Sequence[str],
    wanted: Filter,
    most: int,
    after: tuple[str, str] | None,
) -> list[dict[str, Any]]:
    """The first `most` rows of all owners together, among them those of one task with several owners."""
    rows: list[dict[str, Any]] = []
    for start in range(0, len(owners), OWNERS_AT_ONCE):
        some = owners[start : start + OWNERS_AT_ONCE]
        condition, filtered = wanted.conditions()
        one = (
            f"SELECT * FROM (SELECT {COLUMNS} FROM inbox WHERE owner = ? AND (due_at, task_id) > (?, ?) "
            f"AND (claimed_by IS NULL OR claimed_by = ?){condition} ORDER BY due_at, task_id LIMIT ?) AS o"
        )
        statement = " UNION ALL ".join([one] * len(some)) + " ORDER BY due_at, task_id LIMIT ?"
        one_of_them = (*(after or ("", "")), person_id, *filtered, most)
        values = [value for owner in some for value in (owner, *one_of_them)]
        if connection.dialect.name != "sqlite":
            statement = statement.replace("?", "%s")
        rows += map(dict, connection.exec_driver_sql(statement, (*values, most)).mappings())
    return sorted(rows, key=lambda row: (row["due_at"], row["task_id"]))[:most]


def action_of(connection: Connection, task_id: str) -> str | None:
    """The action an open task belongs to."""
    return connection.execute(select(inbox.c.action_id).where(inbox.c.task_id == task_id)).scalars().first()


def count(connection: Connection) -> int:
    """Open tasks, each counted once."""
    return connection.execute(select(func.count(func.distinct(inbox.c.task_id)))).scalar_one()
