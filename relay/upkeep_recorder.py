"""The ledger as the activities of talent's upkeep reach it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime

from activities.talent_upkeep import Reached
from domain.identity import SYSTEM
from domain.profiling_commands import RemindProfiling
from domain.talent_commands import PlaceTalent
from ledger.append import Ledger
from ledger.read import Reader
from projections import talent_places

# So many people are placed in one commit: some tenths of a second, between which approvals come.
PART = 100


class LedgerUpkeepRecorder:
    """Satisfies `activities.talent_upkeep.UpkeepRecorder` with this process's writer and reader."""

    def __init__(self, ledger: Ledger, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._reader = reader
        self._clock = clock

    async def place_next(self, reached: Reached) -> Reached:
        people = await asyncio.to_thread(self._next, reached.last)
        if not people:
            return Reached(last=reached.last, complete=True)
        command = PlaceTalent(command_id=str(uuid.uuid4()), actor=SYSTEM, person_ids=tuple(people))
        await asyncio.wrap_future(self._ledger.submit(command))
        return Reached(last=people[-1], complete=len(people) < PART)

    async def remind_units(self) -> None:
        command = RemindProfiling(command_id=str(uuid.uuid4()), actor=SYSTEM)
        await asyncio.wrap_future(self._ledger.submit(command))

    def _next(self, after: str) -> list[str]:
        with self._reader.engine.connect() as connection:
            view = self._reader.directory.current(connection)
            today = view.calendar.today(self._clock())
            formula = view.policy_in_force(today).talent.formula_version
            return talent_places.to_be_placed(connection, today, formula, after, PART)
