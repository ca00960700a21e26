"""The migrations make exactly the schema that the code describes."""

from __future__ import annotations

import threading

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from accounts import schema as _accounts  # noqa: F401
from ledger.database import open_database
from ledger.migrate import is_current, migrate
from ledger.schema import metadata
from projections import catalogue as _catalogue  # noqa: F401


def test_migrations_and_models_agree(database_url: str) -> None:
    engine = open_database(database_url)
    migrate(engine)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert found == []


def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    engines = [open_database(database_url) for _ in range(4)]
    failures: list[BaseException] = []

    def run(index: int) -> None:
        try:
            migrate(engines[index])
        except BaseException as error:  # noqa: BLE001  (reported below)
            failures.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(engines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert is_current(engines[0])
    for engine in engines:
        engine.dispose()
