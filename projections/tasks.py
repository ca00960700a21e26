"""Which action a task belongs to, also after the task is done: task ids cannot be inverted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, select

from domain import events as ev
from ledger.database import fetch
from ledger.mirror import action_id_of
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("action_id", Text, nullable=False),
)


class Tasks:
    name = "tasks"
    table = tasks

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.insert(tasks, [row for stored in batch.events for row in _rows(stored)])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for stored in history.events.of(ev.TaskOpened):
            yield from _rows(stored)


def _rows(stored: StoredEvent) -> list[tuple[str, str]]:
    if not isinstance(stored.event, ev.TaskOpened):
        return []
    return [(stored.event.task_id, action_id_of(stored.stream))]


def action_of(connection: Connection, task_id: str) -> str | None:
    """The action of a task, open or done; None when there is no such task."""
    found = fetch(connection, "SELECT action_id FROM tasks WHERE task_id = ?", (task_id,))
    return found[0][0] if found else None


def actions_of(connection: Connection, task_ids: Sequence[str]) -> dict[str, str]:
    """The action of each task by its id, open or done; tasks that do not exist are left out."""
    statement = select(tasks.c.task_id, tasks.c.action_id).where(tasks.c.task_id.in_(task_ids))
    return {row[0]: row[1] for row in connection.execute(statement)}
