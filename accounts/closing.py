"""Ending an account for good, with everything that tells whose it was."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from accounts import notification_settings
from accounts.saved_views import drop_views
from accounts.schema import accounts, sessions
from accounts.second_factor import forget


def close_account(connection: Connection, person_id: str, *, remember_login: bool = False) -> str | None:
    """Remove the person's sessions, saved views and address for notices, and their account unless
    `remember_login`; returns their login, if they have one still.
    """
    connection.execute(delete(sessions).where(sessions.c.person_id == person_id))
    forget(connection, person_id)
    drop_views(connection, person_id)
    notification_settings.forget(connection, person_id)
    mine = accounts.c.person_id == person_id
    login: str | None = connection.execute(select(accounts.c.login).where(mine)).scalar()
    if not remember_login:
        connection.execute(delete(accounts).where(mine))
    return login
