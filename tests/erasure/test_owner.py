"""On PostgreSQL only the tables' owner may write them anew: who may not says so, and the owner finishes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from erasure import purge
from installation import Installation
from ledger.scrub import NotScrubbed
from tests.erasure.conftest import SECRET, Somebody, findings

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def writer(somebody: Somebody) -> Iterator[Installation]:
    """The installation as a role that may only fill the tables, as in production."""
    role = f"writer_{uuid.uuid4().hex[:12]}"
    engine = somebody.installation.writing_engine
    with engine.begin() as connection:
        connection.execute(text(f'CREATE ROLE "{role}" LOGIN'))
        connection.execute(
            text(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
        )
    settings = somebody.installation.settings
    url = settings.database.set(username=role).render_as_string(hide_password=False)
    opened = Installation(settings.model_copy(update={"database_url": url}))
    yield opened
    opened.close()
    with engine.begin() as connection:
        connection.execute(text(f'DROP OWNED BY "{role}"'))
        connection.execute(text(f'DROP ROLE "{role}"'))


def test_the_owner_finishes_what_the_writer_may_not(somebody: Somebody, writer: Installation) -> None:
    somebody.ask()
    somebody.consent()
    with pytest.raises(NotScrubbed, match="owner"):
        purge.finish(writer, somebody.person_id)
    assert purge.finish_all(writer) == []
    assert purge.unfinished(writer) == [somebody.person_id]
    assert purge.finish_all(somebody.installation) == [somebody.person_id]
    with somebody.installation.writing_engine.begin() as connection:
        data = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        table = connection.execute(text("SELECT pg_relation_filepath('employees')")).scalar_one()
    assert not [file for file in (data / table).parent.iterdir() if SECRET.search(file.read_bytes())]
    assert findings(somebody.installation) == []
