"""Bringing a database to the schema of this version, from nothing or from an older one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

ROOT = Path(__file__).resolve().parent.parent
ADVISORY_LOCK = 73670001


def migrate(engine: Engine) -> None:
    """Upgrade to the newest revision. Several processes may call it at once: the first does the
    work while the others wait for its lock.
    """
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has the schema of this version."""
    newest = ScriptDirectory.from_config(_configuration()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest


def _configuration() -> Config:
    return Config(str(ROOT / "alembic.ini"))
