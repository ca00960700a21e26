"""The codec server: Temporal's pages see what processes were told, for those allowed and nobody else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.codec import SESSION_COOKIE
from domain.commands import GrantOffice
from domain.identity import SYSTEM
from installation import Installation
from settings import Settings
from tests.api.conftest import House
from tests.world import World, new_id
from web.visitor import SESSION

UI = "http://127.0.0.1:8080"
TOLD = {"payloads": [{"metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
                      "data": base64.b64encode(b'"x"').decode()}]}  # fmt: skip


@pytest.fixture
def house(world: World) -> Iterator[House]:
    values = world.installation.settings.model_dump() | {"temporal_ui_origin": UI}
    opened = Installation(Settings.model_validate(values))
    app = create_app(opened)
    with TestClient(app, raise_server_exceptions=False, base_url="https://testserver") as client:
        yield House(World(opened, world.ids, world.synthetic), app, client)
    opened.close()


def operator(house: House) -> str:
    person_id = house.plain()[0]
    grant = GrantOffice(command_id=new_id(), actor=SYSTEM, person_id=person_id, office="operator")
    house.world.installation.ledger.execute(grant)
    return person_id


def closed(house: House, who: str) -> Any:
    return house.post(who, "/codec/encode", TOLD).json()


def test_an_operator_opens_what_is_closed(house: House) -> None:
    who = operator(house)
    box = closed(house, who)
    assert base64.b64decode(box["payloads"][0]["metadata"]["encoding"]) == b"binary/encrypted"
    assert house.post(who, "/codec/decode", box).json() == TOLD


def test_a_key_needs_its_scope(house: House) -> None:
    box = closed(house, operator(house))
    assert house.post(house.key("processes:read"), "/codec/decode", box).json() == TOLD
    assert house.post(house.key("audit:read"), "/codec/decode", box).status_code == 403


@pytest.mark.parametrize("office", ["auditor", "agency_head", "appointing_official"])
def test_everybody_else_hears_no(house: House, office: str) -> None:
    box = closed(house, operator(house))
    assert house.post(house.world.holder(office), "/codec/decode", box).status_code == 403
    assert house.post(None, "/codec/decode", box).status_code == 401


def test_the_pages_of_temporal_send_the_cookie_of_who_is_signed_in(house: House) -> None:
    assert SESSION_COOKIE == SESSION
    who = operator(house)
    box = closed(house, who)
    cookie = {"Cookie": f"{SESSION_COOKIE}={house.token(who)}"}
    answered = house.client.post("/codec/decode", json=box, headers=cookie | {"Origin": UI})
    assert answered.json() == TOLD
    assert answered.headers["Access-Control-Allow-Origin"] == UI
    assert answered.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", UI + "0", None])
def test_the_cookie_is_worth_nothing_from_elsewhere(house: House, origin: str | None) -> None:
    who = operator(house)
    box = closed(house, who)
    headers = {"Cookie": f"{SESSION_COOKIE}={house.token(who)}"} | ({"Origin": origin} if origin else {})
    answered = house.client.post("/codec/decode", json=box, headers=headers)
    assert answered.status_code == 401
    assert "Access-Control-Allow-Origin" not in answered.headers


def test_only_the_named_origin_is_let_ask_beforehand(house: House) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = house.client.options("/codec/decode", headers=asked | {"Origin": UI})
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (204, UI)
    assert "x-namespace" in allowed.headers["Access-Control-Allow-Headers"]
    refused = house.client.options("/codec/decode", headers=asked | {"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize(
    "payload",
    [
        {"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA=="}, "data": "AAAA"},
        {"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA==", "encryption-key-id": "eA=="}, "data": "A" * 64},
        {"metadata": {"encoding": "%%%"}, "data": "AAAA"},
        {"data": "not base64"},
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(house: House, payload: Any) -> None:
    answered = house.post(operator(house), "/codec/decode", {"payloads": [payload]})
    assert (answered.status_code, answered.json()["code"]) == (422, "invalid-request")
