"""One house for a whole module, and the letters by which its people act for each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from domain.personnel_action import ActionState
from installation import Installation
from projections import action_state
from settings import Settings
from tests.api.conftest import NOBODY_THERE, House, Settled
from tests.world import World


@contextmanager
def a_house(settle: Callable[[str], Settled], folder: Path) -> Iterator[House]:
    """The seeded agency on SQLite in `folder`: who may act is judged by the same code on both databases."""
    url = f"sqlite+pysqlite:///{folder / 'jenjang.db'}"
    settled = settle(url)
    settled.copied_to(url, folder)
    installation = Installation(Settings(data=folder, database_url=url, temporal_address=NOBODY_THERE))
    app = create_app(installation)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield House(World(installation, settled.ids, settled.synthetic), app, client)
    installation.close()


def state_of(house: House, action_id: str) -> ActionState:
    with house.world.installation.reader.engine.connect() as connection:
        found = action_state.state_of(connection, action_id)
    assert found is not None
    return found


def declared(house: House, who: str, state: ActionState) -> None:
    """They declare an interest in the case."""
    answer = house.post(who, f"/v1/personnel-actions/{state.id}/conflicts", {"reason": "saudara kandung"})
    assert answer.status_code == 200, answer.text


@contextmanager
def acting(house: House, who: str, post: str) -> Iterator[None]:
    """`who` is Plh of the post, by a letter of somebody else than its holder."""
    holder = house.world.agency.posts[post].incumbent_id
    heads = (house.world.holder(office) for office in ("agency_head", "regional_secretary"))
    by = next(head for head in heads if head not in (holder, who))
    with _letter(house, by, {"capacity": "PLH", "position_id": post, "delegate_nip": house.nip(who)}):
        yield


@contextmanager
def lent(house: House, principal: str, delegate: str) -> Iterator[None]:
    """`principal` lets `delegate` sign for them."""
    with _letter(house, principal, {"capacity": "DELEGATE", "delegate_nip": house.nip(delegate)}):
        yield


@contextmanager
def _letter(house: House, by: str, body: dict[str, Any]) -> Iterator[None]:
    today = house.world.today.isoformat()
    days = {"first_day": today, "last_day": today, "letter_number": "800/1/2026"}
    answer = house.post(by, "/v1/delegations", body | days)
    assert answer.status_code == 201, answer.text
    try:
        yield
    finally:
        path = f"/v1/delegations/{answer.json()['id']}"
        assert house.client.delete(path, headers=house.headers(by)).status_code == 200
