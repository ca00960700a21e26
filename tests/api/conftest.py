"""The application on a small agency, and accounts of its people, driven as an outside client would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2 as httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from accounts.api_keys import create_key
from accounts.sessions import open_session
from api.app import create_app
from domain.personnel_action import ActionState
from projections import employees
from tests.world import World


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

    def ordinary(self) -> list[str]:
        """Civil servants who could be moved and exercise no office, by id."""
        world = self.world
        return [p for p in world.movable() if not world.offices.keys_of(p, world.today)]

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


@pytest.fixture
def house(world: World) -> Iterator[House]:
    app = create_app(world.installation)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield House(world, app, client)
