"""Facts for those who only look: what `decide` would see now, outside the writer's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from domain.facts import Facts, Identity
from domain.personnel_action import ActionState
from domain.registry import Registry
from domain.talent_record import NothingRecorded
from ledger.directory_view import DirectoryView
from ledger.mirror import ACTION, load_state
from ledger.read import Reader
from ledger.record import identity_in, stored_event
from ledger.reviews import LedgerReviews
from ledger.schema import events
from ledger.talent import KeptTalent, LedgerTalent
from ledger.vacancies import LedgerVacancies

LAST_POSITION = 2**53 - 1


# Built once: a list of rank promotions asks it of hundreds of people.
KNOWN_AS = (
    select(events.c.record)
    .where(
        events.c.stream == bindparam("stream"),
        events.c.position <= bindparam("up_to"),
        events.c.type.in_(("EmployeeRegistered", "EmployeeCorrected", "CandidateRegistered")),
    )
    .order_by(events.c.version.desc())
    .limit(1)
)


def facts_for_reading(
    reader: Reader,
    connection: Connection,
    view: DirectoryView,
    now: datetime,
    *,
    up_to: int = LAST_POSITION,
) -> Facts:
    """Facts at `now` as `connection`'s transaction sees them, from events up to the position `up_to`. The
    registry of promises is empty: it matters to submissions, decrees and annulments, which only the writer
    judges; so are talent records of the past, which matter to freezing a list alone.
    """
    until = events.c.position <= up_to

    def action(action_id: str) -> ActionState | None:
        columns = (events.c.position, events.c.record, events.c.leaf_hash)
        statement = (
            select(*columns)
            .where(events.c.stream == f"{ACTION}/{action_id}", until)
            .order_by(events.c.version)
        )
        return load_state(stored_event(p, bytes(r), bytes(h)) for p, r, h in connection.execute(statement))

    def unsealed(condition: Any) -> dict[str, Any] | None:
        found = connection.execute(select(events.c.record).where(condition)).scalars().first()
        return reader.unseal(connection, bytes(found)) if found is not None else None

    def sealed_at(action_id: str, version: int) -> dict[str, Any] | None:
        return unsealed((events.c.stream == f"{ACTION}/{action_id}") & (events.c.version == version))

    def identity_of(person_id: str) -> Identity | None:
        asked = {"stream": f"employee/{person_id}", "up_to": up_to}
        found = connection.execute(KNOWN_AS, asked).scalars().first()
        return identity_in(reader.unseal(connection, bytes(found)) if found is not None else None)

    return Facts(
        now=now,
        agency=view.agency,
        registry=Registry(),
        offices=view.offices(view.calendar.today(now)),
        policies=view.policies,
        calendar=view.calendar,
        identity_of=identity_of,
        action=action,
        sealed_at=sealed_at,
        salt=lambda: secrets.token_hex(16),
        talent=talent_for_reading(reader, connection) if up_to == LAST_POSITION else NothingRecorded(),
        vacancies=vacancies_for_reading(reader, connection),
        files=view.files,
        proposals=view.published.proposed,
        reviews=reviews_for_reading(connection),
    )


def talent_for_reading(
    reader: Reader, connection: Connection, kept: KeptTalent | None = None
) -> LedgerTalent:
    """Talent records as `connection`'s transaction sees them; `kept` are those opened before."""
    opened = KeptTalent() if kept is None else kept
    return LedgerTalent(opened, _query_by(connection), reader.keyring, {})


def vacancies_for_reading(reader: Reader, connection: Connection) -> LedgerVacancies:
    """Vacancies as `connection`'s transaction sees them."""
    return LedgerVacancies(_query_by(connection), lambda record: reader.unseal(connection, record))


def _query_by(connection: Connection) -> Callable[[str, tuple[Any, ...]], list[Any]]:
    mark = "?" if connection.dialect.name == "sqlite" else "%s"

    def query(statement: str, values: tuple[Any, ...]) -> list[Any]:
        return list(connection.exec_driver_sql(statement.replace("?", mark), values).fetchall())

    return query


def reviews_for_reading(connection: Connection) -> LedgerReviews:
    """Streams of reviews as `connection`'s transaction sees them."""
    return LedgerReviews(_query_by(connection))
