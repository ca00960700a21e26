"""A second factor beside the password: six digits of an authenticator (TOTP, RFC 6238), or a recovery code.

The seed is kept sealed (AES-256-GCM) under a key derived from the agency's sealing key; a code works once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from accounts.schema import recovery_codes, second_factors
from accounts.sessions import derived_secret, end_all_sessions, hash_token
from ledger.record import moment, parse_moment

STEP_SECONDS, DIGITS, SEED_BYTES, NONCE_BYTES = 30, 6, 20, 12
# A clock may be one step ahead or behind (RFC 6238 section 5.2).
DRIFT = (0, -1, 1)
RECOVERY_CODES = 10
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
WRONG_CODES_UNTIL_LOCKED = 8
LOCKED_FOR = timedelta(minutes=15)


class TooManyCodes(Exception):
    """Too many wrong codes; `until` is when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"locked until {until.isoformat()}")


class AlreadyOn(Exception):
    """The person has a second factor; it is taken off before another one is set up."""


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs: the seed in Base32, and the same as an `otpauth://` address."""

    seed: str
    address: str
    known: bool = False  # begun before, by the same request


def is_on(connection: Connection, person_id: str) -> str | None:
    """Since when the person has a second factor (UTC moment); None without one."""
    statement = select(second_factors.c.confirmed_at).where(second_factors.c.person_id == person_id)
    found: str | None = connection.execute(statement).scalar()
    return found


def recovery_codes_left(connection: Connection, person_id: str) -> int:
    statement = select(func.count()).where(recovery_codes.c.person_id == person_id)
    return int(connection.execute(statement).scalar_one())


def forget(connection: Connection, person_id: str) -> None:
    """Take the second factor and its recovery codes away."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person_id == person_id))
    connection.execute(delete(second_factors).where(second_factors.c.person_id == person_id))


def current_code(seed: str, now: datetime) -> str:
    """The six digits that an authenticator shows for the seed (Base32) at that moment."""
    return _digits(base64.b32decode(seed), _step(now))


class SecondFactor:
    """Second factors of one installation. `issuer` is what an authenticator shows beside the login."""

    def __init__(self, reading: Engine, writing: Engine, sealing_key: bytes, issuer: str) -> None:
        self._reading = reading
        self._writing = writing
        self._issuer = issuer
        self._sealing_key = sealing_key
        derived = HKDF(SHA256(), 32, salt=None, info=b"jenjang second factor").derive(sealing_key)
        self._cipher = AESGCM(derived)

    def begin(self, person_id: str, login: str, key: str | None = None) -> Enrolment:
        """A fresh seed, in force once `confirm` has seen a code of it. With a `key`, the seed that was begun
        by it as long as that waits. Raises AlreadyOn.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        seed = self._new_seed(person_id, key, nonce)
        sealed = nonce + self._cipher.encrypt(nonce, seed, person_id.encode())
        with self._writing.begin() as connection:
            if is_on(connection, person_id) is not None:
                raise AlreadyOn
            mine = second_factors.c.person_id == person_id
            waiting = connection.execute(select(second_factors.c.sealed_seed).where(mine)).scalar()
            if key is not None and waiting is not None:
                begun = self._new_seed(person_id, key, base64.b64decode(waiting)[:NONCE_BYTES])
                if begun == self._opened(person_id, waiting):
                    return replace(self._enrolment(begun, login), known=True)
            forget(connection, person_id)
            connection.execute(
                insert(second_factors).values(
                    person_id=person_id,
                    sealed_seed=base64.b64encode(sealed).decode(),
                    confirmed_at=None,
                    last_step=0,
                    failed_attempts=0,
                    locked_until=None,
                )
            )
        return self._enrolment(seed, login)

    def pending(self, person_id: str, login: str) -> Enrolment | None:
        """The enrolment that was begun and not confirmed."""
        with self._reading.connect() as connection:
            row = connection.execute(
                select(second_factors.c.sealed_seed).where(
                    second_factors.c.person_id == person_id, second_factors.c.confirmed_at.is_(None)
                )
            ).first()
        seed = self._opened(person_id, row.sealed_seed) if row is not None else None
        return self._enrolment(seed, login) if seed is not None else None

    def exists(self, person_id: str) -> bool:
        """Whether one is in force, or begun."""
        mine = second_factors.c.person_id == person_id
        with self._reading.connect() as connection:
            return connection.execute(select(second_factors.c.person_id).where(mine)).first() is not None

    def confirm(
        self, person_id: str, code: str, now: datetime, key: str | None = None, *, keep: str | None = None
    ) -> tuple[str, ...] | None:
        """Put the begun enrolment in force and end every session but the one whose token has the hash `keep`;
        its recovery codes, or None for a wrong code or where nothing waits. With the `key` and the code that
        put it in force the codes come again, until one of either kind was used. Raises TooManyCodes.
        """
        with self._reading.connect() as connection:
            on = is_on(connection, person_id) is not None
        if on:
            return self._confirmed(person_id, code, now, key) if key is not None else None
        if not self._is_shown(person_id, code, now):
            return None
        codes = self._recovery_codes(person_id, key)
        mine = (second_factors.c.person_id == person_id) & second_factors.c.confirmed_at.is_(None)
        with self._writing.begin() as connection:
            put = connection.execute(update(second_factors).where(mine).values(confirmed_at=moment(now)))
            if put.rowcount == 0:
                return None
            rows = [{"code_hash": _recovery_hash(person_id, one), "person_id": person_id} for one in codes]
            connection.execute(insert(recovery_codes), rows)
            end_all_sessions(connection, person_id, but=keep)
        return codes

    def _confirmed(self, person_id: str, code: str, now: datetime, key: str) -> tuple[str, ...] | None:
        """The recovery codes of an enrolment that this very request has put in force."""
        row = self._use_attempt(person_id, now)
        seed = self._opened(person_id, str(row["sealed_seed"])) if row is not None else None
        if row is None or seed is None:
            return None
        shown = _digits(seed, int(str(row["last_step"])))
        if not hmac.compare_digest(shown.encode(), _as_shown(code).encode()):
            return None
        codes = self._recovery_codes(person_id, key)
        hashes = [_recovery_hash(person_id, one) for one in codes]
        unused = select(func.count()).where(recovery_codes.c.code_hash.in_(hashes))
        with self._writing.begin() as connection:
            if connection.execute(unused).scalar_one() != RECOVERY_CODES:
                return None
            self._right(connection, person_id)
        return codes

    def _recovery_codes(self, person_id: str, key: str | None) -> tuple[str, ...]:
        """Ten of them; with a `key` those that belong to it and to the seed, which nobody else knows."""
        if key is None:
            return tuple(_recovery_code(secrets.token_bytes(32)) for _ in range(RECOVERY_CODES))
        mine = second_factors.c.person_id == person_id
        with self._reading.connect() as connection:
            sealed = connection.execute(select(second_factors.c.sealed_seed).where(mine)).scalar() or ""
        parts = [(person_id, key, sealed, str(number)) for number in range(RECOVERY_CODES)]
        made = (derived_secret(self._sealing_key, "recovery code", *part) for part in parts)
        return tuple(_recovery_code(hashlib.sha256(one.encode()).digest()) for one in made)

    def check(self, person_id: str, code: str, now: datetime) -> bool:
        """Whether `code` is an authenticator's of this half minute that was not used before, or an unused
        recovery code, which is used up. Raises TooManyCodes.
        """
        return self._is_shown(person_id, code, now)

    def _is_shown(self, person_id: str, code: str, now: datetime) -> bool:
        given = _as_shown(code)
        row = self._use_attempt(person_id, now)
        if row is None:
            return False
        found = self._totp_matches(person_id, row, given, now)
        if not found and row["confirmed_at"] is not None:
            found = self._recovery_matches(person_id, given)
        if found:
            with self._writing.begin() as connection:
                self._right(connection, person_id)
        return found

    def _right(self, connection: Connection, person_id: str) -> None:
        mine = second_factors.c.person_id == person_id
        connection.execute(update(second_factors).where(mine).values(failed_attempts=0, locked_until=None))

    def _totp_matches(self, person_id: str, row: dict[str, object], given: str, now: datetime) -> bool:
        seed = self._opened(person_id, str(row["sealed_seed"]))
        if seed is None or len(given) != DIGITS or not (given.isascii() and given.isdigit()):
            return False
        steps = [_step(now) + drift for drift in DRIFT]
        matching = [step for step in steps if hmac.compare_digest(_digits(seed, step), given)]
        # One statement: of two that show the same code at the same moment, one is refused.
        with self._writing.begin() as connection:
            for step in matching:
                later = (second_factors.c.person_id == person_id) & (second_factors.c.last_step < step)
                if connection.execute(update(second_factors).where(later).values(last_step=step)).rowcount:
                    return True
        return False

    def _recovery_matches(self, person_id: str, given: str) -> bool:
        mine = recovery_codes.c.code_hash == _recovery_hash(person_id, given)
        with self._writing.begin() as connection:
            return connection.execute(delete(recovery_codes).where(mine)).rowcount == 1

    def _use_attempt(self, person_id: str, now: datetime) -> dict[str, object] | None:
        """Count an attempt as failed until it is found right; the person's row, None without one."""
        mine = second_factors.c.person_id == person_id
        free = mine & (
            second_factors.c.locked_until.is_(None) | (second_factors.c.locked_until <= moment(now))
        )
        with self._writing.begin() as connection:
            more = update(second_factors).where(free)
            counted = connection.execute(more.values(failed_attempts=second_factors.c.failed_attempts + 1))
            row = connection.execute(select(second_factors).where(mine)).mappings().first()
            if row is None:
                return None
            if counted.rowcount == 0:
                raise TooManyCodes(parse_moment(row["locked_until"]))
            if row["failed_attempts"] % WRONG_CODES_UNTIL_LOCKED == 0:
                until = moment(now + LOCKED_FOR)
                connection.execute(update(second_factors).where(mine).values(locked_until=until))
            return dict(row)

    def _new_seed(self, person_id: str, key: str | None, nonce: bytes) -> bytes:
        """A seed; with a `key` the one that belongs to it and the random `nonce`, so never the same twice."""
        if key is None:
            return secrets.token_bytes(SEED_BYTES)
        made = derived_secret(self._sealing_key, "second factor seed", person_id, key, nonce.hex())
        return hashlib.sha256(made.encode()).digest()[:SEED_BYTES]

    def _opened(self, person_id: str, sealed: str) -> bytes | None:
        """The seed; None where it was sealed under another key, as after a restored key folder."""
        raw = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], person_id.encode())
        except InvalidTag:
            return None

    def _enrolment(self, seed: bytes, login: str) -> Enrolment:
        totp = TOTP(seed, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  (what every authenticator app computes)
        return Enrolment(base64.b32encode(seed).decode(), totp.get_provisioning_uri(login, self._issuer))


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _digits(seed: bytes, step: int) -> str:
    totp = TOTP(seed, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  (RFC 6238 section 1.2; HMAC needs no collisions)
    return totp.generate(step * STEP_SECONDS).decode()


def _as_shown(code: str) -> str:
    """A code as it was typed, without what stands between its groups."""
    return "".join(code.split()).replace("-", "").lower()


def _recovery_code(random: bytes) -> str:
    """Sixteen letters and digits, some 79 bits, in four groups."""
    letters = "".join(RECOVERY_ALPHABET[byte % len(RECOVERY_ALPHABET)] for byte in random[:16])
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def _recovery_hash(person_id: str, code: str) -> str:
    return hash_token(f"recovery/{person_id}/{code.replace('-', '')}")
