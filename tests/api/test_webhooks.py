"""Webhooks over HTTP: who may have them, where they may point, their secrets, and what is lawful of it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks import Webhook

from domain.commands import GrantOffice
from domain.identity import SYSTEM
from domain.outgoing import TEST, TYPES
from operations.verification import verify_installation
from projections import webhooks
from tests.api.conftest import House
from tests.projections.test_small_registers import assert_rebuilt_the_same
from tests.receiver import Receiver, receiving
from tests.world import new_id

ELSEWHERE = "http://127.0.0.1:9/hook"
SCOPES = ("actions:read", "webhooks:write")


@pytest.fixture
def house(house: House) -> House:
    house.world.installation.settings.webhook_private_hosts = "127.0.0.1"
    return house


def an_operator(house: House) -> str:
    person = house.plain()[5]
    grant = GrantOffice(command_id=new_id(), actor=SYSTEM, person_id=person, office="operator")
    house.world.installation.ledger.execute(grant)
    return person


def subscribed(house: House, who: str, url: str = ELSEWHERE, **more: Any) -> dict[str, Any]:
    made = house.post(who, "/v1/webhooks", {"label": "Portal", "url": url} | more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def recorded(house: House) -> list[str]:
    """The types of the events of webhooks, oldest first."""
    with house.world.installation.reader.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT type FROM events WHERE category = 'webhook' ORDER BY position"
        )
        return [row[0] for row in found]


def test_a_key_subscribes_and_sees_to_its_own_alone(house: House) -> None:
    key, other, operator = house.key(*SCOPES), house.key("employees:read", *SCOPES), an_operator(house)
    made = house.post(key, "/v1/webhooks", {"label": "Portal", "url": ELSEWHERE}, Idempotency_Key="once")
    again = house.post(key, "/v1/webhooks", {"label": "Portal", "url": ELSEWHERE}, Idempotency_Key="once")
    assert made.json()["secret"] == again.json()["secret"]
    assert again.headers["Idempotent-Replay"] == "true"
    here = f"/v1/webhooks/{made.json()['id']}"
    assert made.headers["Location"] == here
    assert "secret" not in house.get(key, here).json(), "shown once"
    assert house.get(other, here).status_code == 404
    assert house.get(other, "/v1/webhooks").json()["items"] == []
    assert [each["id"] for each in house.get(operator, "/v1/webhooks").json()["items"]] == [made.json()["id"]]
    for act, body in (("pause", None), ("replay", {"after": -1}), ("secret", {}), ("test", None)):
        assert house.post(other, f"{here}/{act}", body).status_code == 404, act
    assert house.post(operator, f"{here}/pause", None).json()["paused_why"] == "asked"
    assert house.post(key, f"{here}/pause", None).json()["receipt"] is None, "nothing changes"
    assert house.post(key, f"{here}/resumption", None).json()["state"] == "active"
    assert house.post(key, f"{here}/replay", {"after": 10**9}).status_code == 422
    assert house.post(key, f"{here}/replay", {"after": -1}).status_code == 200
    assert house.client.delete(here, headers=house.headers(key)).status_code == 204
    assert house.get(key, here).status_code == 404
    acts = ["Subscribed", "Paused", "Resumed", "Replayed", "Ended"]
    assert recorded(house) == [f"Webhook{act}" for act in acts]
    assert verify_installation(house.world.installation.settings).findings == ()
    assert_rebuilt_the_same(house.world, webhooks.Webhooks())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_scopes_or_the_office_there_are_no_webhooks(house: House) -> None:
    body = {"label": "Portal", "url": ELSEWHERE}
    for scope, lacks in (("actions:read", "webhooks:write"), ("webhooks:write", "actions:read")):
        refused = house.post(house.key(scope), "/v1/webhooks", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
        assert refused.json()["scope"] == lacks
    assert house.post(house.a_stranger(), "/v1/webhooks", body).status_code == 403
    assert recorded(house) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_that_may_not_be_called_is_refused_and_recorded(house: House) -> None:
    key = house.key(*SCOPES)
    for url, why in (
        ("https://169.254.169.254/latest", "private-address"),
        ("https://[::ffff:10.0.0.1]/", "private-address"),
        ("http://93.184.216.34/", "not-https"),
    ):
        refused = house.post(key, "/v1/webhooks", {"label": "x", "url": url})
        told = refused.json()
        assert (refused.status_code, told["code"], told["why"]) == (422, "webhook-address-refused", why)
    unreadable = house.post(key, "/v1/webhooks", {"label": "x", "url": "https://a@93.184.216.34/"})
    assert unreadable.json()["code"] == "invalid-request"
    assert recorded(house) == ["WebhookAddressRefused"] * 3
    assert house.get(key, "/v1/webhooks").json()["items"] == []
    unknown = {"label": "x", "url": ELSEWHERE, "event_types": ["id.jenjang.weather"]}
    assert house.post(key, "/v1/webhooks", unknown).json()["code"] == "unknown-reference"
    assert verify_installation(house.world.installation.settings).findings == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_trial_is_signed_as_the_reference_libraries_want_it(house: House) -> None:
    key = house.key(*SCOPES)
    with receiving(Receiver()) as receiver:
        made = subscribed(house, key, receiver.url)
        here = f"/v1/webhooks/{made['id']}"
        assert house.post(key, f"{here}/test", None).json() == {
            "delivered": True,
            "status": 204,
            "error": None,
        }
        new = house.post(key, f"{here}/secret", {"overlap_hours": 1}).json()["secret"]
        receiver.answers = lambda _: 500
        assert house.post(key, f"{here}/test", None).json()["error"] == "refused"
    first, second = receiver.asked
    assert Webhook(made["secret"]).verify(first.body, first.headers)["type"] == "id.jenjang.test"
    Webhook(new).verify(second.body, second.headers)
    event = from_http(HTTPMessage(first.headers, first.body), JSONFormat())
    assert event.get_source() == "//jenjang.kota-serang"
    house.world.installation.settings.webhook_private_hosts = ""
    assert house.post(key, f"{here}/test", None).json()["error"] == "address-refused"


def test_the_feed_tells_of_the_cases_that_its_reader_may_see(house: House) -> None:
    reader, stranger = house.key("actions:read"), house.key("audit:read")
    start = house.get(reader, "/v1/feed", after=2**40).json()
    assert (start["items"], start["after"]) == ([], start["size"] - 1), "from the end"
    state = house.a_case()
    found = house.get(reader, "/v1/feed", after=start["after"], wait=1).json()
    types = [item["type"] for item in found["items"]]
    assert types == ["id.jenjang.personnel_action.submitted", "id.jenjang.task.opened"]
    submitted = found["items"][0]
    assert submitted["subject"] == f"personnel-action/{state.id}"
    assert house.get(reader, submitted["data"]["href"]).status_code == 200
    assert submitted["data"]["subject_id"] == state.subject_id
    assert "kebutuhan organisasi" not in json.dumps(found), "no words about a person"
    described = house.get(None, "/asyncapi.json").json()
    payloads = {each["name"]: each["payload"] for each in described["components"]["messages"].values()}
    assert payloads.keys() == {*TYPES, TEST}
    for item in found["items"]:
        jsonschema.validate(item, payloads[item["type"]])
    piece = house.get(reader, "/v1/feed", after=start["after"], limit=1).json()
    assert piece["items"] == [submitted]
    rest = house.get(reader, "/v1/feed", after=piece["after"]).json()
    assert rest["items"] == found["items"][1:]
    assert house.get(stranger, "/v1/feed", after=start["after"]).json()["items"] == []
    own = house.get(state.subject_id, "/v1/feed", after=start["after"]).json()
    assert own["items"] == found["items"], "a person sees their own case"
    assert house.get(house.plain()[-2], "/v1/feed", after=start["after"]).json()["items"] == []
    assert house.get(None, "/v1/feed").status_code == 401
