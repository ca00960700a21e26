"""Following the ledger by position and waking the processes that wait for what happened.

At least once: the cursor moves only when Temporal has taken the signals, and a signal that comes
twice, or late, only makes a process read the ledger, which it may do at any time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from ledger.read import Reader
from relay.cursor import Cursor
from relay.news import News, read_news
from relay.process import ProcessCaller

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
STANDBY_SECONDS = 5.0
SAVE_SECONDS = 1.0
RENEW_SECONDS = 5.0
LONGEST_PAUSE = 10.0
AT_ONCE = 16
# So many of those that were put off are told before the ledger is asked for what is urgent.
WAVE = 100
# A moved deadline is told this much later, with whatever has happened by then: a case that people
# handle at a stretch wakes its process once. Much less than `relay.news.SOON`.
DEADLINES_WAIT_SECONDS = 60.0
# The cursor stays before a signal that does not get through, so that a restart tries it again; after
# this time it goes on without it. This process keeps trying, and `doctor` finds the case.
HELD_BACK_SECONDS = 600.0
LONGEST_RETRY_SECONDS = 300.0
TOLD_IN_MEMORY = 100_000


@dataclass
class Pending:
    """News that are to be told later: a moved deadline, or what Temporal did not take. Moments are in
    seconds of the ledger's clock.
    """

    news: News
    # Until it is told, a restart has to begin here.
    held_from: int
    since: float
    tell_at: float
    attempts: int = 0

    def put_off(self, now: float) -> None:
        self.attempts = min(self.attempts + 1, 20)
        self.tell_at = now + min(2.0**self.attempts, LONGEST_RETRY_SECONDS)


class Relay:
    """One process's relay. `run` works until `stop`; while another process holds the cursor it waits."""

    def __init__(
        self,
        cursor: Cursor,
        reader: Reader,
        processes: ProcessCaller,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._cursor = cursor
        self._reader = reader
        self._processes = processes
        self._clock = clock
        self._stopping = asyncio.Event()
        self._pending: dict[str, Pending] = {}
        self._told: OrderedDict[str, None] = OrderedDict()
        self._position = 0
        self._saved = 0
        self._saved_at = 0.0

    def stop(self) -> None:
        """Finish the batch at hand and let `run` return."""
        self._stopping.set()

    async def run(self) -> None:
        """Follow the ledger until stopped. Outages of ledger and Temporal are waited out."""
        pause = POLL_SECONDS
        while not self._stopping.is_set():
            try:
                place = await asyncio.to_thread(self._cursor.take)
                if place is None:
                    await self._rest(STANDBY_SECONDS)
                    continue
                pause = POLL_SECONDS
                await self._lead(place)
            except SQLAlchemyError as error:
                log.warning("the ledger cannot be read; trying again: %s", type(error).__name__)
                await self._rest(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _lead(self, place: int) -> None:
        self._position = self._saved = place
        self._saved_at = time.monotonic()
        self._pending.clear()
        self._told.clear()
        pause = POLL_SECONDS
        while not self._stopping.is_set():
            found, following = await asyncio.to_thread(self._read)
            urgent = self._sort(found)
            put_off = {id_: news for id_, news in self._due_now().items() if id_ not in urgent}
            if await self._deliver(urgent | put_off):
                self._position, pause = following, POLL_SECONDS
            else:
                pause = min(pause * 2, LONGEST_PAUSE)
            if not await self._save():
                log.warning("another relay has taken over")
                return
            if pause > POLL_SECONDS or not found:
                await self._rest(pause)
        await asyncio.to_thread(self._cursor.release, self._safe_position())

    def _read(self) -> tuple[dict[str, News], int]:
        with self._reader.engine.connect() as connection:
            return read_news(connection, self._position, self._clock())

    def _sort(self, found: dict[str, News]) -> dict[str, News]:
        """Put off what can wait, and whatever concerns evaluations of a cycle: hundreds may be decided at
        once, and other processes are not to wait for them. The rest is urgent. A process that nobody else
        has begun, and this relay has not told anything yet, may not have started, and is told at once.
        """
        now = self._clock().timestamp()
        urgent = {}
        for action_id, news in found.items():
            if not (news.begun or (news.can_wait and action_id in self._told)):
                urgent[action_id] = news
                continue
            tell_at = now + (DEADLINES_WAIT_SECONDS if news.can_wait else 0.0)
            pending = self._pending.setdefault(action_id, Pending(news, news.position, now, tell_at))
            pending.news, pending.tell_at = news, min(pending.tell_at, tell_at)
        return urgent

    def _due_now(self) -> dict[str, News]:
        """What was put off until now, the longest due first, as much of it as one wave takes."""
        now = self._clock().timestamp()
        due = [(pending.tell_at, id_) for id_, pending in self._pending.items() if pending.tell_at <= now]
        return {id_: self._pending[id_].news for _, id_ in sorted(due)[:WAVE]}

    async def _deliver(self, urgent: dict[str, News]) -> bool:
        """Send the signals. False when Temporal is away and they have to be sent again."""
        if not urgent:
            return True
        at_once = asyncio.Semaphore(AT_ONCE)

        silent: list[Exception] = []

        async def send(action_id: str, news: News) -> Exception | None:
            async with at_once:
                # When nobody has answered a whole wave, the next ones are not waited for one by one.
                if len(silent) >= AT_ONCE:
                    return silent[-1]
                error = await self._tell(action_id, news)
                if error is None:
                    silent.clear()
                else:
                    silent.append(error)
                return error

        answers = await asyncio.gather(*(send(action_id, news) for action_id, news in urgent.items()))
        errors = {
            action_id: error for action_id, error in zip(urgent, answers, strict=True) if error is not None
        }
        if len(errors) == len(urgent) and not await self._processes.is_reachable():
            log.warning("Temporal cannot be reached; %d processes are told later", len(urgent))
            return False
        for action_id in urgent.keys() - errors.keys():
            self._pending.pop(action_id, None)
            self._remember(action_id, urgent[action_id])
        now = self._clock().timestamp()
        for action_id, error in errors.items():
            log.error("the process of %s cannot be told: %s", action_id, type(error).__name__)
            news = urgent[action_id]
            self._pending.setdefault(action_id, Pending(news, news.position, now, now)).put_off(now)
        return True

    def _remember(self, action_id: str, news: News) -> None:
        if news.is_over:
            self._told.pop(action_id, None)
            return
        self._told[action_id] = None
        if len(self._told) > TOLD_IN_MEMORY:
            self._told.popitem(last=False)

    async def _tell(self, action_id: str, news: News) -> Exception | None:
        """Send one signal; the error when it did not get through. Whatever it is, it is this action's
        alone: the relay goes on with the others and tries again.
        """
        try:
            if news.is_over:
                await self._processes.end(action_id, news.position)
            else:
                await self._processes.wake(action_id, news.position, news.kind)
        except Exception as error:  # noqa: BLE001  (see above)
            return error
        return None

    async def _save(self) -> bool:
        now, position = time.monotonic(), self._safe_position()
        age = now - self._saved_at
        if age < SAVE_SECONDS or (position == self._saved and age < RENEW_SECONDS):
            return True
        self._saved, self._saved_at = position, now
        return await asyncio.to_thread(self._cursor.save, position)

    def _safe_position(self) -> int:
        youngest = self._clock().timestamp() - HELD_BACK_SECONDS
        held = [pending.held_from for pending in self._pending.values() if pending.since > youngest]
        return min([self._position, *held])

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
