"""One Temporal server for the whole room, with time that tests can skip, and a fresh ledger each."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest

from installation import Installation
from integrations.temporal_server import await_server, start_development_server
from roster.generator import generate_agency
from settings import Settings
from tests.workflows.theatre import MovableClock, Theatre
from tests.world import seed

TIME_SKIPPING = "frontend.WorkflowTimeSkippingEnabled=true"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a development server."""
    port = free_port()
    process = start_development_server(
        tmp_path_factory.mktemp("temporal"), port, dynamic_config=[TIME_SKIPPING]
    )
    await_server(process, port)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait(15)


@pytest.fixture
async def theatre(temporal: str, tmp_path: Path) -> AsyncIterator[Theatre]:
    clock = MovableClock()
    installation = Installation(Settings(data=tmp_path, temporal_address=temporal), clock=clock)
    installation.set_up()
    world = seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
    opened = Theatre(world, clock, temporal)
    installation.settings.task_queue = opened.task_queue
    await opened.connect()
    yield opened
    installation.close()
