"""Signing in with NIP and password: throttled, locked with notice, and alike for unknown people."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, update

from accounts.passwords import hash_password, is_outdated, is_password
from accounts.schema import accounts
from accounts.sessions import new_token, open_session, running_until
from ledger.record import moment, parse_moment

FAILURES_UNTIL_LOCKED = 8
LOCKED_FOR = timedelta(minutes=15)
FAILURES_PER_ADDRESS = 50
ADDRESS_WINDOW = timedelta(minutes=5)
REMEMBERED = 20_000


class WrongCredentials(Exception):
    """No such login, or not its password; which of the two is not told."""


class LockedOut(Exception):
    """Too many failures; `until` is when the next attempt is looked at."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"locked until {until.isoformat()}")


class TooManyAttempts(LockedOut):
    """Too many failures from one address."""


@dataclass(frozen=True)
class SignedIn:
    """`failures` counts the failed attempts since the last sign-in: its owner is told. `known` says that
    the session was open already.
    """

    token: str
    expires_at: str
    person_id: str
    must_change: bool
    failures: int
    known: bool


class SignIn:
    """Judges attempts. Failures of a login are counted in the database, so that they hold for all
    processes; those of an address, and of logins that nobody has, in this process only.
    """

    def __init__(self, reading: Engine, writing: Engine, session_hours: int) -> None:
        self._reading = reading
        self._writing = writing
        self._hours = session_hours
        self._strangers = Failures()
        self._addresses = Failures()

    def attempt(
        self, login: str, password: str, address: str, now: datetime, token: str | None = None
    ) -> SignedIn:
        """Open a session, with the given token if there is one: the same token again finds the session
        that it opened. Raises WrongCredentials, LockedOut, TooManyAttempts, SessionEnded.
        """
        until = self._addresses.until(address, FAILURES_PER_ADDRESS, ADDRESS_WINDOW, now)
        if until is not None:
            raise TooManyAttempts(until)
        with self._reading.connect() as connection:
            row = connection.execute(select(accounts).where(accounts.c.login == login)).mappings().first()
        locked_until = (
            parse_moment(row["locked_until"])
            if row is not None and row["locked_until"]
            else self._strangers.until(login, FAILURES_UNTIL_LOCKED, LOCKED_FOR, now)
        )
        if locked_until is not None and locked_until > now:
            raise LockedOut(locked_until)
        if not is_password(row["password_hash"] if row is not None else None, password) or row is None:
            self._addresses.add(address, ADDRESS_WINDOW, now)
            if row is None:
                self._strangers.add(login, LOCKED_FOR, now)
            else:
                self._count_failure(row["person_id"], now)
            raise WrongCredentials
        values: dict[str, Any] = {"failed_attempts": 0, "locked_until": None}
        if is_outdated(row["password_hash"]):
            values["password_hash"] = hash_password(password)
        token = token or new_token()
        with self._writing.begin() as connection:
            mine = accounts.c.person_id == row["person_id"]
            connection.execute(update(accounts).where(mine).values(**values))
            known = running_until(connection, token, now)
            expires_at = known or open_session(connection, row["person_id"], self._hours, now, token=token)[1]
        must_change = bool(row["must_change"])
        return SignedIn(
            token, expires_at, row["person_id"], must_change, row["failed_attempts"], known is not None
        )

    def _count_failure(self, person_id: str, now: datetime) -> None:
        mine = accounts.c.person_id == person_id
        with self._writing.begin() as connection:
            connection.execute(
                update(accounts).where(mine).values(failed_attempts=accounts.c.failed_attempts + 1)
            )
            failures = connection.execute(select(accounts.c.failed_attempts).where(mine)).scalar_one()
            if failures % FAILURES_UNTIL_LOCKED == 0:
                connection.execute(update(accounts).where(mine).values(locked_until=moment(now + LOCKED_FOR)))


class Failures:
    """Counts by key within a window that starts with the first failure; forgets the oldest keys."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def add(self, key: str, window: timedelta, now: datetime) -> None:
        with self._lock:
            count, since = self._counts.get(key, (0, now))
            self._counts[key] = (count + 1, since) if now < since + window else (1, now)
            self._counts.move_to_end(key)
            if len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)

    def until(self, key: str, most: int, window: timedelta, now: datetime) -> datetime | None:
        """The end of the window, when the key has used up its attempts; None while it has not."""
        with self._lock:
            count, since = self._counts.get(key, (0, now))
        return since + window if count >= most and now < since + window else None
