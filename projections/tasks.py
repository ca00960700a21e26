"""Every task, open or done: which action it belongs to, where it waits or waited, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Index, Integer, Table, Text, and_, func, or_, select

from domain.human_task import Task
from domain.personnel_action import ActionState
from ledger.database import fetch
from ledger.projection import Batch, History, RowWriter
from ledger.record import moment
from ledger.schema import metadata
from projections.employees import employees

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("action_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("office", Text, nullable=False),
    # The unit that the case came from, or goes to where it comes from none.
    Column("unit_id", Text),
    Column("subject_id", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("due_at", Text),
    Column("is_open", Integer, nullable=False),
    # Null while it is open, and where it ended without a decision.
    Column("decided_at", Text),
    Index("tasks_open", "is_open", "opened_at", "task_id"),
    # All that a board counts: it is counted from the indexes alone, in a tenth of the time.
    Index("tasks_waiting", "is_open", "step", "office", "opened_at", "due_at", "unit_id"),
    Index("tasks_decided", "decided_at", "unit_id", "step", "office", "opened_at", "due_at"),
)


class Tasks:
    name = "tasks"
    table = tasks

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        fresh: list[tuple[Any, ...]] = []
        for before, after in batch.actions.values():
            known = {_row(task, before) for task in before.tasks} if before else set()
            fresh += [row for row in (_row(task, after) for task in after.tasks) if row not in known]
        writer.upsert(tasks, fresh)

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for state in history.actions.values():
            for task in state.tasks:
                yield _row(task, state)


def _row(task: Task, state: ActionState) -> tuple[Any, ...]:
    return (
        task.id,
        state.id,
        state.kind.value,
        task.step,
        task.office,
        state.origin_unit_id or state.target_unit_id,
        state.subject_id,
        moment(task.opened_at),
        moment(task.due_at) if task.due_at else None,
        int(task.is_open),
        moment(task.decided_at) if task.decided_at else None,
    )


def action_of(connection: Connection, task_id: str) -> str | None:
    """The action of a task, open or done; None when there is no such task."""
    found = fetch(connection, "SELECT action_id FROM tasks WHERE task_id = ?", (task_id,))
    return found[0][0] if found else None


def actions_of(connection: Connection, task_ids: Sequence[str]) -> dict[str, str]:
    """The action of each task by its id, open or done; tasks that do not exist are left out."""
    statement = select(tasks.c.task_id, tasks.c.action_id).where(tasks.c.task_id.in_(task_ids))
    return {row[0]: row[1] for row in connection.execute(statement)}


@dataclass(frozen=True)
class Chosen:
    """Which tasks are meant. `units` None means every unit; moments are as the ledger writes them, the
    first of a pair included, the second not.
    """

    units: Iterable[str] | None = None
    kind: str | None = None
    step: str | None = None
    office: str | None = None
    opened_from: str | None = None
    opened_before: str | None = None
    due_before: str | None = None

    def where(self) -> list[ColumnElement[bool]]:
        """The conditions, to be joined by AND."""
        table = tasks.c
        found: list[ColumnElement[bool]] = []
        if self.units is not None:
            found.append(table.unit_id.in_(sorted(self.units)))
        found += [
            column == value
            for column, value in (
                (table.kind, self.kind),
                (table.step, self.step),
                (table.office, self.office),
            )
            if value is not None
        ]
        if self.opened_from is not None:
            found.append(table.opened_at >= self.opened_from)
        if self.opened_before is not None:
            found.append(table.opened_at < self.opened_before)
        if self.due_before is not None:
            found.append(table.due_at < self.due_before)
        return found


def open_counts(
    connection: Connection, chosen: Chosen, now: str, bounds: Sequence[str]
) -> list[tuple[str, str, int, int, str, tuple[int, ...]]]:
    """Open tasks by step and office: `(step, office, how many, overdue, when the oldest was opened, ages)`.
    `bounds` are moments, the newest first; `ages` are how many were opened after the first of them, then
    between each two, then before the last.
    """
    opened = tasks.c.opened_at
    overdue = func.count().filter(tasks.c.due_at < now)
    since = [func.count().filter(opened >= bound) for bound in bounds]
    statement = (
        select(tasks.c.step, tasks.c.office, func.count(), overdue, func.min(opened), *since)
        .where(tasks.c.is_open == 1, *chosen.where())
        .group_by(tasks.c.step, tasks.c.office)
    )
    found = []
    for step, office, count, late, oldest, *upto in connection.execute(statement):
        edges = [0, *upto, count]
        ages = tuple(after - before for before, after in pairwise(edges))
        found.append((step, office, count, late, oldest, ages))
    return found


def open_page(
    connection: Connection, chosen: Chosen, limit: int, after: tuple[str, str] | None
) -> list[dict[str, Any]]:
    """Open tasks, the longest open first, with name and NIP of the subject."""
    return _page(connection, [tasks.c.is_open == 1, *chosen.where()], tasks.c.opened_at, limit, after)


def decided_page(
    connection: Connection, chosen: Chosen, since: str, limit: int, after: tuple[str, str] | None
) -> list[dict[str, Any]]:
    """Tasks decided from `since` on, the earliest decided first, with name and NIP of the subject."""
    conditions = [tasks.c.decided_at >= since, *chosen.where()]
    return _page(connection, conditions, tasks.c.decided_at, limit, after)


def _page(
    connection: Connection,
    conditions: list[ColumnElement[bool]],
    order: ColumnElement[Any],
    limit: int,
    after: tuple[str, str] | None,
) -> list[dict[str, Any]]:
    if after is not None:
        further = or_(order > after[0], and_(order == after[0], tasks.c.task_id > after[1]))
        conditions = [*conditions, further]
    statement = (
        select(tasks, employees.c.name, employees.c.nip)
        .join(employees, employees.c.person_id == tasks.c.subject_id, isouter=True)
        .where(*conditions)
        .order_by(order, tasks.c.task_id)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def decided_since(
    connection: Connection, chosen: Chosen, since: str, limit: int
) -> list[tuple[str, str, str, str | None, str]]:
    """The newest `limit` decided tasks: `(step, office, opened, due, decided)`."""
    table = tasks.c
    statement = (
        select(table.step, table.office, table.opened_at, table.due_at, table.decided_at)
        .where(table.decided_at >= since, *chosen.where())
        .order_by(table.decided_at.desc())
        .limit(limit)
    )
    return [tuple(row) for row in connection.execute(statement)]
