"""Which action a task belongs to, also after the task is done: task ids cannot be inverted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, Text

from domain import events as ev
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
        for stored in history.events:
            yield from _rows(stored)


def _rows(stored: StoredEvent) -> list[tuple[str, str]]:
    if not isinstance(stored.event, ev.TaskOpened):
        return []
    return [(stored.event.task_id, action_id_of(stored.stream))]
