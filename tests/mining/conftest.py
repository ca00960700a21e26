"""A ledger, of each kind of database, in which transfers were completed, returned and begun."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import psycopg
import pytest
from sqlalchemy.engine import make_url

from domain.commands import AnnulAction
from domain.personnel_action import ActionState
from installation import Installation
from ledger.read import all_events
from roster.generator import generate_agency
from settings import Settings
from tests.world import World, a_person, new_id, seed


@dataclass
class Lived:
    world: World
    completed: ActionState
    returned: ActionState
    begun: ActionState

    @property
    def records(self) -> list[dict[str, Any]]:
        with self.world.installation.reader.engine.connect() as connection:
            return [orjson.loads(record) for _, record, _ in all_events(connection)]

    def history(self, state: ActionState) -> list[dict[str, Any]]:
        return [record for record in self.records if record["stream"] == f"personnel-action/{state.id}"]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Made once for each kind of database; tests read it, or append what others do not look at."""
    url = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        name = f"jenjang_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        made = make_url(server).set(database=name, drivername="postgresql+psycopg")
        url = made.render_as_string(hide_password=False)
    installation = Installation(Settings(data=tmp_path_factory.mktemp("lived"), database_url=url))
    installation.set_up()
    yield live(seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24))))
    installation.close()


def live(world: World) -> Lived:
    plain = [p for p in world.movable() if not world.offices.exercised_by(p, world.today)]
    people, posts = iter(plain), iter(world.vacancies())
    completed = world.walk(world.submit(next(people), next(posts)).state)
    back = world.walk(world.submit(next(people), next(posts)).state, until="division_review")
    owner = world.owners(back, back.open_tasks[0])[0]
    again = world.decide(back, owner, outcome="return", return_to="unit_file_check").state
    returned = world.walk(again)
    annulled = world.walk(world.submit(next(people), next(posts)).state)
    mayor = a_person(world.holder("appointing_official"))
    world.installation.ledger.execute(
        AnnulAction(command_id=new_id(), actor=mayor, action_id=annulled.id, reason="cacat prosedur")
    )
    begun = world.walk(world.submit(next(people), next(posts)).state, until="unit_recommendation")
    return Lived(world, completed, returned, begun)
