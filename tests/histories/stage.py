"""The stage on which a scenario is recorded: a ledger of its own in a folder that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from installation import Installation
from roster.generator import generate_agency
from settings import Settings
from tests.workflows.theatre import MovableClock, Theatre
from tests.world import seed


@asynccontextmanager
async def a_theatre(address: str) -> AsyncIterator[Theatre]:
    """A theatre before a seeded agency, connected to the Temporal at `address`."""
    clock = MovableClock()
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Settings(data=Path(folder)), clock=clock)
        installation.set_up()
        theatre = Theatre(
            seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24))), clock, address
        )
        await theatre.connect()
        try:
            yield theatre
        finally:
            installation.close()
