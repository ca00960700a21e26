"""What others may be told of, read from the ledger by position, with what decides who hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from domain.authorization import Scope
from domain.outgoing import ACTIONS, CATALOGUE, RANKS, cloud_event
from domain.webhook_events import RANK_PROMOTION
from ledger.read import kinds_of
from ledger.record import decode
from ledger.schema import events
from projections.employees import employees
from projections.register import actions

TYPES = tuple(CATALOGUE)


@dataclass(frozen=True)
class OutgoingEvent:
    """A decoded record of the catalogue and its case: kind, units, subject and initiator as they are now."""

    record: dict[str, Any]
    kind: str
    units: frozenset[str] = frozenset()
    subject_id: str | None = None
    initiator: str | None = None

    @property
    def position(self) -> int:
        return int(self.record["position"])

    @property
    def type(self) -> str:
        """The CloudEvents type."""
        return CATALOGUE[self.record["type"]].type

    def as_cloud_event(self, source: str) -> dict[str, Any]:
        return cloud_event(self.record, self.kind, source)

    def is_within(self, scope: Scope) -> bool:
        """Whether somebody with that scope may see the case."""
        return (
            scope.all
            or (scope.person_id is not None and scope.person_id == self.subject_id)
            or (scope.initiator is not None and scope.initiator == self.initiator)
            or bool(self.units & scope.units)
        )


def between(connection: Connection, start: int, stop: int) -> list[OutgoingEvent]:
    """The outgoing events of positions `start` to `stop`, the last not included, oldest first."""
    statement = (
        select(events.c.record)
        .where(events.c.position >= start, events.c.position < stop, events.c.type.in_(TYPES))
        .order_by(events.c.position)
    )
    return _with_cases(connection, [decode(bytes(row[0])) for row in connection.execute(statement)])


def at(connection: Connection, positions: Iterable[int]) -> dict[int, OutgoingEvent]:
    """The outgoing events at these positions."""
    statement = select(events.c.record).where(events.c.position.in_(tuple(positions)))
    found = _with_cases(connection, [decode(bytes(row[0])) for row in connection.execute(statement)])
    return {each.position: each for each in found}


def first_since(connection: Connection, start: int, stop: int) -> str | None:
    """When the first outgoing event of positions `start` to `stop`, the last not included, was recorded."""
    inside = (events.c.position >= start) & (events.c.position < stop)
    found = select(events.c.recorded_at).where(inside, events.c.type.in_(TYPES))
    recorded_at: str | None = connection.execute(found.order_by(events.c.position).limit(1)).scalar()
    return recorded_at


def _with_cases(connection: Connection, records: list[dict[str, Any]]) -> list[OutgoingEvent]:
    keys = [record["stream"].partition("/") for record in records]
    wanted = {key for category, _, key in keys if category == ACTIONS}
    cases = _cases(connection, wanted)
    lost = kinds_of(connection, wanted - cases.keys())
    promoted = {
        str(record["data"]["person_id"])
        for record, (category, _, _) in zip(records, keys, strict=True)
        if category == RANKS
    }
    units = _units(connection, promoted)
    found = []
    for record, (category, _, key) in zip(records, keys, strict=True):
        if category == RANKS:
            person = str(record["data"]["person_id"])
            touched = frozenset(unit for unit in (units.get(person),) if unit)
            found.append(OutgoingEvent(record, RANK_PROMOTION, touched, person))
        else:
            row = cases.get(key)
            if (
                row is None
            ):  # the register has lost it, which the doctor finds; whoever is told all hears of it
                found.append(OutgoingEvent(record, lost[key]))
                continue
            touched = frozenset(unit for unit in (row["origin_unit_id"], row["target_unit_id"]) if unit)
            found.append(OutgoingEvent(record, row["kind"], touched, row["subject_id"], row["initiator_id"]))
    return found


def _cases(connection: Connection, action_ids: set[str]) -> dict[str, Any]:
    table = actions.c
    columns = (table.action_id, table.kind, table.subject_id, table.initiator_id)
    statement = select(*columns, table.origin_unit_id, table.target_unit_id)
    rows = connection.execute(statement.where(table.action_id.in_(action_ids))).mappings()
    return {row["action_id"]: row for row in rows}


def _units(connection: Connection, person_ids: set[str]) -> dict[str, str | None]:
    if not person_ids:
        return {}
    wanted = employees.c.person_id.in_(person_ids)
    return {
        row[0]: row[1]
        for row in connection.execute(select(employees.c.person_id, employees.c.unit_id).where(wanted))
    }
