"""Reads that were answered and are not recorded yet, on disk: a process that is killed loses none of them."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from domain.commands import RecordPersonalDataRead
from domain.identity import Actor

log = logging.getLogger(__name__)


class ReadJournal:
    """One file a process, locked while the process lives. It holds surrogate ids and kinds, nobody's words.

    A line is with the operating system before the answer goes out, so it survives the process; the loss of
    power within some seconds it does not.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._file: BinaryIO | None = None

    def begin(self, command: RecordPersonalDataRead) -> None:
        """Note a read that is to be recorded. Raises OSError."""
        line = {
            "command_id": command.command_id,
            "reader": {"kind": command.actor.kind, "id": command.actor.id},
            "subject_id": command.subject_id,
            "what": command.what,
        }
        with self._lock:
            if self._file is None:
                self._file = _new_file(self._folder)
            self._open.add(command.command_id)
            self._file.write(json.dumps(line).encode() + b"\n")

    def end(self, command_id: str) -> None:
        """It is recorded."""
        with self._lock, suppress(OSError):
            self._open.discard(command_id)
            if self._file is not None and not self._open:
                self._file.truncate(0)
                self._file.seek(0)

    def close(self) -> None:
        """The process ends in good order; what is still open stays for the next."""
        with self._lock:
            if self._file is None:
                return
            if not self._open:
                Path(self._file.name).unlink(missing_ok=True)
            self._file.close()
            self._file = None


def left_behind(folder: Path) -> Iterator[list[RecordPersonalDataRead]]:
    """What each process that is gone has left; its file is removed when the next is asked for."""
    for path in sorted(folder.glob("*.jsonl")):
        try:
            with path.open("r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield [found for line in file if (found := _command(line)) is not None]
                path.unlink(missing_ok=True)
        except OSError:  # its process lives, or another has just taken it over
            continue


def _new_file(folder: Path) -> BinaryIO:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    while True:
        path = folder / f"{uuid.uuid4()}.jsonl"
        file = open(path, "xb", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
        fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists():
            return file
        file.close()  # between its making and its lock another process took it for one left behind


def _command(line: bytes) -> RecordPersonalDataRead | None:
    try:
        told = json.loads(line)
        return RecordPersonalDataRead(
            command_id=told["command_id"],
            actor=Actor(**told["reader"]),
            subject_id=told["subject_id"],
            what=told["what"],
            purpose=told["what"],
        )
    except (ValueError, LookupError, TypeError):
        log.warning("a line of a journal of reads cannot be read")  # cut off in the middle
        return None
