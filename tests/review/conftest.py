"""A small agency with policy, in which each test plants what its question is to find."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from installation import Installation
from roster.generator import generate_agency
from settings import Settings
from tests.world import World, seed


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One agency for the tests of a module, once on each database."""
    folder = tmp_path_factory.mktemp("review")
    url = f"sqlite+pysqlite:///{folder / 'jenjang.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        name = f"jenjang_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        target = make_url(server).set(database=name, drivername="postgresql+psycopg")
        url = target.render_as_string(hide_password=False)
    installation = Installation(Settings(data=Path(folder), database_url=url))
    installation.set_up()
    yield seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
    installation.close()
