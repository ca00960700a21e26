"""Scenarios with an emulated SIASN, to be recorded: a case told with a lost reply, a night compared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from activities.siasn import Compared
from demo.siasn_register import emulated
from integrations.siasn.emulator.__main__ import records_of
from integrations.siasn.emulator.faults import Fault
from integrations.siasn.emulator.server import Emulator
from tests.workflows.test_siasn import connector_to, file_decree
from tests.workflows.theatre import Theatre, a_transfer
from workflows.siasn_comparison import SiasnComparison


async def record_case_told(theatre: Theatre) -> str:
    """A transfer whose line SIASN took and did not answer, asked for again, to its end; as JSON."""
    async with emulated_beside(theatre) as emulator, theatre.playing():
        emulator.faults.add(Fault.LOST_REPLY, "/jabatan/unorjabatan/save")
        state = await theatre.walk(a_transfer(theatre.world), "write_back")
        file_decree(theatre.world, theatre.now(state))
        await theatre.until(state, lambda _: emulator.asked_for("/save") > 0)
        await asyncio.sleep(1)  # until the process sleeps on it
        await theatre.skipper.fast_forward(theatre.handle(state), timedelta(seconds=16))
        await theatre.until(state, lambda now: now.ended)
        await theatre.over(state)
        return (await theatre.handle(state).fetch_history()).to_json()


async def record_night_compared(theatre: Theatre) -> str:
    """Everybody compared, part by part; as JSON."""
    async with emulated_beside(theatre), theatre.process_worker():
        queue = theatre.task_queue
        handle = await theatre.plain.start_workflow(
            SiasnComparison.run, Compared(), id=f"comparison-{queue}", task_queue=queue
        )
        await handle.result()
        return (await handle.fetch_history()).to_json()


@asynccontextmanager
async def emulated_beside(theatre: Theatre) -> AsyncIterator[Emulator]:
    """A SIASN that knows the theatre's people, and the theatre connected to it."""
    with Emulator() as emulator:
        emulator.records.__dict__.update(records_of(emulated(theatre.world.installation)).__dict__)
        theatre.connector = connector_to(emulator, theatre.world)
        theatre.teller.announce()
        try:
            yield emulator
        finally:
            theatre.connector.client.close()
