"""Files by the hash of their bytes, written once and never changed: documents of people's files."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

CHUNK = 64 * 1024
SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class ObjectTooLarge(Exception):
    """More bytes came than an object may have."""


class ObjectMissing(Exception):
    """The store has no object of that hash, or not with those bytes."""


@dataclass(frozen=True)
class StoredObject:
    sha256: str
    size_bytes: int


def media_type_of(start: bytes) -> str | None:
    """PDF, JPEG or PNG by the first bytes, whatever the sender called it; None for everything else."""
    return next((media_type for magic, media_type in SIGNATURES if start.startswith(magic)), None)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class ObjectStore:
    """A folder `ab/cdef…` of read-only files, for its owner only (folders 0700, files 0600)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self, limit_bytes: int) -> Arrival:
        """An object on its way in, of at most `limit_bytes`."""
        self._make(self._folder)
        return Arrival(self, self._folder, limit_bytes)

    def path_of(self, sha256: str) -> Path:
        """Where the object lies. Raises ObjectMissing for what is no SHA-256 in hexadecimal."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ObjectMissing(sha256)
        return self._folder / sha256[:2] / sha256[2:]

    def whole(self, sha256: str) -> bytes | None:
        """The object's bytes; None where the store cannot give them back unaltered."""
        try:
            with self.open(sha256) as file:
                return file.read()
        except ObjectMissing:
            return None

    def open(self, sha256: str) -> BinaryIO:
        """The object's bytes, checked against their hash before the first is handed out. Raises
        ObjectMissing.
        """
        try:
            file = self.path_of(sha256).open("rb")
        except OSError as error:
            raise ObjectMissing(sha256) from error
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            raise ObjectMissing(sha256)
        file.seek(0)
        return file

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The object in pieces. Raises ObjectMissing at once, not at the first piece."""
        file = self.open(sha256)

        def pieces() -> Iterator[bytes]:
            with file:
                while piece := file.read(CHUNK):
                    yield piece

        return pieces()

    def keep(self, draft: Path, sha256: str) -> None:
        """Move a finished draft to its place; the same bytes again change nothing."""
        path = self.path_of(sha256)
        self._make(path.parent)
        # A link fails where the file is already there, so that nothing kept is ever replaced.
        with suppress(FileExistsError):
            os.link(draft, path)
        _sync(path.parent)

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(folder.parent)


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
        """Durably into the store."""
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


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
