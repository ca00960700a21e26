"""Cycles of evaluations: one row a cycle, and how far its evaluations are, by unit."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, Text, func, literal, select, tuple_

from domain import evaluation_events as eve
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent, moment
from ledger.schema import metadata
from projections.register import actions

evaluation_cycles = Table(
    "evaluation_cycles",
    metadata,
    Column("cycle_id", Text, primary_key=True),
    Column("period_start", Text, nullable=False),
    Column("period_end", Text, nullable=False),
    Column("unit_ids", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("complete", Integer, nullable=False),
    Column("closed_at", Text),
    Column("missing", Text),
    Column("version", Integer, nullable=False),
    Column("policy_id", Text, nullable=False),
)
KINDS = (eve.EvaluationCycleOpened, eve.EvaluationsOpened, eve.EvaluationCycleClosed)
OPENED = (
    "UPDATE evaluation_cycles SET opened = opened + ?, skipped = skipped + ?, complete = ?, version = ? "
    "WHERE cycle_id = ?"
)
CLOSED = "UPDATE evaluation_cycles SET closed_at = ?, missing = ?, version = ? WHERE cycle_id = ?"


class EvaluationCycles:
    name = "evaluation_cycles"
    table = evaluation_cycles

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            event = stored.event
            if isinstance(event, eve.EvaluationCycleOpened):
                writer.insert(evaluation_cycles, [_first(event, stored)])
            elif isinstance(event, eve.EvaluationsOpened):
                values = (event.opened, event.skipped, int(event.complete), stored.version, event.cycle_id)
                writer.execute(OPENED, values)
            elif isinstance(event, eve.EvaluationCycleClosed):
                writer.execute(CLOSED, (*_closing(event), stored.version, event.cycle_id))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        found: dict[str, list[Any]] = {}
        for stored in history.events.of(*KINDS):
            event = stored.event
            if isinstance(event, eve.EvaluationCycleOpened):
                found[event.cycle_id] = list(_first(event, stored))
            elif isinstance(event, eve.EvaluationsOpened):
                row = found[event.cycle_id]
                row[6], row[7], row[8] = row[6] + event.opened, row[7] + event.skipped, int(event.complete)
                row[11] = stored.version
            elif isinstance(event, eve.EvaluationCycleClosed):
                found[event.cycle_id][9:12] = [*_closing(event), stored.version]
        for row in found.values():
            yield tuple(row)


def _first(event: eve.EvaluationCycleOpened, stored: StoredEvent) -> tuple[Any, ...]:
    period = (event.period_start.isoformat(), event.period_end.isoformat())
    units = json.dumps(list(event.unit_ids))
    counted = (event.expected, 0, 0, 0, None, None, stored.version)
    return (event.cycle_id, *period, units, stored.recorded_at, *counted, event.policy_id)


def _closing(event: eve.EvaluationCycleClosed) -> tuple[str, str]:
    return moment(event.closed_at), json.dumps(list(event.missing))


def by_id(connection: Connection, cycle_id: str) -> dict[str, Any] | None:
    """One cycle, None when there is no such."""
    row = connection.execute(select(evaluation_cycles).where(evaluation_cycles.c.cycle_id == cycle_id))
    found = row.mappings().first()
    return dict(found) if found is not None else None


def page(connection: Connection, limit: int, after: tuple[str, str] | None) -> list[dict[str, Any]]:
    """Cycles, newest period first, `limit` at most; `after` is period start and id of the last one seen."""
    key = (evaluation_cycles.c.period_start, evaluation_cycles.c.cycle_id)
    statement = select(evaluation_cycles).order_by(*(column.desc() for column in key)).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*key) < tuple_(*(literal(value) for value in after)))
    return [dict(row) for row in connection.execute(statement).mappings()]


def running(connection: Connection) -> list[str]:
    """Cycles that have something to do: still opening, not closed, or with evaluations that go on."""
    going_on = select(actions.c.cycle_id).where(actions.c.quiet == 0, actions.c.cycle_id.is_not(None))
    table = evaluation_cycles.c
    statement = select(table.cycle_id).where(table.closed_at.is_(None) | table.cycle_id.in_(going_on))
    return list(connection.execute(statement).scalars())


def progress(connection: Connection, cycle_id: str) -> list[tuple[str | None, str, str, int]]:
    """How many evaluations of each unit stand where: unit, phase, status, count."""
    columns = (actions.c.origin_unit_id, actions.c.phase, actions.c.status)
    statement = select(*columns, func.count()).where(actions.c.cycle_id == cycle_id).group_by(*columns)
    return [tuple(row) for row in connection.execute(statement)]


def of_units(connection: Connection, cycle_id: str, unit_ids: Collection[str]) -> list[str]:
    """The evaluations of the cycle whose people were in one of the units."""
    statement = select(actions.c.action_id).where(actions.c.cycle_id == cycle_id)
    return list(connection.execute(statement.where(actions.c.origin_unit_id.in_(unit_ids))).scalars())


def going_on_after(connection: Connection, cycle_id: str, person_id: str, limit: int) -> dict[str, str]:
    """Evaluations of the cycle that go on, of the next people after `person_id` in the order of ids: the
    evaluation by person.
    """
    columns = (actions.c.subject_id, actions.c.action_id)
    statement = select(*columns).where(
        actions.c.cycle_id == cycle_id, actions.c.quiet == 0, actions.c.subject_id > person_id
    )
    rows = connection.execute(statement.order_by(actions.c.subject_id).limit(limit))
    return {row.subject_id: row.action_id for row in rows}


def going_on(connection: Connection, cycle_id: str) -> int:
    """How many evaluations of the cycle go on."""
    statement = select(func.count()).where(actions.c.cycle_id == cycle_id, actions.c.quiet == 0)
    return int(connection.execute(statement).scalar_one())
