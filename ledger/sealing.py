"""Sealing personal data under each person's own key, so that a destroyed key erases the person.

A person's key is 32 random bytes, stored wrapped under the agency's sealing key, which lies in a
file outside the database. Sealed text is AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce;
the associated data binds it to its event.
"""

from __future__ import annotations

import base64
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select

from ledger.schema import person_keys

log = logging.getLogger(__name__)

KEY_BYTES = 32
NONCE_BYTES = 12


class SealBroken(Exception):
    """Sealed data does not open under the person's key: it or the key was altered."""


class UnderAnotherKey(SealBroken):
    """Sealed data that the person's present key does not open: the key under which it was sealed was
    destroyed and a later record made a new one, or the data was altered.
    """


class KeyFileUnsafe(Exception):
    """A key file that others may read is not used."""


def load_or_create_sealing_key(path: Path) -> bytes:
    """The agency's 32-byte key, generated at first use with owner-only permissions.

    Two processes that start together end with the same key: the file is written aside and linked
    into place, and the loser of that race reads the winner's.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        raise KeyFileUnsafe(f"{path} may be read by others; run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileUnsafe(f"{path} does not hold a {KEY_BYTES}-byte key")
    return key


class Keyring:
    """People's keys, wrapped under the agency's key, held in memory once used.

    `find` looks a wrapped key up; `keep` stores a new one. Both work inside the caller's
    transaction.
    """

    def __init__(self, sealing_key: bytes) -> None:
        self._wrapping = AESGCM(sealing_key)
        self._keys: dict[str, AESGCM] = {}

    def forget(self, person_id: str | None = None) -> None:
        """Drop the keys held in memory, or one person's, after a transaction or command that failed."""
        if person_id is None:
            self._keys.clear()
        else:
            self._keys.pop(person_id, None)

    def seal(
        self,
        person_id: str,
        values: dict[str, Any],
        context: str,
        find: Callable[[str], bytes | None],
        keep: Callable[[str, bytes], None],
    ) -> str:
        """Base64 of nonce and ciphertext of `values`, bound to `context`."""
        key = self._key(person_id, find)
        if key is None:
            raw = secrets.token_bytes(KEY_BYTES)
            nonce = secrets.token_bytes(NONCE_BYTES)
            keep(person_id, nonce + self._wrapping.encrypt(nonce, raw, person_id.encode()))
            key = self._keys[person_id] = AESGCM(raw)
        nonce = secrets.token_bytes(NONCE_BYTES)
        text = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
        return base64.b64encode(nonce + key.encrypt(nonce, text, context.encode())).decode()

    def unseal(
        self, person_id: str, box: str, context: str, find: Callable[[str], bytes | None]
    ) -> dict[str, Any] | None:
        """The sealed values; None when the person's key is gone. Raises SealBroken."""
        key = self._key(person_id, find)
        if key is None:
            return None
        try:
            raw = base64.b64decode(box, validate=True)
            values = orjson.loads(key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()))
        except (InvalidTag, ValueError) as error:
            raise UnderAnotherKey(f"sealed data of {person_id} does not open") from error
        if not isinstance(values, dict):
            raise SealBroken(f"sealed data of {person_id} is not an object")
        return values

    def read(
        self, person_id: str, box: str, context: str, find: Callable[[str], bytes | None]
    ) -> dict[str, Any] | None:
        """The sealed values; None when the key under which they were sealed is gone, whether or not there
        is a newer one. What was altered looks the same here, and is `verify`'s to find.
        """
        try:
            return self.unseal(person_id, box, context, find)
        except UnderAnotherKey as error:
            log.warning("%s", error)
            return None

    def _key(self, person_id: str, find: Callable[[str], bytes | None]) -> AESGCM | None:
        known = self._keys.get(person_id)
        if known is not None:
            return known
        wrapped = find(person_id)
        if wrapped is None:
            return None
        try:
            raw = self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], person_id.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"the key of {person_id} does not open") from error
        self._keys[person_id] = AESGCM(raw)
        return self._keys[person_id]


def find_wrapped_key(connection: Connection) -> Callable[[str], bytes | None]:
    """A lookup of wrapped keys in `connection`'s transaction."""
    statement = select(person_keys.c.wrapped_key)

    def find(person_id: str) -> bytes | None:
        found = connection.execute(statement.where(person_keys.c.person_id == person_id)).scalar_one_or_none()
        return bytes(found) if found is not None else None

    return find
