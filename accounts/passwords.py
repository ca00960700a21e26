"""Passwords: how they are hashed, checked, first given and changed. Only hashes are stored."""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import UTC, datetime

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, Engine, delete, insert, select, update

from accounts.schema import accounts
from accounts.second_factor import forget
from accounts.sessions import end_all_sessions
from ledger.record import moment

# Argon2id, 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SHORTEST, LONGEST = 12, 128
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"

# Checking takes a core for some 20 ms and 19 MiB: a flood of sign-ins waits here, not in memory.
_AT_ONCE = threading.BoundedSemaphore(2)


class WeakPassword(ValueError):
    """The password is too short, too long, or says who its owner is."""


def hash_password(password: str) -> str:
    with _AT_ONCE:
        return HASHER.hash(password)


# Checked where there is no account, so that an unknown login takes the time of a known one.
_NOBODYS_HASH = HASHER.hash(secrets.token_urlsafe(16))


def is_password(stored_hash: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed; False, as slowly, for no hash at all."""
    with _AT_ONCE:
        try:
            HASHER.verify(stored_hash or _NOBODYS_HASH, password)
        except (Argon2Error, InvalidHashError):
            return False
    return stored_hash is not None


def is_outdated(stored_hash: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return HASHER.check_needs_rehash(stored_hash)


def check_strength(password: str, login: str) -> None:
    """Raises WeakPassword. Length is what counts (NIST SP 800-63B); no rules of composition."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    if login in password or len(set(password)) < 4:
        raise WeakPassword("a password is neither one's own number nor one repeated character")


def generate_password() -> str:
    """Twenty letters and digits in five groups, without those that are mistaken for others."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(5))


def password_from(secret: str) -> str:
    """The same for the same derived secret, some 95 bits of it."""
    digest = hashlib.sha256(secret.encode()).digest()
    letters = [ALPHABET[byte % len(ALPHABET)] for byte in digest[:20]]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 20, 4))


def is_first_password(connection: Connection, person_id: str, password: str) -> bool:
    """Whether it is the first password that the person has not changed yet."""
    row = connection.execute(select(accounts).where(accounts.c.person_id == person_id)).first()
    return row is not None and bool(row.must_change) and is_password(row.password_hash, password)


def create_account(
    connection: Connection, person_id: str, login: str, password: str | None = None, *, must_change: bool
) -> str:
    """Give the person a login and return its password, generated unless given.

    An account that the person or the login had before ends, with all its sessions and its second factor:
    whoever gives a first password has seen who asks for it. `must_change`
    accounts may do nothing but change their password.
    """
    password = password or generate_password()
    end_all_sessions(connection, person_id)
    forget(connection, person_id)
    connection.execute(
        delete(accounts).where((accounts.c.person_id == person_id) | (accounts.c.login == login))
    )
    connection.execute(
        insert(accounts).values(
            person_id=person_id,
            login=login,
            password_hash=hash_password(password),
            must_change=int(must_change),
            failed_attempts=0,
            locked_until=None,
            created_at=moment(datetime.now(UTC)),
        )
    )
    return password


def change_password(
    reading: Engine, writing: Engine, person_id: str, current: str, new: str, *, keep: str | None = None
) -> bool:
    """Replace the password and end every session but the one whose token has the hash `keep`; False
    when `current` is not the password. Raises WeakPassword.

    Hashing is done before the database is locked for writing. Repeated with the password that already
    is the new one, it changes nothing and is True.
    """
    statement = select(accounts.c.login, accounts.c.password_hash, accounts.c.must_change)
    with reading.connect() as connection:
        row = connection.execute(statement.where(accounts.c.person_id == person_id)).first()
    if not is_password(row.password_hash if row else None, current) or row is None:
        return row is not None and not row.must_change and is_password(row.password_hash, new)
    check_strength(new, row.login)
    if new == current:
        raise WeakPassword("the new password is the old one")
    fresh = hash_password(new)
    with writing.begin() as connection:
        changed = connection.execute(
            update(accounts)
            .where(accounts.c.person_id == person_id, accounts.c.password_hash == row.password_hash)
            .values(password_hash=fresh, must_change=0, failed_attempts=0, locked_until=None)
        )
        end_all_sessions(connection, person_id, but=keep)
    return changed.rowcount == 1
