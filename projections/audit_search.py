"""The words by which auditors find events, without a scan and without personal data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    exists,
    func,
    literal,
    select,
    union_all,
)

from domain.personnel_action import ActionState
from domain.search_terms import KINDS, NO_CASE, OF_THE_RECORD, UNIT, CaseKeys, term, terms_of
from ledger.mirror import ACTION
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import PositionType, events, metadata

audit_terms = Table(
    "audit_terms",
    metadata,
    Column("term", Text, primary_key=True),
    Column("position", PositionType, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# What is more frequent than this is common: it would take longer to count it than to look it up.
COUNTED = 2_000
# As many terms a word with `*` may stand for; a longer beginning finds the others.
MEANT = 200
WORD = re.compile(r"[^\s,;]+")


class AuditSearch:
    name = "audit_search"
    table = audit_terms

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        before = {f"{ACTION}/{action_id}": _keys(state) for action_id, (state, _) in batch.actions.items()}
        writer.insert(audit_terms, list(_rows(batch.events, before)))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        yield from _rows(history.events, {})


def _rows(stored: Iterable[StoredEvent], cases: dict[str, CaseKeys]) -> Iterator[tuple[str, int]]:
    """A row for each term of these events, oldest first; `cases` has the keys of cases that began before."""
    for item in stored:
        case = NO_CASE
        if item.category == ACTION:
            case = cases[item.stream] = cases.get(item.stream, NO_CASE).after(item.event)
        for found in sorted(terms_of(item.event, case)):
            yield found, item.position


def _keys(state: ActionState | None) -> CaseKeys:
    if state is None:
        return NO_CASE
    return CaseKeys(state.subject_id, state.origin_unit_id, state.target_unit_id)


@dataclass(frozen=True)
class Filters:
    """What an auditor looks for; None and an empty query do not narrow. `person`, `office`, `unit`, `rule`
    and `outcome` are what the event names, or the subject and the units of its case. `first` (included)
    and `last` (not included) bound `recorded_at`. `query` holds words that all occur; case and order do
    not matter, and a word may end in `*`.
    """

    actor: str | None = None
    type: str | None = None
    stream: str | None = None
    person: str | None = None
    office: str | None = None
    unit: str | None = None
    rule: str | None = None
    outcome: str | None = None
    # One of these, where more than one is meant.
    units: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    query: str | None = None

    @property
    def terms(self) -> list[str]:
        given = {kind: getattr(self, kind) for kind in KINDS}
        return [term(kind, value) for kind, value in given.items() if value]


def page(
    connection: Connection, filters: Filters, limit: int, before: int | None = None
) -> list[tuple[int, bytes, bytes]]:
    """Newest first: `(position, record, leaf_hash)`.

    The rarest condition is walked from its newest event on and the others are looked up for each, so that
    the walk ends where the page is full. Moments become positions, since they never decrease with them.
    """
    found = connection.execute(_positions(connection, filters, before).limit(limit)).scalars().all()
    if not found:
        return []
    statement = select(events.c.position, events.c.record, events.c.leaf_hash)
    statement = statement.where(events.c.position.in_(found)).order_by(events.c.position.desc())
    return [(row[0], bytes(row[1]), bytes(row[2])) for row in connection.execute(statement)]


def all_positions(connection: Connection, filters: Filters, size: int, limit: int) -> list[int]:
    """The positions below `size` that meet all conditions, ascending; of too many the newest `limit`."""
    found = connection.execute(_positions(connection, filters, size).limit(limit)).scalars()
    return sorted(found)


def _positions(connection: Connection, filters: Filters, before: int | None) -> Select[Any]:
    """The positions that meet all conditions, newest first."""
    words = [[known] for known in filters.terms]
    words += [[term(UNIT, unit) for unit in filters.units]] if filters.units else []
    words += [_meant(connection, word.casefold()) for word in WORD.findall(filters.query or "")]
    counted = sorted((_count(connection, audit_terms.c.term.in_(terms)), terms) for terms in words)
    given = {"actor": filters.actor, "type": filters.type, "stream": filters.stream}
    equal = {events.c[name]: value for name, value in given.items() if value}
    rarest = min((_count(connection, column == value) for column, value in equal.items()), default=None)
    leads = bool(counted) and len(counted[0][1]) == 1 and (rarest is None or counted[0][0] < rarest)
    position = audit_terms.c.position if leads else events.c.position
    statement = select(position)
    if leads:
        _, (leading,) = counted.pop(0)
        statement = statement.where(audit_terms.c.term == leading)
        if equal:
            same = select(events.c.position).where(events.c.position == audit_terms.c.position)
            statement = statement.where(exists(same.where(*(c == v for c, v in equal.items()))))
    else:
        statement = statement.where(*(column == value for column, value in equal.items()))
        if not equal and counted and counted[0][0] < COUNTED:
            _, terms = counted.pop(0)
            few = select(audit_terms.c.position).where(audit_terms.c.term.in_(terms))
            statement = statement.where(events.c.position.in_(few))
    for _, terms in counted:
        other = audit_terms.alias()
        statement = statement.where(
            exists(select(other.c.position).where(other.c.position == position, other.c.term.in_(terms)))
        )
    if filters.first:
        statement = statement.where(position >= first_position_at(connection, filters.first))
    if filters.last:
        statement = statement.where(position < first_position_at(connection, filters.last))
    if before is not None:
        statement = statement.where(position < before)
    return statement.order_by(position.desc())


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    """How often a condition holds, counted no further than needed to tell rare from common."""
    some = select(literal(1)).where(condition).limit(COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _meant(connection: Connection, word: str) -> list[str]:
    """The terms that a word stands for: those that have it as their value, or the first MEANT of each kind
    that begin with it before a `*`.
    """
    values = [word, *(term(kind, word) for kind in OF_THE_RECORD)]
    if word.endswith("*") and len(word) > 1:
        return [found for value in values for found in _beginning(connection, value[:-1])] or [word]
    known = [select(literal(v)).where(exists(select(1).where(audit_terms.c.term == v))) for v in values]
    return list(connection.execute(union_all(*known)).scalars()) or [word]


def _beginning(connection: Connection, start: str) -> list[str]:
    end, found = start + "\U0010ffff", list[str]()
    lower: ColumnElement[bool] = audit_terms.c.term >= start
    while len(found) < MEANT:
        following = select(func.min(audit_terms.c.term)).where(lower, audit_terms.c.term < end)
        known = connection.execute(following).scalar()
        if known is None:
            break
        found.append(known)
        lower = audit_terms.c.term > known
    return found


def first_position_after(connection: Connection, moment: str) -> int:
    """The first position recorded after `moment`; the ledger's size when there is none. A record's moment
    and those of the records before it never exceed it.
    """
    return _bisect(connection, lambda at: at <= moment)


def first_position_at(connection: Connection, moment: str) -> int:
    """The first position recorded at or after `moment`; the ledger's size when there is none."""
    return _bisect(connection, lambda at: at < moment)


def _bisect(connection: Connection, earlier: Callable[[str], bool]) -> int:
    newest = connection.execute(
        select(events.c.position).order_by(events.c.position.desc()).limit(1)
    ).scalar()
    low, high = 0, 0 if newest is None else newest + 1
    while low < high:
        middle = (low + high) // 2
        at = connection.execute(select(events.c.recorded_at).where(events.c.position == middle)).scalar_one()
        if earlier(at):
            low = middle + 1
        else:
            high = middle
    return low
