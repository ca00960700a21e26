"""Decrees as files: which has its signed one, which is to be made, which fell before. No personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Table, Text, func, select

from domain import events as ev
from domain import rank_events as rk
from domain.decree_events import DecreeSigned
from domain.decree_files import rank_decree_id
from domain.erasure_events import PersonErased
from ledger.mirror import ACTION, action_id_of
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import PositionType, metadata

PENDING, SIGNED, FELL_BEFORE = "pending", "signed", "void"
# Columns by their place in a row.
PERSON, FALLEN = 3, 7

decree_files = Table(
    "decree_files",
    metadata,
    Column("decree_id", Text, primary_key=True),
    Column("action_id", Text),
    Column("list_id", Text),
    Column("person_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("issued_position", PositionType, nullable=False),
    Column("issued_at", Text, nullable=False),
    # Annulled, or its person erased.
    Column("fallen", Integer, nullable=False),
    Column("document_id", Text),
    Column("signed_sha256", Text),
    Column("signed_at", Text),
    Index("decree_files_waiting", "signed_at", "fallen", "issued_position"),
    Index("decree_files_document", "document_id"),
)

FELL = "UPDATE decree_files SET fallen = 1 WHERE decree_id = ?"
ERASED = "UPDATE decree_files SET fallen = 1 WHERE person_id = ?"
MADE = "UPDATE decree_files SET document_id = ?, signed_sha256 = ?, signed_at = ? WHERE decree_id = ?"
KINDS = (
    ev.DecreeIssued,
    rk.RankDecreeIssued,
    ev.ActionAnnulled,
    rk.RankAnnulled,
    DecreeSigned,
    PersonErased,
)


class DecreeFiles:
    name = "decree_files"
    table = decree_files

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            event, fell = stored.event, _fell(stored)
            if isinstance(event, ev.DecreeIssued | rk.RankDecreeIssued):
                row = _issued(stored, lambda action_id: batch.actions[action_id][1].subject_id)
                writer.insert(decree_files, [row] if row is not None else [])
            elif fell is not None:
                writer.execute(FELL, (fell,))
            elif isinstance(event, PersonErased):
                writer.execute(ERASED, (event.person_id,))
            elif isinstance(event, DecreeSigned):
                writer.execute(MADE, (*_made(stored, event), event.decree_id))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        subjects = {state.id: state.subject_id for state in history.actions.values() if state.decree}
        found: dict[str, list[Any]] = {}
        for stored in history.events.of(*KINDS):
            event, fell = stored.event, _fell(stored)
            if isinstance(event, ev.DecreeIssued | rk.RankDecreeIssued):
                row = _issued(stored, lambda action_id: subjects[action_id])
                if row is not None:
                    found[row[0]] = list(row)
            elif fell in found:
                found[fell][FALLEN] = 1
            elif isinstance(event, PersonErased):
                for row_of in found.values():
                    row_of[FALLEN] |= row_of[PERSON] == event.person_id
            elif isinstance(event, DecreeSigned) and event.decree_id in found:
                found[event.decree_id][FALLEN + 1 :] = _made(stored, event)
        yield from (tuple(row) for row in found.values())


def _issued(stored: StoredEvent, subject_of: Callable[[str], str]) -> tuple[Any, ...] | None:
    """The row of a decree that has just got its number; one from outside has no file of ours."""
    event, place = stored.event, (stored.position, stored.recorded_at, 0, None, None, None)
    if isinstance(event, ev.DecreeIssued) and stored.category == ACTION:
        action_id = action_id_of(stored.stream)
        return (action_id, action_id, None, subject_of(action_id), event.number, *place)
    if isinstance(event, rk.RankDecreeIssued) and event.sequence is not None:
        decree_id = rank_decree_id(event.list_id, event.person_id)
        return (decree_id, None, event.list_id, event.person_id, event.number, *place)
    return None


def _fell(stored: StoredEvent) -> str | None:
    event = stored.event
    if isinstance(event, ev.ActionAnnulled):
        return action_id_of(stored.stream)
    return rank_decree_id(event.list_id, event.person_id) if isinstance(event, rk.RankAnnulled) else None


def _made(stored: StoredEvent, event: DecreeSigned) -> tuple[str, str, str]:
    return event.document_id, event.signed_sha256, stored.recorded_at


def state_of(row: dict[str, Any]) -> str:
    """`signed`, also where it was annulled afterwards; `void` where it fell before; `pending`."""
    if row["signed_at"] is not None:
        return SIGNED
    return FELL_BEFORE if row["fallen"] else PENDING


def of_document(connection: Connection, document_id: str) -> dict[str, Any] | None:
    """The decree whose signed file that document is."""
    statement = select(decree_files).where(decree_files.c.document_id == document_id)
    row = connection.execute(statement).mappings().first()
    return dict(row) if row is not None else None


def by_id(connection: Connection, decree_id: str) -> dict[str, Any] | None:
    statement = select(decree_files).where(decree_files.c.decree_id == decree_id)
    row = connection.execute(statement).mappings().first()
    return dict(row) if row is not None else None


def pending(connection: Connection, limit: int) -> list[str]:
    """Decrees that stand and have no signed file yet, oldest first."""
    statement = _waiting(select(decree_files.c.decree_id)).order_by(decree_files.c.issued_position)
    return list(connection.execute(statement.limit(limit)).scalars())


def waiting_since(connection: Connection, before: str) -> tuple[int, str | None]:
    """How many decrees that were issued before that moment have no signed file yet, and since when."""
    columns = (func.count(), func.min(decree_files.c.issued_at))
    statement = _waiting(select(*columns)).where(decree_files.c.issued_at < before)
    count, since = connection.execute(statement).one()
    return int(count), since


def _waiting(statement: Any) -> Any:
    return statement.where(decree_files.c.signed_at.is_(None), decree_files.c.fallen == 0)
