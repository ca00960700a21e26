"""Accounts as operators see them: no secret, and how each stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from accounts.schema import accounts, second_factors, sessions
from ledger.record import moment


def account_page(
    connection: Connection, now: datetime, beginning: str, limit: int, after: str, *, locked: bool
) -> list[dict[str, Any]]:
    """Accounts by login: those after `after` whose login begins with `beginning`, with their running
    sessions counted and the moment of their second factor.
    """
    running = (
        select(func.count())
        .where(
            sessions.c.person_id == accounts.c.person_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > moment(now),
        )
        .scalar_subquery()
    )
    columns = [column for column in accounts.c if column.name != "password_hash"]
    statement = (
        select(*columns, second_factors.c.confirmed_at.label("second_factor"), running.label("sessions"))
        .join(second_factors, second_factors.c.person_id == accounts.c.person_id, isouter=True)
        .where(accounts.c.login > after, accounts.c.login.startswith(beginning, autoescape=True))
    )
    if locked:
        statement = statement.where(accounts.c.locked_until > moment(now))
    rows = connection.execute(statement.order_by(accounts.c.login).limit(limit)).mappings()
    return [dict(row) for row in rows]


def counts(connection: Connection, now: datetime) -> dict[str, int]:
    """How many accounts there are, are locked, wait for their first change, have a second factor."""

    def counted(table: Any, *conditions: Any) -> int:
        return int(
            connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        )

    return {
        "accounts": counted(accounts),
        "locked": counted(accounts, accounts.c.locked_until > moment(now)),
        "first_passwords": counted(accounts, accounts.c.must_change == 1),
        "second_factors": counted(second_factors, second_factors.c.confirmed_at.is_not(None)),
    }


def running_sessions(connection: Connection, now: datetime) -> int:
    statement = select(func.count()).where(
        sessions.c.revoked_at.is_(None), sessions.c.expires_at > moment(now)
    )
    return int(connection.execute(statement).scalar_one())
