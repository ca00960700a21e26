"""The ledger as the process of a list of rank promotions reaches it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from activities.rank import RankProgress
from domain.identity import SYSTEM
from domain.rank_commands import AdvanceRankList
from ledger.append import Ledger
from ledger.read import Reader
from ledger.record import parse_moment
from projections import rank_promotions as ranks


class LedgerRankRecorder:
    """Satisfies `activities.rank.RankRecorder` with this process's writer and reader."""

    def __init__(self, ledger: Ledger, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._reader = reader
        self._clock = clock

    async def advance(self, list_id: str) -> RankProgress:
        row = await asyncio.to_thread(self._row, list_id)
        if row is not None and not row["over"]:
            # What is held is tried again on another day, though nothing of the list has moved.
            seed = f"advance/{row['version']}/{await asyncio.to_thread(self._today)}"
            command = AdvanceRankList(
                command_id=str(uuid.uuid5(uuid.UUID(list_id), seed)), actor=SYSTEM, list_id=list_id
            )
            await asyncio.wrap_future(self._ledger.submit(command))
        return await asyncio.to_thread(self._progress, list_id)

    def _row(self, list_id: str) -> dict[str, Any] | None:
        with self._reader.engine.connect() as connection:
            return ranks.by_id(connection, list_id)

    def _today(self) -> date:
        with self._reader.engine.connect() as connection:
            return self._reader.directory.current(connection).calendar.today(self._clock())

    def _progress(self, list_id: str) -> RankProgress:
        """A list that the ledger does not know is over: the ledger was restored or replaced."""
        with self._reader.engine.connect() as connection:
            row = ranks.by_id(connection, list_id)
            calendar = self._reader.directory.current(connection).calendar
            held = row is not None and ranks.is_held(connection, list_id)
        if row is None:
            return RankProgress(list_id=list_id, version=0, next_due=None, over=True)
        due = parse_moment(row["next_due"]) if row["next_due"] else None
        if held:
            tomorrow = calendar.end_of(calendar.today(self._clock()))
            due = min(due, tomorrow) if due else tomorrow
        return RankProgress(list_id=list_id, version=row["version"], next_due=due, over=bool(row["over"]))
