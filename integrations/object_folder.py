"""The store of objects that is a folder on this machine or on a network file system."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from integrations.object_store import Arrival, ObjectMissing, name_of


class ObjectFolder:
    """Satisfies `ObjectStore` with read-only files, for their owner only (folders 0700, files 0600)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self, limit_bytes: int) -> Arrival:
        _make(self._folder)
        return Arrival(self, self._folder, limit_bytes)

    def path_of(self, sha256: str) -> Path:
        """Where the object lies. Raises ObjectMissing."""
        return self._folder / name_of(sha256)

    def open(self, sha256: str) -> BinaryIO:
        try:
            file = self.path_of(sha256).open("rb")
        except OSError as error:
            raise ObjectMissing(sha256) from error
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            raise ObjectMissing(sha256)
        file.seek(0)
        return file

    def keep(self, draft: Path, sha256: str) -> None:
        path = self.path_of(sha256)
        _make(path.parent)
        # A link fails where the file is already there, so that nothing kept is ever replaced.
        with suppress(FileExistsError):
            os.link(draft, path)
            _sync(path.parent)
            return
        self.open(sha256).close()
        os.utime(path)  # it has come anew: `sweep` counts from here

    def has(self, sha256: str) -> bool:
        return self.path_of(sha256).is_file()

    def names(self) -> Iterator[str]:
        if self._folder.is_dir():
            for path in sorted(self._folder.rglob("*")):
                if not path.is_dir() and not path.name.startswith(".arriving-"):
                    yield path.relative_to(self._folder).as_posix()

    def remove(self, sha256: str) -> None:
        path = self.path_of(sha256)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _sync(path.parent)

    def sweep(self, named: Collection[str], before: datetime) -> None:
        kept = {name_of(sha256) for sha256 in named}
        for path in list(self._folder.rglob("*")):
            if path.is_file() and path.relative_to(self._folder).as_posix() not in kept:
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before.timestamp():
                        path.unlink()


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
