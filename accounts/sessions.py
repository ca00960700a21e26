"""Sessions of people who signed in: opened, found by token, listed and ended."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from accounts.schema import sessions
from ledger.record import moment

TOKEN_PREFIX = "jjs_"  # noqa: S105  (names the kind of secret, and is none)
KEPT_AFTER_END = timedelta(days=30)


def hash_token(token: str) -> str:
    """SHA-256 in hexadecimal; a token has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(connection: Connection, person_id: str, hours: int, now: datetime) -> tuple[str, str]:
    """A new session's token and the moment at which it ends. The token is not stored."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    expires_at = moment(now + timedelta(hours=hours))
    connection.execute(delete(sessions).where(sessions.c.expires_at < moment(now - KEPT_AFTER_END)))
    connection.execute(
        insert(sessions).values(
            token_hash=hash_token(token),
            person_id=person_id,
            created_at=moment(now),
            expires_at=expires_at,
            revoked_at=None,
        )
    )
    return token, expires_at


def sessions_of(connection: Connection, person_id: str, now: datetime) -> list[dict[str, Any]]:
    """The person's running sessions, newest first."""
    statement = select(sessions).where(
        sessions.c.person_id == person_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > moment(now)
    )
    return [dict(row) for row in connection.execute(statement.order_by(sessions.c.created_at.desc())).mappings()]


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(_ended().where(sessions.c.token_hash == token_hash))


def end_all_sessions(connection: Connection, person_id: str) -> None:
    connection.execute(_ended().where(sessions.c.person_id == person_id))


def _ended() -> Any:
    return update(sessions).where(sessions.c.revoked_at.is_(None)).values(revoked_at=moment(datetime.now(UTC)))
