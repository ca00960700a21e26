"""Where a person wants to be told that something waits, how and when; and what waits to be told.

An address counts once its owner has shown the code that was sent to it. A preference, no part of the record.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from accounts.schema import notices, notification_settings
from ledger.record import moment, parse_moment

Mode = Literal["at_once", "digest"]
About = Literal["task", "reminder", "case"]

CODE_DIGITS = 8
CODE_HOLDS = timedelta(minutes=30)
CODES_APART = timedelta(minutes=1)
WRONG_CODES = 5
# After so many refusals of one address its owner has to confirm it anew.
REFUSALS = 5
FIRST_PAUSE = timedelta(minutes=15)


class CodeTooSoon(Exception):
    """A code was sent less than CODES_APART ago; `until` is when the next may be."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until.isoformat())


@dataclass(frozen=True)
class Wishes:
    """Channel, address on it, language (`id`, `en`), and when: at once, or gathered at `digest_hour` of a
    working day. From `quiet_from` to `quiet_until` (hours, local time) nothing is sent at once; both None
    for no such hours.
    """

    channel: str
    address: str
    language: str
    mode: Mode
    digest_hour: int
    quiet_from: int | None
    quiet_until: int | None

    def is_quiet_at(self, hour: int) -> bool:
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


@dataclass(frozen=True)
class Settings:
    """A person's wishes and what became of them (UTC moments, local dates; as text)."""

    person_id: str
    wishes: Wishes
    confirmed_at: str | None
    code_sent_at: str | None
    told_at: str | None
    digest_on: str | None
    refusals: int
    next_try: str | None


@dataclass(frozen=True)
class Kept:
    """Wishes that wait for `code` to be shown, and the row that they replaced."""

    person_id: str
    code: str = field(repr=False)
    before: dict[str, Any] | None = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """Something to be told to a person: the record's position, and which case and task it is about."""

    person_id: str
    position: int
    about: About
    action_id: str
    task_id: str | None


WISHED = tuple(Wishes.__dataclass_fields__)
BECAME = ("confirmed_at", "code_sent_at", "told_at", "digest_on", "refusals", "next_try")


def settings_of(connection: Connection, person_id: str) -> Settings | None:
    """None for somebody who never said where to be told."""
    found = select(notification_settings).where(notification_settings.c.person_id == person_id)
    row = connection.execute(found).mappings().first()
    return _settings(row) if row is not None else None


def confirmed(connection: Connection, people: Collection[str]) -> dict[str, Settings]:
    """Settings of those among `people` whose address is confirmed, by person."""
    found = _confirmed().where(notification_settings.c.person_id.in_(people))
    return {row["person_id"]: _settings(row) for row in connection.execute(found).mappings()}


def awaiting(connection: Connection, mode: Mode, today: str, now: datetime) -> list[Settings]:
    """Those to whom something may have to be sent: at once where notices wait, as a digest where there was
    none on `today` (local date). Addresses that were refused wait for their time.
    """
    held_back = or_(
        notification_settings.c.next_try.is_(None), notification_settings.c.next_try <= moment(now)
    )
    found = _confirmed().where(notification_settings.c.mode == mode, held_back)
    if mode == "at_once":
        found = found.where(notification_settings.c.person_id.in_(select(notices.c.person_id).distinct()))
    else:
        last = notification_settings.c.digest_on
        found = found.where(or_(last.is_(None), last < today))
    found = found.order_by(notification_settings.c.person_id)
    return [_settings(row) for row in connection.execute(found).mappings()]


def keep(connection: Connection, person_id: str, wishes: Wishes, now: datetime) -> Kept | None:
    """Keep the wishes. Returns the code to be sent to an address that is new or not confirmed yet, and None
    for one that is. Raises CodeTooSoon; nothing was kept then.
    """
    mine = notification_settings.c.person_id == person_id
    before = connection.execute(select(notification_settings).where(mine)).mappings().first()
    values: dict[str, Any] = {name: getattr(wishes, name) for name in WISHED}
    if before is not None:
        same = (before["channel"], before["address"]) == (wishes.channel, wishes.address)
        if same and before["confirmed_at"] is not None:
            connection.execute(update(notification_settings).where(mine).values(values))
            return None
        if before["code_sent_at"] is not None:
            until = parse_moment(before["code_sent_at"]) + CODES_APART
            if now < until:
                raise CodeTooSoon(until)
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    values |= {
        "code_hash": _hashed(person_id, code),
        "code_sent_at": moment(now),
        "wrong_codes": 0,
        "confirmed_at": None,
        "refusals": 0,
        "next_try": None,
    }
    values |= {"told_at": None, "digest_on": None}
    make = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    # Of two requests at the same moment the later one stands.
    statement = make(notification_settings).values(person_id=person_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    return Kept(person_id, code, dict(before) if before is not None else None)


def take_back(connection: Connection, kept: Kept) -> None:
    """Undo `keep`, because its code could not be sent; the next code still has to wait its time."""
    mine = notification_settings.c.person_id == kept.person_id
    this = notification_settings.c.code_hash == _hashed(kept.person_id, kept.code)
    sent_at = connection.execute(select(notification_settings.c.code_sent_at).where(mine, this)).scalar()
    if sent_at is not None and kept.before is not None:
        connection.execute(delete(notification_settings).where(mine))
        connection.execute(insert(notification_settings).values(kept.before | {"code_sent_at": sent_at}))


def confirm(connection: Connection, person_id: str, code: str, now: datetime) -> bool:
    """Whether the code is the one that was sent, in time, and not guessed at too often. Shown again by its
    owner it is right again.
    """
    mine = notification_settings.c.person_id == person_id
    counted = connection.execute(
        update(notification_settings)
        .where(mine, notification_settings.c.wrong_codes < WRONG_CODES)
        .values(wrong_codes=notification_settings.c.wrong_codes + 1)
    )
    row = connection.execute(select(notification_settings).where(mine)).mappings().first()
    if row is None or counted.rowcount == 0 or row["code_hash"] is None or row["code_sent_at"] is None:
        return False
    in_time = now <= parse_moment(row["code_sent_at"]) + CODE_HOLDS
    if not in_time or not hmac.compare_digest(row["code_hash"], _hashed(person_id, code)):
        return False
    since = row["confirmed_at"] or moment(now)
    connection.execute(update(notification_settings).where(mine).values(confirmed_at=since, wrong_codes=0))
    return True


def forget(connection: Connection, person_id: str) -> None:
    """Forget where the person wants to be told, and what waits for it."""
    connection.execute(delete(notification_settings).where(notification_settings.c.person_id == person_id))
    connection.execute(delete(notices).where(notices.c.person_id == person_id))


def note(connection: Connection, found: Iterable[Notice]) -> None:
    """Let them wait to be told; one that waits already stays."""
    rows = [
        {name: getattr(each, name) for name in ("person_id", "position", "about", "action_id", "task_id")}
        for each in found
    ]
    if rows:
        make = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
        connection.execute(make(notices).on_conflict_do_nothing(), rows)


def notices_of(connection: Connection, person_id: str) -> list[Notice]:
    """What waits to be told to the person, oldest first."""
    found = select(notices).where(notices.c.person_id == person_id).order_by(notices.c.position)
    return [Notice(**row) for row in connection.execute(found).mappings()]


def told(connection: Connection, person_id: str, up_to: int, now: datetime, digest_on: str | None) -> None:
    """What waited up to the position `up_to` was sent, or had nothing left to tell."""
    gone = delete(notices).where(notices.c.person_id == person_id, notices.c.position <= up_to)
    connection.execute(gone)
    values: dict[str, Any] = {"told_at": moment(now), "refusals": 0, "next_try": None}
    if digest_on is not None:
        values["digest_on"] = digest_on
    mine = notification_settings.c.person_id == person_id
    connection.execute(update(notification_settings).where(mine).values(values))


def refused(connection: Connection, settings: Settings, now: datetime) -> None:
    """The address was refused for good: try later and later, then let its owner confirm it anew."""
    count = settings.refusals + 1
    values: dict[str, Any] = {"refusals": count, "next_try": moment(now + FIRST_PAUSE * 2**count)}
    if count >= REFUSALS:
        values |= {"confirmed_at": None, "code_hash": None}
        connection.execute(delete(notices).where(notices.c.person_id == settings.person_id))
    mine = notification_settings.c.person_id == settings.person_id
    connection.execute(update(notification_settings).where(mine).values(values))


def _confirmed() -> Any:
    return select(notification_settings).where(notification_settings.c.confirmed_at.is_not(None))


def _settings(row: Any) -> Settings:
    return Settings(
        row["person_id"], Wishes(*(row[name] for name in WISHED)), *(row[name] for name in BECAME)
    )


def _hashed(person_id: str, code: str) -> str:
    return hashlib.sha256(f"{person_id} {code}".encode()).hexdigest()
