"""Sessions of people who signed in: opened, found by token, listed and ended."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from accounts.schema import sessions
from ledger.record import moment

TOKEN_PREFIX = "jjs_"  # noqa: S105  (names the kind of secret, and is none)
KEPT_AFTER_END = timedelta(days=30)


class SessionEnded(Exception):
    """The session of this token is over, or past what a repeated sign-in may get again."""


def hash_token(token: str) -> str:
    """SHA-256 in hexadecimal; a token has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def repeatable_token(secret: bytes, *parts: str) -> str:
    """The token that belongs to `parts`, the same for a repeated request; as unguessable as `secret`."""
    return TOKEN_PREFIX + derived_secret(secret, "session", *parts)


def derived_secret(secret: bytes, kind: str, *parts: str) -> str:
    """256 bits that belong to `parts`, the same whenever they are asked for; 43 characters."""
    text = "\x00".join((f"jenjang {kind}", *parts)).encode()
    digest = hmac.digest(secret, text, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def running(connection: Connection, token: str, now: datetime) -> tuple[str, bool] | None:
    """When the session of `token` ends and whether it waits for the second factor's code, None where there
    never was one. Raises SessionEnded.
    """
    statement = select(sessions.c.expires_at, sessions.c.revoked_at, sessions.c.awaits_code)
    known = connection.execute(statement.where(sessions.c.token_hash == hash_token(token))).first()
    if known is None:
        return None
    if known.revoked_at is not None or known.expires_at <= moment(now):
        raise SessionEnded
    return str(known.expires_at), bool(known.awaits_code)


def open_session(
    connection: Connection,
    person_id: str,
    hours: int,
    now: datetime,
    *,
    token: str | None = None,
    browser: bool = False,
    awaits_code: bool = False,
    by_provider: bool = False,
) -> tuple[str, str]:
    """A new session's token, made unless given, and the moment at which it ends. The token is not stored.
    `browser` says that it is a session of our pages; one that `awaits_code` may do nothing but give the
    second factor's code.
    """
    token = token or new_token()
    expires_at = moment(now + timedelta(hours=hours))
    connection.execute(delete(sessions).where(sessions.c.expires_at < moment(now - KEPT_AFTER_END)))
    connection.execute(
        insert(sessions).values(
            token_hash=hash_token(token),
            person_id=person_id,
            created_at=moment(now),
            expires_at=expires_at,
            revoked_at=None,
            browser=int(browser),
            awaits_code=int(awaits_code),
            by_provider=int(by_provider),
        )
    )
    return token, expires_at


def sessions_of(connection: Connection, person_id: str, now: datetime) -> list[dict[str, Any]]:
    """The person's running sessions, newest first."""
    statement = select(sessions).where(
        sessions.c.person_id == person_id,
        sessions.c.revoked_at.is_(None),
        sessions.c.expires_at > moment(now),
    )
    return [
        dict(row) for row in connection.execute(statement.order_by(sessions.c.created_at.desc())).mappings()
    ]


def code_was_given(connection: Connection, token_hash: str) -> None:
    """The session's second factor was shown: it may do everything from now on."""
    mine = sessions.c.token_hash == token_hash
    connection.execute(update(sessions).where(mine).values(awaits_code=0))


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(_ended().where(sessions.c.token_hash == token_hash))


def end_all_sessions(connection: Connection, person_id: str, *, but: str | None = None) -> None:
    """End every session of the person, except the one whose token has the hash `but`."""
    statement = _ended().where(sessions.c.person_id == person_id)
    connection.execute(statement if but is None else statement.where(sessions.c.token_hash != but))


def _ended() -> Any:
    return (
        update(sessions).where(sessions.c.revoked_at.is_(None)).values(revoked_at=moment(datetime.now(UTC)))
    )
