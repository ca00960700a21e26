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
from accounts.second_factor import is_on
from accounts.sessions import SessionEnded, new_token, open_session, running
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
    the session was open already, `awaits_code` that it opens nothing before the second factor's code.
    """

    token: str
    expires_at: str
    person_id: str
    must_change: bool
    failures: int
    known: bool
    awaits_code: bool


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
        self,
        login: str,
        password: str,
        address: str,
        now: datetime,
        token: str | None = None,
        *,
        browser: bool = False,
    ) -> SignedIn:
        """Open a session, with the given token if there is one: the same token again finds the session
        that it opened, unless its second factor was shown. Raises WrongCredentials, LockedOut,
        TooManyAttempts, SessionEnded.
        """
        # Every attempt counts as failed until its password has been checked: many at once cannot all
        # slip through while the first of them is still being hashed.
        until = self._addresses.use(address, FAILURES_PER_ADDRESS, ADDRESS_WINDOW, now)
        if until is not None:
            raise TooManyAttempts(until)
        with self._reading.connect() as connection:
            row = connection.execute(select(accounts).where(accounts.c.login == login)).mappings().first()
        if row is None:
            locked_until = self._strangers.use(login, FAILURES_UNTIL_LOCKED, LOCKED_FOR, now)
        else:
            locked_until = self._use_attempt(row["person_id"], now)
        if locked_until is not None:
            raise LockedOut(locked_until)
        if not is_password(row["password_hash"] if row is not None else None, password) or row is None:
            raise WrongCredentials
        self._addresses.give_back(address)
        values: dict[str, Any] = {"failed_attempts": 0, "locked_until": None}
        if is_outdated(row["password_hash"]):
            values["password_hash"] = hash_password(password)
        token = token or new_token()
        with self._writing.begin() as connection:
            mine = accounts.c.person_id == row["person_id"]
            connection.execute(update(accounts).where(mine).values(**values))
            known = running(connection, token, now)
            has_factor = is_on(connection, row["person_id"]) is not None
            if known is not None:
                expires_at, awaits_code = known
                # Whoever lost the first answer gave no code: else the password and a guessed key would do.
                if has_factor and not awaits_code:
                    raise SessionEnded
            else:
                awaits_code = has_factor
                _, expires_at = open_session(
                    connection,
                    row["person_id"],
                    self._hours,
                    now,
                    token=token,
                    browser=browser,
                    awaits_code=awaits_code,
                )
        return SignedIn(
            token,
            expires_at,
            row["person_id"],
            must_change=bool(row["must_change"]),
            failures=row["failed_attempts"],
            known=known is not None,
            awaits_code=awaits_code,
        )

    def prove(self, person_id: str, password: str, now: datetime) -> bool:
        """Whether it is the password of a person who is signed in; failures count as those of signing in
        do. Raises LockedOut.
        """
        mine = accounts.c.person_id == person_id
        with self._reading.connect() as connection:
            stored = connection.execute(select(accounts.c.password_hash).where(mine)).scalar()
        if stored is None:
            return False
        locked_until = self._use_attempt(person_id, now)
        if locked_until is not None:
            raise LockedOut(locked_until)
        if not is_password(stored, password):
            return False
        with self._writing.begin() as connection:
            connection.execute(update(accounts).where(mine).values(failed_attempts=0, locked_until=None))
        return True

    def _use_attempt(self, person_id: str, now: datetime) -> datetime | None:
        """Count an attempt; the end of the lock when none is left. One statement, so that of attempts
        at the same moment each takes its own.
        """
        mine = accounts.c.person_id == person_id
        with self._writing.begin() as connection:
            free = mine & (accounts.c.locked_until.is_(None) | (accounts.c.locked_until <= moment(now)))
            counted = connection.execute(
                update(accounts).where(free).values(failed_attempts=accounts.c.failed_attempts + 1)
            )
            account = connection.execute(select(accounts).where(mine)).mappings().one()
            if counted.rowcount == 0:
                return parse_moment(account["locked_until"])
            if account["failed_attempts"] % FAILURES_UNTIL_LOCKED == 0:
                connection.execute(update(accounts).where(mine).values(locked_until=moment(now + LOCKED_FOR)))
            return None


class Failures:
    """Counts by key within a window that starts with the first failure; forgets the oldest keys."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def use(self, key: str, most: int, window: timedelta, now: datetime) -> datetime | None:
        """Count an attempt; the end of the window when its `most` attempts are used up, else None."""
        with self._lock:
            count, since = self._counts.get(key, (0, now))
            if now >= since + window:
                count, since = 0, now
            if count >= most:
                return since + window
            self._counts[key] = (count + 1, since)
            self._counts.move_to_end(key)
            if len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
            return None

    def give_back(self, key: str) -> None:
        """The attempt was no failure."""
        with self._lock:
            count, since = self._counts.get(key, (0, None))
            if since is not None and count > 0:
                self._counts[key] = (count - 1, since)
