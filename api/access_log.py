"""Reading someone's personal data is itself recorded, once in a while for each reader and subject."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path

from api.read_journal import ReadJournal, left_behind
from domain.commands import RecordPersonalDataRead
from domain.identity import Actor
from ledger.append import Ledger, LedgerUnavailable
from ledger.result import Result

log = logging.getLogger(__name__)

QUIET_FOR = timedelta(minutes=15)
REMEMBERED = 50_000
# While the ledger is away, a read is handed in again after 1, 2, 4 … seconds, for some ten minutes.
ATTEMPTS = 15
LONGEST_PAUSE_SECONDS = 60.0

Key = tuple[str, str, str, str]


class AccessLog:
    """Hands reads to the writer, which records them with its next commit; nobody waits for it.

    Within QUIET_FOR a second read of the same thing by the same reader for the same purpose is not
    recorded again by this process. Until a read is recorded it stands in a journal in `folder`, without
    its purpose, from which the next process that starts hands it in again (`take_over`).
    """

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder
        self._journal = ReadJournal(folder)
        self._lock = threading.Lock()
        self._seen: OrderedDict[Key, datetime] = OrderedDict()
        self._waiting: set[Future[Result]] = set()

    def note(self, reader: Actor, subject_id: str, what: str, now: datetime, *, purpose: str = "") -> None:
        """`reader` saw `what` (employee, documents, personnel-action, task …) about `subject_id`, for a
        `purpose` where one was given. One's own data is not noted.
        """
        if reader.kind == "person" and reader.id == subject_id:
            return
        key = (reader.id, subject_id, what, purpose)
        with self._lock:
            last = self._seen.get(key)
            if last is not None and now - last < QUIET_FOR:
                return
            self._seen[key] = now
            self._seen.move_to_end(key)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        command = RecordPersonalDataRead(
            command_id=str(uuid.uuid4()),
            actor=reader,
            subject_id=subject_id,
            what=what,
            purpose=purpose or what,
        )
        try:
            self._journal.begin(command)
        except OSError:
            log.exception("the journal of reads cannot be written")
        self._submit(command, key, 1)

    def record(self, reader: Actor, subject_id: str, what: str, purpose: str) -> None:
        """Record a read for a stated purpose, before it is answered. Raises LedgerUnavailable."""
        self._ledger.execute(
            RecordPersonalDataRead(
                command_id=str(uuid.uuid4()),
                actor=reader,
                subject_id=subject_id,
                what=what,
                purpose=purpose,
            )
        )

    def take_over(self) -> int:
        """Record what processes that were killed had answered and not recorded; how many reads."""
        count = 0
        for commands in left_behind(self._folder):
            # A read that was recorded after all is recorded once: its command has the same id.
            for future in [self._ledger.submit(command) for command in commands]:
                future.result()
            count += len(commands)
        return count

    def flush(self, timeout: float = 10.0) -> None:
        """Wait until all that was noted is recorded, or `timeout` seconds are over."""
        with self._lock:
            waiting = list(self._waiting)
        for future in waiting:
            try:
                future.result(timeout)
            except Exception:
                log.exception("a read of personal data could not be recorded")

    def close(self) -> None:
        """After the last `flush`: what is not recorded by now is the next process's to hand in."""
        self._journal.close()

    def _submit(self, command: RecordPersonalDataRead, key: Key, attempt: int) -> None:
        future = self._ledger.submit(command)
        with self._lock:
            self._waiting.add(future)
        future.add_done_callback(lambda done: self._done(done, command, key, attempt))

    def _done(self, future: Future[Result], command: RecordPersonalDataRead, key: Key, attempt: int) -> None:
        failure = None if future.cancelled() else future.exception()
        again = isinstance(failure, LedgerUnavailable) and attempt < ATTEMPTS
        with self._lock:
            self._waiting.discard(future)
            if failure is not None and not again:
                # Not recorded is not seen: the next look is noted again.
                self._seen.pop(key, None)
        if failure is None:
            self._journal.end(command.command_id)
        if again:
            # Its id is the same, so that it is recorded once even if the lost commit was made.
            pause = min(2.0 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
            timer = threading.Timer(pause, self._submit, (command, key, attempt + 1))
            timer.daemon = True
            timer.start()
        elif failure is not None:
            log.error("a read of personal data could not be recorded: %s", failure)
