"""A person's saved views of a list, each a name and an address: preference, and no part of the record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from accounts.schema import saved_views
from ledger.record import moment

MOST = 20


class TooManyViews(Exception):
    """A person keeps MOST views at most."""


def views_of(connection: Connection, person_id: str) -> list[tuple[str, str]]:
    """The person's views by name: `(name, query)`."""
    mine = select(saved_views.c.name, saved_views.c.query).where(saved_views.c.person_id == person_id)
    return [(row[0], row[1]) for row in connection.execute(mine.order_by(saved_views.c.name))]


def save_view(connection: Connection, person_id: str, name: str, query: str, now: datetime) -> None:
    """Keep the view, in place of one with the same name. Raises TooManyViews."""
    mine = saved_views.c.person_id == person_id
    others = select(func.count()).where(mine, saved_views.c.name != name)
    if connection.execute(others).scalar_one() >= MOST:
        raise TooManyViews
    insert = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    row = {"person_id": person_id, "name": name, "query": query, "saved_at": moment(now)}
    statement = insert(saved_views).values(row)
    keys = ["person_id", "name"]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys, set_={"query": query, "saved_at": row["saved_at"]}
        )
    )


def drop_view(connection: Connection, person_id: str, name: str) -> None:
    """Forget it; nothing happens where there is none."""
    mine = (saved_views.c.person_id == person_id) & (saved_views.c.name == name)
    connection.execute(delete(saved_views).where(mine))


def drop_views(connection: Connection, person_id: str) -> None:
    connection.execute(delete(saved_views).where(saved_views.c.person_id == person_id))
