"""How many requests a key may send in a minute, counted for all API processes together.

A process takes requests of the running minute out of the key's row by the block and hands them out from
memory: what all together hand out never exceeds the quota, and the database is written some twenty times
a minute and key. What a process has taken and not used is lost to the others for the rest of that minute.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from accounts.schema import rate_windows

WINDOW_SECONDS = 60
BLOCKS = 20


@dataclass(frozen=True)
class Standing:
    """A key's quota in the running minute: `remaining` as far as this process knows, `reset` in seconds."""

    quota: int
    remaining: int
    reset: int
    allowed: bool


@dataclass
class _Share:
    window: int
    mine: int = 0  # taken from the row and not handed out yet
    left: int = 0  # in the row after the last take


class RateLimits:
    """The counts of one process. Safe to use from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._shares: dict[str, _Share] = {}

    def at_hand(self, key_id: str, quota: int, now: datetime) -> Standing | None:
        """One request of the key, answered without the database; None where it has to be asked (`take`)."""
        window, reset = _window(now)
        with self._lock:
            share = self._shares.get(key_id)
            if share is None or share.window != window:
                return None
            if share.mine:
                share.mine -= 1
                return Standing(quota, share.mine + share.left, reset, allowed=True)
            return None if share.left else Standing(quota, 0, reset, allowed=False)

    def take(self, key_id: str, quota: int, now: datetime) -> Standing:
        """One request of the key; takes a block out of the row first. Waits for the database."""
        window, reset = _window(now)
        got, left = self._taken(key_id, quota, window)
        with self._lock:
            share = self._shares.get(key_id)
            if share is None or share.window != window:
                share = self._shares[key_id] = _Share(window)
            share.mine += got
            share.left = left
            if share.mine == 0:
                return Standing(quota, 0, reset, allowed=False)
            share.mine -= 1
            return Standing(quota, share.mine + share.left, reset, allowed=True)

    def _taken(self, key_id: str, quota: int, window: int) -> tuple[int, int]:
        """How many were got, and how many are left in the row."""
        block = max(1, quota // BLOCKS)
        mine = rate_windows.c.key_id == key_id
        with self._engine.begin() as connection:
            row = connection.execute(select(rate_windows).where(mine).with_for_update()).first()
            if row is None:
                try:
                    with connection.begin_nested():
                        connection.execute(insert(rate_windows).values(key_id=key_id, window=window, taken=0))
                except IntegrityError:  # another process was first
                    pass
                row = connection.execute(select(rate_windows).where(mine).with_for_update()).one()
            # A process whose clock is behind takes from the window that has begun for others.
            taken = row.taken if row.window >= window else 0
            got = min(block, max(0, quota - taken))
            connection.execute(
                update(rate_windows).where(mine).values(window=max(window, row.window), taken=taken + got)
            )
            return got, max(0, quota - taken - got)


def _window(now: datetime) -> tuple[int, int]:
    """The minute since the epoch, and the seconds until the next one."""
    seconds = int(now.timestamp())
    return seconds // WINDOW_SECONDS, WINDOW_SECONDS - seconds % WINDOW_SECONDS
