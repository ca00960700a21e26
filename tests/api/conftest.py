"""The application on a small agency, and accounts of its people, driven as an outside client would."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy.engine import URL, make_url
from starlette.testclient import TestClient

from accounts.api_keys import create_key
from accounts.sessions import open_session
from api.app import create_app
from domain.personnel_action import ActionState
from installation import Installation
from projections import employees
from roster.generator import Agency as SyntheticAgency
from roster.generator import generate_agency
from settings import Settings
from tests.world import World, seed

PEOPLE = 200
NOBODY_THERE = "127.0.0.1:9"


@dataclass
class House:
    """The application and its agency, with a token for everybody who asks for one."""

    world: World
    app: FastAPI
    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, person_id: str) -> str:
        if person_id not in self.tokens:
            with self.world.installation.writing_engine.begin() as connection:
                token, _ = open_session(connection, person_id, 12, datetime.now(UTC))
            self.tokens[person_id] = token
        return self.tokens[person_id]

    def key(self, *scopes: str) -> str:
        name = f"key {' '.join(scopes)}"
        if name not in self.tokens:
            self.tokens[name] = create_key(self.world.installation, name, scopes)[1]
        return self.tokens[name]

    def get(self, who: str | None, path: str, **params: Any) -> httpx.Response:
        return self.client.get(path, params=params, headers=self.headers(who))

    def post(self, who: str | None, path: str, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(path, json=body, headers=self.headers(who) | named)

    def headers(self, who: str | None) -> dict[str, str]:
        if who is None:
            return {}
        return {"Authorization": f"Bearer {who if who.startswith('jj') else self.token(who)}"}

    def nip(self, person_id: str) -> str:
        with self.world.installation.reader.engine.connect() as connection:
            row = employees.by_id(connection, person_id)
        assert row is not None
        return str(row["nip"])

    def plain(self) -> list[str]:
        """Civil servants who can be moved and hold no office."""
        offices, today = self.world.offices, self.world.today
        return [person for person in self.world.movable() if not offices.keys_of(person, today)]

    def a_stranger(self) -> str:
        """Somebody who has nothing to do with any case here."""
        return self.plain()[-1]

    def a_request(self, **changes: Any) -> dict[str, Any]:
        """A lawful request for a transfer."""
        return {
            "kind": "mutation",
            "variant": "within_agency",
            "subject_nip": self.nip(self.plain()[0]),
            "target_position_id": self.world.vacancies()[0],
            "effective_date": self.world.today.isoformat(),
            "reason": "kebutuhan organisasi",
            "document_ids": [],
        } | changes

    def a_case(self, index: int = 0) -> ActionState:
        """A running case at its first step."""
        submitted = self.world.submit(self.plain()[index], self.world.vacancies()[index])
        assert submitted.state is not None
        assert not submitted.state.ended
        return submitted.state


@dataclass(frozen=True)
class Settled:
    """An agency that was seeded once: its database and keys, to be copied for each test."""

    url: str
    folder: Path
    ids: dict[str, str]
    synthetic: SyntheticAgency

    def copied_to(self, url: str, folder: Path) -> None:
        """Put the copy where `url`, an empty database, is. Costs a tenth of seeding anew."""
        shutil.copytree(self.folder / "keys", folder / "keys")
        if make_url(url).get_backend_name() == "sqlite":
            shutil.copyfile(make_url(self.url).database or "", make_url(url).database or "")
            return
        name, template = make_url(url).database, make_url(self.url).database
        with psycopg.connect(_plain(make_url(url).set(database="postgres")), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}"')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def settle(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Settled]:
    """The seeded agency in a database of the kind of a URL."""

    @cache
    def seeded(kind: str) -> Settled:
        folder = tmp_path_factory.mktemp(f"settled-{kind}")
        url = f"sqlite+pysqlite:///{folder / 'jenjang.db'}"
        if kind != "sqlite":
            server = make_url(request.getfixturevalue("postgresql"))
            name = f"jenjang_settled_{uuid.uuid4().hex[:12]}"
            with psycopg.connect(_plain(server), autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            settled_at = server.set(database=name, drivername="postgresql+psycopg")
            url = settled_at.render_as_string(hide_password=False)
        opened = Installation(Settings(data=folder, database_url=url))
        opened.set_up()
        world = seed(opened, generate_agency(people=PEOPLE, as_of=date(2026, 11, 24)))
        opened.close()
        return Settled(url, folder, world.ids, world.synthetic)

    return lambda url: seeded(make_url(url).get_backend_name())


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """What a room's tests set besides."""
    return {}


@pytest.fixture
def world(
    database_url: str, tmp_path: Path, settle: Callable[[str], Settled], more_settings: dict[str, Any]
) -> Iterator[World]:
    """The agency of every test here, in an installation of its own."""
    settled = settle(database_url)
    settled.copied_to(database_url, tmp_path)
    settings = Settings(
        data=tmp_path, database_url=database_url, temporal_address=NOBODY_THERE, **more_settings
    )
    opened = Installation(settings)
    yield World(opened, settled.ids, settled.synthetic)
    opened.close()


@pytest.fixture
def house(world: World) -> Iterator[House]:
    app = create_app(world.installation)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield House(world, app, client)
