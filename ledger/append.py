"""The one writer of a process: commands queue here and share commits.

Commands that arrive while a commit is running share the next one (group commit); each is judged on
its own and answered on its own. What one commit does is in `ledger/commit.py`.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from enum import Enum

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from domain.commands import Command, IssueDecree
from domain.decree_codes import code_hash
from domain.rank_commands import DecreeRankPromotions
from ledger.commit import Commit, WriterContext
from ledger.decree_code import decree_code, rank_code_key
from ledger.mirror import Mirror
from ledger.projection import Projection, RowWriter
from ledger.result import Answer, Result, Tried, Waiting
from ledger.sealing import Keyring
from proofs.key_folder import LogSigners

log = logging.getLogger(__name__)

LARGEST_BATCH = 256


class _Order(Enum):
    """What the writer may be told besides a command."""

    PREPARE = "prepare"
    STOP = "stop"


class LedgerUnavailable(Exception):
    """The commit failed or its outcome is unknown; the same command may be sent again."""


class Ledger:
    """The append side of the ledger of one process. Safe to use from any thread."""

    def __init__(
        self,
        engine: Engine,
        signers: LogSigners,
        sealing_key: bytes,
        projections: Sequence[Projection],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._sealing_key = sealing_key
        self._context = WriterContext(
            RowWriter(engine.dialect.name), signers, Keyring(sealing_key), tuple(projections), clock
        )
        self._queue: queue.SimpleQueue[Waiting | _Order] = queue.SimpleQueue()
        self._mirror: Mirror | None = None
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, command: Command, *, body_hash: str = "") -> Future[Result]:
        """Queue a command. The future gives its Result or raises a Refusal, or LedgerUnavailable."""
        if isinstance(command, IssueDecree):
            known_as = code_hash(decree_code(self._sealing_key, command.action_id))
            command = command.model_copy(update={"code_hash": known_as})
        elif isinstance(command, DecreeRankPromotions):
            key = rank_code_key(self._sealing_key, command.list_id)
            command = command.model_copy(update={"code_key": key})
        waiting = Waiting(command, body_hash, Future())
        self._queue.put(waiting)
        return waiting.future

    def try_out(self, command: Command) -> Future[Tried]:
        """Queue a command to be judged in its turn and not recorded. The future gives what it would have led
        to, or raises a Refusal, or LedgerUnavailable.
        """
        waiting = Waiting(command, "", Future(), trial=True)
        self._queue.put(waiting)
        return waiting.future

    def execute(self, command: Command, *, body_hash: str = "") -> Result:
        """Queue a command and wait for its commit."""
        return self.submit(command, body_hash=body_hash).result()

    def prepare(self) -> None:
        """Have the writer read the state it judges by, so that the first command need not wait for
        that. Returns at once; a database that is away is met by the first command.
        """
        self._queue.put(_Order.PREPARE)

    @property
    def is_alive(self) -> bool:
        """Whether commands are still being taken."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Finish what is queued, then stop the writer."""
        self._queue.put(_Order.STOP)
        self._thread.join()

    # --- the writer thread ---

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is _Order.STOP:
                return
            taken = [first, *self._following()]
            self._commit([item for item in taken if isinstance(item, Waiting)])
            if _Order.STOP in taken:
                return

    def _following(self) -> Iterator[Waiting | _Order]:
        """What is queued already, up to an order to stop."""
        for _ in range(LARGEST_BATCH - 1):
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            yield item
            if item is _Order.STOP:
                return

    def _commit(self, waiting: list[Waiting]) -> None:
        answers: list[Answer] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                commit = Commit(self._context, connection, self._mirror)
                self._mirror = commit.mirror
                answers = commit.run(waiting)
        except Exception as error:
            # The mirror may be ahead of what was committed: forget it and read again.
            self._mirror = None
            self._context.keyring.forget()
            log.exception("commit of %d commands failed", len(waiting))
            unavailable = LedgerUnavailable("the ledger could not commit; send the same command again")
            unavailable.__cause__ = error
            answers = [unavailable] * len(waiting)
            if isinstance(error, SQLAlchemyError):
                time.sleep(0.05)
        for item, answer in zip(waiting, answers, strict=True):
            if not item.future.set_running_or_notify_cancel():
                continue
            if isinstance(answer, BaseException):
                item.future.set_exception(answer)
            else:
                item.future.set_result(answer)
