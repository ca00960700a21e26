"""Following the ledger by position and waking the processes that wait for what happened.

At least once: the cursor moves only when Temporal has taken the signals, and a signal that comes
twice, or late, only makes a process read the ledger, which it may do at any time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from domain.identity import BKN_SILENCE, SYSTEM
from ledger.mirror import ACTION
from ledger.read import Reader, waking_events
from projections.register import actions
from relay.cursor import Cursor
from relay.process import ProcessCaller

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
STANDBY_SECONDS = 5.0
SAVE_SECONDS = 1.0
RENEW_SECONDS = 5.0
LONGEST_PAUSE = 10.0
BATCH = 500
AT_ONCE = 16
# What a process caused itself it knows from the answer to its command.
ITS_OWN = (SYSTEM.id, BKN_SILENCE.id)
# The cursor stays before a signal that does not get through, so that a restart tries it again; after
# this time it goes on without it. This process keeps trying, and `doctor` finds the case.
HELD_BACK_SECONDS = 600.0
LONGEST_RETRY_SECONDS = 300.0


@dataclass(frozen=True)
class News:
    """What a process has to hear: its newest event, and whether its action is over."""

    position: int
    is_over: bool


@dataclass
class Late:
    """A signal that Temporal did not take, while it took others."""

    news: News
    since: float
    attempts: int = 1
    retry_at: float = field(default=0.0)

    def put_off(self, now: float) -> None:
        self.retry_at = now + min(2.0**self.attempts, LONGEST_RETRY_SECONDS)
        self.attempts = min(self.attempts + 1, 20)


class Relay:
    """One process's relay. `run` works until `stop`; while another process holds the cursor it waits."""

    def __init__(self, cursor: Cursor, reader: Reader, processes: ProcessCaller) -> None:
        self._cursor = cursor
        self._reader = reader
        self._processes = processes
        self._stopping = asyncio.Event()
        self._late: dict[str, Late] = {}
        self._position = 0
        self._saved = 0
        self._saved_at = 0.0
        self.leads = False

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
                await self._lead(place)
                pause = POLL_SECONDS
            except SQLAlchemyError as error:
                log.warning("the ledger cannot be read; trying again: %s", type(error).__name__)
                await self._rest(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            finally:
                self.leads = False

    async def _lead(self, place: int) -> None:
        self._position = self._saved = place
        self._saved_at = time.monotonic()
        self._late.clear()
        self.leads = True
        pause = POLL_SECONDS
        while not self._stopping.is_set():
            wakes, following = await asyncio.to_thread(self._read)
            if wakes and not await self._deliver(wakes):
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                self._position, pause = following, POLL_SECONDS
            await self._retry_late()
            if not await self._save():
                log.warning("another relay has taken over")
                return
            if pause > POLL_SECONDS or not wakes:
                await self._rest(pause)
        await asyncio.to_thread(self._cursor.release, self._safe_position())

    def _read(self) -> tuple[dict[str, News], int]:
        """The news of each action that has any, and the position to read next."""
        with self._reader.engine.connect() as connection:
            found = waking_events(connection, self._position, BATCH)
            newest = {
                stream.removeprefix(f"{ACTION}/"): position
                for position, stream, actor in found
                if actor not in ITS_OWN
            }
            if not newest:
                return {}, found[-1][0] + 1 if found else self._position
            quiet = select(actions.c.action_id).where(actions.c.action_id.in_(newest), actions.c.quiet == 1)
            over = set(connection.execute(quiet).scalars())
        return {action: News(at, action in over) for action, at in newest.items()}, found[-1][0] + 1

    async def _deliver(self, wakes: dict[str, News]) -> bool:
        """Send the signals. False when Temporal is away and the batch has to be sent again."""
        at_once = asyncio.Semaphore(AT_ONCE)

        async def send(action_id: str, news: News) -> RPCError | None:
            async with at_once:
                return await self._tell(action_id, news)

        answers = await asyncio.gather(*(send(action_id, news) for action_id, news in wakes.items()))
        errors = {
            action_id: error for action_id, error in zip(wakes, answers, strict=True) if error is not None
        }
        if len(errors) == len(wakes) and not await self._processes.is_reachable():
            log.warning("Temporal cannot be reached; %d processes are told later", len(wakes))
            return False
        now = time.monotonic()
        for action_id in wakes.keys() - errors.keys():
            self._late.pop(action_id, None)
        for action_id, error in errors.items():
            log.error("the process of %s cannot be told: %s", action_id, error.status.name)
            self._late.setdefault(action_id, Late(wakes[action_id], now)).put_off(now)
        return True

    async def _tell(self, action_id: str, news: News) -> RPCError | None:
        try:
            if news.is_over:
                await self._processes.end(action_id, news.position)
            else:
                await self._processes.wake(action_id, news.position)
        except RPCError as error:
            return error
        return None

    async def _retry_late(self) -> None:
        now = time.monotonic()
        for action, late in list(self._late.items()):
            if late.retry_at > now or self._stopping.is_set():
                continue
            if await self._tell(action, late.news) is None:
                del self._late[action]
            else:
                late.put_off(now)

    async def _save(self) -> bool:
        now, position = time.monotonic(), self._safe_position()
        age = now - self._saved_at
        if age < SAVE_SECONDS or (position == self._saved and age < RENEW_SECONDS):
            return True
        self._saved, self._saved_at = position, now
        return await asyncio.to_thread(self._cursor.save, position)

    def _safe_position(self) -> int:
        youngest = time.monotonic() - HELD_BACK_SECONDS
        held = [late.news.position for late in self._late.values() if late.since > youngest]
        return min([self._position, *held])

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
