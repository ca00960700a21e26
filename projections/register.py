"""The register of personnel actions: one row an action, for lists and filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    RowMapping,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)  # fmt: skip

from domain.personnel_action import ActionState
from ledger.projection import Batch, History, RowWriter
from ledger.record import moment
from ledger.schema import metadata
from projections.employees import employees

actions = Table(
    "personnel_actions",
    metadata,
    Column("action_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("initiator_kind", Text, nullable=False),
    Column("initiator_id", Text, nullable=False),
    Column("origin_unit_id", Text),
    Column("target_unit_id", Text),
    Column("origin_position_id", Text),
    Column("target_position_id", Text),
    Column("vacancy_id", Text),
    Column("effective_date", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("decree_number", Text),
    Column("decree_code_hash", Text),
    Column("next_due", Text),
    Column("quiet", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("cycle_id", Text),
    Column("tells_siasn", Integer, nullable=False),
    Index("personnel_actions_cycle", "cycle_id", "subject_id"),
    Index("personnel_actions_newest", "submitted_at", "action_id"),
    Index("personnel_actions_subject", "subject_id"),
    Index("personnel_actions_status", "status", "submitted_at"),
    Index("personnel_actions_awaited", "next_due"),
    Index("personnel_actions_vacancy", "vacancy_id"),
    Index("personnel_actions_target", "target_position_id"),
    Index("personnel_actions_origin", "origin_position_id"),
    Index("personnel_actions_decree_code", "decree_code_hash"),
)

IN_EFFECT = ("effective", "completed")
EVALUATION = "evaluation"
PROMISING = ("submitted", "in_review", "returned", "awaiting_clearance", "decided")


def row_of(state: ActionState) -> tuple[Any, ...]:
    due = state.next_due()
    return (
        state.id,
        state.kind.value,
        state.variant.value,
        state.status.value,
        state.phase,
        state.subject_id,
        state.initiator[0],
        state.initiator[1],
        state.origin_unit_id,
        state.target_unit_id,
        state.origin_position_id,
        state.target_position_id,
        state.vacancy_id,
        state.effective_date.isoformat(),
        moment(state.submitted_at),
        state.decree.number if state.decree else None,
        state.decree.code_hash if state.decree else None,
        moment(due) if due else None,
        int(state.is_quiet),
        state.version,
        state.evaluation.cycle_id if state.evaluation else None,
        int(state.tells_siasn),
    )


class Register:
    name = "register"
    table = actions

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.upsert(actions, [row_of(after) for _, after in batch.actions.values()])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for state in history.actions.values():
            yield row_of(state)


def overdue(connection: Connection, now: datetime) -> int:
    """How many running cases wait for a moment that has passed."""
    statement = select(func.count()).where(actions.c.next_due < moment(now))
    return int(connection.execute(statement).scalar_one())


def by_decree_code(connection: Connection, hashed: str) -> str | None:
    """The action whose decree has the code with this hash."""
    statement = select(actions.c.action_id).where(actions.c.decree_code_hash == hashed)
    found: str | None = connection.execute(statement).scalar()
    return found


def decreed_later(connection: Connection, action_id: str, subject_id: str, since: str) -> bool:
    """Whether another decree on the person has taken effect since that day (ISO date)."""
    statement = (
        select(actions.c.action_id)
        .where(
            actions.c.subject_id == subject_id,
            actions.c.action_id != action_id,
            actions.c.decree_number.is_not(None),
            actions.c.status.in_(IN_EFFECT),
            actions.c.effective_date > since,
        )
        .limit(1)
    )
    return connection.execute(statement).first() is not None


@dataclass(frozen=True)
class RegisterQuery:
    """Filters of the register. `units` None means every unit; `people` None every subject.

    A reader sees an action that touches one of `units`, concerns one of `people`, or was started
    by `initiator`.
    """

    units: Sequence[str] | None = None
    people: Sequence[str] | None = None
    initiator: str | None = None
    kind: str | None = None
    status: str | None = None
    in_units: Sequence[str] | None = None
    subject_id: str | None = None
    text: str | None = None


def page(
    connection: Connection, query: RegisterQuery, limit: int, after: tuple[str, str] | None
) -> list[dict[str, Any]]:
    """Newest first. `after` is `(submitted_at, action_id)` of the last row of the page before."""
    statement = (
        select(actions, employees.c.name, employees.c.nip)
        .join(employees, employees.c.person_id == actions.c.subject_id, isouter=True)
        .order_by(actions.c.submitted_at.desc(), actions.c.action_id.desc())
        .limit(limit)
    )
    visible: list[ColumnElement[bool]] = []
    if query.units is not None:
        visible.append(actions.c.origin_unit_id.in_(query.units))
        visible.append(actions.c.target_unit_id.in_(query.units))
    if query.people is not None:
        visible.append(actions.c.subject_id.in_(query.people))
    if query.initiator is not None:
        visible.append(actions.c.initiator_id == query.initiator)
    if visible:
        statement = statement.where(or_(*visible))
    if query.kind:
        statement = statement.where(actions.c.kind == query.kind)
    if query.status:
        statement = statement.where(actions.c.status == query.status)
    if query.subject_id:
        statement = statement.where(actions.c.subject_id == query.subject_id)
    if query.in_units is not None:
        statement = statement.where(
            or_(actions.c.origin_unit_id.in_(query.in_units), actions.c.target_unit_id.in_(query.in_units))
        )
    if query.text:
        word = query.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        statement = statement.where(
            or_(
                employees.c.name.ilike(f"%{word}%", escape="\\"),
                employees.c.nip == query.text,
                actions.c.decree_number.ilike(f"%{word}%", escape="\\"),
                actions.c.action_id == query.text,
            )
        )
    if after is not None:
        statement = statement.where(
            or_(
                actions.c.submitted_at < after[0],
                and_(actions.c.submitted_at == after[0], actions.c.action_id < after[1]),
            )
        )
    return [dict(row) for row in connection.execute(statement).mappings()]


def awaited(connection: Connection) -> list[tuple[str, str | None]]:
    """Actions whose process is not over, each with its next due moment: what Temporal must hold."""
    statement = select(actions.c.action_id, actions.c.next_due).where(actions.c.quiet == 0)
    return [(row[0], row[1]) for row in connection.execute(statement.order_by(actions.c.submitted_at))]


def promised_positions(connection: Connection) -> frozenset[str]:
    """Posts that an action is to fill and has not filled yet."""
    statement = select(actions.c.target_position_id).where(
        actions.c.status.in_(PROMISING), actions.c.target_position_id.is_not(None)
    )
    return frozenset(connection.execute(statement).scalars())


def of_vacancy(connection: Connection, vacancy_id: str) -> str | None:
    """The promotion that was started for a vacancy."""
    return connection.execute(select(actions.c.action_id).where(actions.c.vacancy_id == vacancy_id)).scalar()


def of_vacancies(connection: Connection, vacancy_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Id and status of the promotion that was started for each of the vacancies, as far as any was."""
    columns = (actions.c.vacancy_id, actions.c.action_id, actions.c.status)
    rows = connection.execute(select(*columns).where(actions.c.vacancy_id.in_(vacancy_ids)))
    return {row[0]: (row[1], row[2]) for row in rows}


@dataclass(frozen=True)
class Link:
    """A post that the action `freed_by` leaves; `filled_by` is id, kind and status of what fills it."""

    position_id: str
    freed_by: str
    filled_by: tuple[str, str, str] | None


def chain_from(connection: Connection, action_id: str) -> list[Link]:
    """The posts that follow from an action, one after the other, until one that nothing fills. What fills a
    post is somebody else's move to it from the day on which it is left.
    """
    links: list[Link] = []
    seen: set[str] = set()
    current: str | None = action_id
    while current is not None and current not in seen:
        seen.add(current)
        left = _move(connection, current)
        if left is None or left["origin_position_id"] is None:
            return links
        freed = left["origin_position_id"]
        follower = connection.execute(
            select(actions.c.action_id, actions.c.kind, actions.c.status)
            .where(
                actions.c.target_position_id == freed,
                actions.c.status.in_((*PROMISING, *IN_EFFECT)),
                actions.c.action_id.not_in(seen),
                actions.c.subject_id != left["subject_id"],
                actions.c.effective_date >= left["effective_date"],
            )
            .order_by(actions.c.submitted_at.desc())
            .limit(1)
        ).first()
        links.append(Link(freed, current, tuple(follower) if follower else None))
        current = follower.action_id if follower else None
    return links


def left_by(connection: Connection, action_id: str) -> tuple[str, str] | None:
    """`(action id, post)` of the move, in effect or to be, by which somebody else left the post that an
    action fills; None where nobody did.
    """
    filled = _move(connection, action_id)
    if filled is None or filled["target_position_id"] is None:
        return None
    statement = select(actions.c.action_id).where(
        actions.c.origin_position_id == filled["target_position_id"],
        actions.c.kind != EVALUATION,
        actions.c.status.in_((*PROMISING, *IN_EFFECT)),
        actions.c.subject_id != filled["subject_id"],
        actions.c.effective_date <= filled["effective_date"],
    )
    newest = connection.execute(statement.order_by(actions.c.submitted_at.desc()).limit(1)).scalar()
    return (newest, filled["target_position_id"]) if newest is not None else None


def _move(connection: Connection, action_id: str) -> RowMapping | None:
    """An action that moves somebody, or is to; an evaluation leaves no post."""
    columns = (
        actions.c.origin_position_id,
        actions.c.target_position_id,
        actions.c.subject_id,
        actions.c.effective_date,
    )
    statement = select(*columns).where(
        actions.c.action_id == action_id,
        actions.c.kind != EVALUATION,
        actions.c.status.in_((*PROMISING, *IN_EFFECT)),
    )
    return connection.execute(statement).mappings().first()


def of_subject(connection: Connection, person_id: str) -> list[str]:
    """The actions that concern a person, in the order in which they began."""
    statement = select(actions.c.action_id).where(actions.c.subject_id == person_id)
    began = (actions.c.submitted_at, actions.c.action_id)
    return list(connection.execute(statement.order_by(*began)).scalars())


def subjects(connection: Connection) -> set[str]:
    """Everybody whom an action concerns or concerned."""
    return set(connection.execute(select(actions.c.subject_id)).scalars())
