"""Files by the hash of their bytes, written once and never changed: documents of people's files."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

CHUNK = 64 * 1024
# A copy that was fetched is checked before it is handed out; up to this size that needs no file.
KEPT_IN_MEMORY = 1024 * 1024


class ObjectTooLarge(Exception):
    """More bytes came than an object may have."""


class ObjectMissing(Exception):
    """The store has no object of that hash, or not with those bytes."""


class StoreUnavailable(Exception):
    """The store does not answer, or not to us. The sentence names neither key nor object."""


@dataclass(frozen=True)
class StoredObject:
    """What arrived: SHA-256 in hexadecimal, and how many bytes."""

    sha256: str
    size_bytes: int


class ObjectStore(Protocol):
    """A write-once store: an object is named by its bytes, is never replaced, and comes back whole or
    not at all. Objects lie under `name_of`, the same in every kind of store.
    """

    def receive(self, limit_bytes: int) -> Arrival:
        """An object on its way in, of at most `limit_bytes`. Raises StoreUnavailable."""
        ...

    def keep(self, draft: Path, sha256: str) -> None:
        """Take over a finished draft; where the same bytes lie already, nothing changes. Raises
        ObjectMissing where other bytes lie in its place, StoreUnavailable.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The object's bytes, checked against their hash before the first is handed out. Raises
        ObjectMissing, StoreUnavailable.
        """
        ...

    def has(self, sha256: str) -> bool:
        """Whether something lies under the object's name, unread. Raises StoreUnavailable."""
        ...

    def names(self) -> Iterator[str]:
        """The name of everything that lies in the store. Raises StoreUnavailable."""
        ...

    def remove(self, sha256: str) -> None:
        """Let go of an object whose person was erased; one that is gone already is no error. Raises
        StoreUnavailable.
        """
        ...

    def sweep(self, named: Collection[str], before: datetime) -> None:
        """Let go of what came before that moment and is no object of `named` (SHA-256 in hexadecimal):
        arrivals that a crash has left and objects whose command was refused. Raises StoreUnavailable.
        """
        ...


def name_of(sha256: str) -> str:
    """The name of an object, `ab/cdef…`. Raises ObjectMissing for what is no SHA-256 in hexadecimal."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ObjectMissing(sha256)
    return f"{sha256[:2]}/{sha256[2:]}"


def whole(store: ObjectStore, sha256: str) -> bytes | None:
    """The object's bytes; None where the store cannot give them back unaltered."""
    try:
        with store.open(sha256) as file:
            return file.read()
    except ObjectMissing:
        return None


def chunks(store: ObjectStore, sha256: str) -> Iterator[bytes]:
    """The object in pieces. Raises ObjectMissing and StoreUnavailable at once, not at the first piece."""
    file = store.open(sha256)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(CHUNK):
                yield piece

    return pieces()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_copy(pieces: Iterator[bytes], sha256: str) -> BinaryIO:
    """A copy of what was fetched, at its beginning, if it is the object. Raises ObjectMissing."""
    copy = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115  (the caller closes it)
    seen = hashlib.sha256()
    try:
        for piece in pieces:
            seen.update(piece)
            copy.write(piece)
    except BaseException:
        copy.close()
        raise
    if seen.hexdigest() != sha256:
        copy.close()
        raise ObjectMissing(sha256)
    copy.seek(0)
    return copy  # type: ignore[return-value]  # a BinaryIO in all but name


class Arrival:
    """Writes an object aside, counting and hashing; `finish` puts it into the store, leaving the block
    without it forgets what came.
    """

    def __init__(self, store: ObjectStore, folder: Path, limit_bytes: int) -> None:
        self._store = store
        self._limit = limit_bytes
        self._draft = folder / f".arriving-{secrets.token_hex(16)}"
        self._file = os.fdopen(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> None:
        """Add bytes. Raises ObjectTooLarge."""
        self._size += len(piece)
        if self._size > self._limit:
            raise ObjectTooLarge
        self._hash.update(piece)
        self._file.write(piece)

    def finish(self) -> StoredObject:
        """Durably into the store. Raises what `ObjectStore.keep` raises."""
        self._file.flush()
        os.fsync(self._file.fileno())
        stored = StoredObject(self._hash.hexdigest(), self._size)
        self._store.keep(self._draft, stored.sha256)
        return stored

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._draft.unlink(missing_ok=True)
