"""What sees to Temporal's schedules and processes waits out that ledger or Temporal cannot be reached."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError
from temporalio.service import RPCError, RPCStatusCode

from relay.lookout import Lookout

pytestmark = pytest.mark.anyio


class Watched(Lookout):
    """Meets these outages one after the other, and then none."""

    looks_every_seconds = 0.01
    sees_to = "the tide"

    def __init__(self, *outages: Exception) -> None:
        super().__init__()
        self.outages = list(outages)
        self.looked = 0

    async def look(self) -> None:
        self.looked += 1
        if self.outages:
            raise self.outages.pop(0)
        self.stop()


async def test_outages_of_ledger_and_temporal_are_waited_out(caplog: pytest.LogCaptureFixture) -> None:
    down = RPCError("unreachable", RPCStatusCode.UNAVAILABLE, b"")
    watched = Watched(OperationalError("SELECT 1", {}, OSError("gone")), down)
    await asyncio.wait_for(watched.run(), 10)
    assert (watched.looked, watched.outages) == (3, [])
    assert [record.message for record in caplog.records] == [
        "later: the tide (OperationalError)",
        "later: the tide (RPCError)",
    ]


async def test_a_fault_of_the_program_is_not_waited_out() -> None:
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(Watched(ZeroDivisionError()).run(), 10)


async def test_who_is_told_to_stop_does_not_wait_for_the_next_look() -> None:
    watched = Watched()
    watched.looks_every_seconds = 3600
    await asyncio.wait_for(watched.run(), 10)
    assert watched.looked == 1
