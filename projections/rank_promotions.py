"""Lists of rank promotions: one row a list, one row a person on it. No personal data: ids and numbers.

Both tables are what the lists' own streams tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, func, select

from domain import rank_events as rk
from domain.event import Event
from domain.rank_list import ENDED, RankEntry, RankList, evolve_list
from ledger.mirror import RANK
from ledger.projection import Batch, History, RowWriter
from ledger.record import moment
from ledger.schema import metadata

rank_lists = Table(
    "rank_lists",
    metadata,
    Column("list_id", Text, primary_key=True),
    Column("period", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_on", Text, nullable=False),
    Column("send_by", Text, nullable=False),
    Column("policy_id", Text, nullable=False),
    Column("policy_hash", Text, nullable=False),
    Column("list_hash", Text, nullable=False),
    Column("proposed", Integer, nullable=False),
    Column("kept_off", Integer, nullable=False),
    Column("left_off", Integer, nullable=False),
    Column("at_ceiling", Integer, nullable=False),
    Column("undated", Integer, nullable=False),
    Column("letter_number", Text),
    Column("sent_on", Text),
    Column("next_due", Text),
    Column("over", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("rank_lists_period", "period", "list_id"),
)
rank_entries = Table(
    "rank_entries",
    metadata,
    Column("list_id", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("unit_id", Text),
    Column("kind", Text, nullable=False),
    Column("from_grade", Text, nullable=False),
    Column("to_grade", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("waits", Integer, nullable=False),
    Column("entry_hash", Text, nullable=False),
    Column("pertek_number", Text),
    Column("answered_on", Text),
    Column("decree_number", Text),
    Column("decree_date", Text),
    Column("effective_date", Text),
    Column("held", Text),
    Column("siasn_id", Text),
    Column("decree_code_hash", Text),
    Index("rank_entries_person", "person_id"),
    Index("rank_entries_decree_code", "decree_code_hash"),
)
RANK_EVENTS: tuple[type[Event], ...] = (
    rk.RankListProposed,
    rk.RankCandidateListed,
    rk.RankListFrozen,
    rk.RankListWithdrawn,
    rk.RankListLapsed,
    rk.RankListSent,
    rk.RankAnswered,
    rk.RankReturnLapsed,
    rk.RankDecreeIssued,
    rk.RankTookEffect,
    rk.RankEffectHeld,
    rk.RankWrittenBack,
    rk.RankAnnulled,
)


class RankListRows:
    name = "rank_lists"
    table = rank_lists

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.upsert(rank_lists, [_list_row(found) for found, _ in _moved(batch)])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        yield from map(_list_row, _folded(history))


class RankEntryRows:
    name = "rank_entries"
    table = rank_entries

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for found, people in _moved(batch):
            writer.upsert(rank_entries, [_entry_row(found, found.entries[person]) for person in people])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for found in _folded(history):
            for entry in found.entries.values():
                yield _entry_row(found, entry)


def _moved(batch: Batch) -> Iterator[tuple[RankList, Iterable[str]]]:
    """The lists that a commit has moved, and the people on them whose rows may differ: those of whom it
    tells, everybody where it tells of the list itself.
    """
    told: dict[str, list[str | None]] = {}
    for stored in batch.events:
        if stored.category == RANK:
            list_id = stored.stream.partition("/")[2]
            told.setdefault(list_id, []).append(getattr(stored.event, "person_id", None))
    for list_id, people in told.items():
        found = batch.rank_lists.by_id[list_id]
        yield found, found.entries if None in people else {person for person in people if person}


def _folded(history: History) -> Iterable[RankList]:
    lists: dict[str, RankList] = {}
    for stored in history.events.of(*RANK_EVENTS):
        list_id = stored.stream.partition("/")[2]
        moved = evolve_list(lists.get(list_id), stored.event)
        if moved is not None:
            lists[list_id] = moved
    return lists.values()


def _list_row(found: RankList) -> tuple[Any, ...]:
    due = found.next_due()
    return (
        found.id,
        found.period.isoformat(),
        found.status.value,
        found.proposed_by,
        found.proposed_on.isoformat(),
        found.send_by.isoformat(),
        found.policy_id,
        found.policy_hash,
        found.list_hash,
        found.proposed,
        found.kept_off,
        found.left_off,
        found.at_ceiling,
        found.undated,
        found.letter_number,
        found.sent_on.isoformat() if found.sent_on else None,
        moment(due) if due else None,
        int(found.over),
        found.version,
    )


def _entry_row(found: RankList, entry: RankEntry) -> tuple[Any, ...]:
    return (
        found.id,
        entry.person_id,
        entry.unit_id,
        entry.kind.value,
        entry.from_grade,
        entry.to_grade,
        entry.status.value,
        int(not found.over and entry.status not in ENDED),
        entry.entry_hash,
        entry.pertek_number,
        entry.answered_on.isoformat() if entry.answered_on else None,
        entry.decree_number,
        entry.decree_date.isoformat() if entry.decree_date else None,
        entry.effective_date.isoformat() if entry.effective_date else None,
        " ".join(entry.held) or None,
        entry.siasn_id,
        entry.code_hash,
    )


# --- queries ---


def by_id(connection: Connection, list_id: str) -> dict[str, Any] | None:
    """One list, None when there is no such."""
    row = connection.execute(select(rank_lists).where(rank_lists.c.list_id == list_id)).mappings().first()
    return dict(row) if row is not None else None


def page(connection: Connection, limit: int, after: tuple[str, str] | None) -> list[dict[str, Any]]:
    """Lists, the newest period first; those that follow `after` (period, id) in this order."""
    key = (rank_lists.c.period, rank_lists.c.list_id)
    statement = select(rank_lists).order_by(key[0].desc(), key[1].desc()).limit(limit)
    if after is not None:
        earlier = (key[0] < after[0]) | ((key[0] == after[0]) & (key[1] < after[1]))
        statement = statement.where(earlier)
    return [dict(row) for row in connection.execute(statement).mappings()]


def entries(
    connection: Connection,
    list_id: str,
    *,
    units: frozenset[str] | None,
    status: str | None,
    limit: int,
    after: str | None,
) -> list[dict[str, Any]]:
    """People on a list in the order of their ids: of all units, or of `units` only."""
    table = rank_entries.c
    statement = select(rank_entries).where(table.list_id == list_id).order_by(table.person_id).limit(limit)
    if units is not None:
        statement = statement.where(table.unit_id.in_(sorted(units)))
    if status is not None:
        statement = statement.where(table.status == status)
    if after is not None:
        statement = statement.where(table.person_id > after)
    return [dict(row) for row in connection.execute(statement).mappings()]


def of_person(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    """Where the person stands on lists, the newest period first."""
    statement = (
        select(rank_entries, rank_lists.c.period, rank_lists.c.status.label("list_status"))
        .join(rank_lists, rank_lists.c.list_id == rank_entries.c.list_id)
        .where(rank_entries.c.person_id == person_id)
        .order_by(rank_lists.c.period.desc(), rank_lists.c.list_id.desc())
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def by_decree_code(connection: Connection, hashed: str) -> dict[str, Any] | None:
    """The person on a list whose decree has the code with this hash."""
    statement = (
        select(rank_entries, rank_lists.c.policy_id)
        .join(rank_lists, rank_lists.c.list_id == rank_entries.c.list_id)
        .where(rank_entries.c.decree_code_hash == hashed)
    )
    row = connection.execute(statement).mappings().first()
    return dict(row) if row is not None else None


def of_period(connection: Connection, period: str) -> str | None:
    """The id of the list that stands for the period."""
    statement = select(rank_lists.c.list_id).where(
        rank_lists.c.period == period, rank_lists.c.status.in_(("frozen", "sent"))
    )
    return connection.execute(statement).scalars().first()


def progress(connection: Connection, list_id: str, units: frozenset[str] | None) -> dict[str, int]:
    """How many people of a list stand where: of all units, or of `units` only."""
    table = rank_entries.c
    statement = select(table.status, func.count()).where(table.list_id == list_id).group_by(table.status)
    if units is not None:
        statement = statement.where(table.unit_id.in_(sorted(units)))
    return {row[0]: row[1] for row in connection.execute(statement.order_by(table.status))}


def standing(connection: Connection, list_id: str) -> dict[tuple[str, str, str], int]:
    """How many people of a list stand where, by status, kind and grade to reach."""
    table = rank_entries.c
    by = (table.status, table.kind, table.to_grade)
    counted = connection.execute(select(*by, func.count()).where(table.list_id == list_id).group_by(*by))
    return {(status, kind, to_grade): count for status, kind, to_grade, count in counted}


def people_on(connection: Connection, list_id: str) -> frozenset[str]:
    """Everybody on a list."""
    statement = select(rank_entries.c.person_id).where(rank_entries.c.list_id == list_id)
    return frozenset(connection.execute(statement).scalars())


def is_held(connection: Connection, list_id: str) -> bool:
    """Whether the effect of somebody's decree on the list is held."""
    held = rank_entries.c.held.is_not(None) & (rank_entries.c.waits == 1)
    statement = select(rank_entries.c.person_id).where(rank_entries.c.list_id == list_id, held).limit(1)
    return connection.execute(statement).first() is not None


def busy(connection: Connection) -> frozenset[str]:
    """People of whom something on a list is not over."""
    statement = select(rank_entries.c.person_id).where(rank_entries.c.waits == 1)
    return frozenset(connection.execute(statement).scalars())


def running(connection: Connection) -> list[dict[str, Any]]:
    """Lists that are not over."""
    statement = select(rank_lists).where(rank_lists.c.over == 0).order_by(rank_lists.c.period)
    return [dict(row) for row in connection.execute(statement).mappings()]


def waiting(connection: Connection) -> list[dict[str, Any]]:
    """People of whom something on a list is not over, with the list's period, policy and day of sending."""
    statement = (
        select(rank_entries, rank_lists.c.period, rank_lists.c.sent_on, rank_lists.c.policy_id)
        .join(rank_lists, rank_lists.c.list_id == rank_entries.c.list_id)
        .where(rank_entries.c.waits == 1)
        .order_by(rank_lists.c.period, rank_entries.c.list_id, rank_entries.c.person_id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]
