"""Acting holders and delegates through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import House


def a_delegation(house: House, delegate: str, **changes: Any) -> dict[str, Any]:
    today = house.world.today
    return {
        "capacity": "DELEGATE",
        "delegate_nip": house.nip(delegate),
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=13)).isoformat(),
        "letter_number": "800/1/2026",
        "reason": "cuti tahunan",
    } | changes


def test_a_holder_lets_somebody_sign_and_ends_it(house: House) -> None:
    holder, delegate, stranger = house.world.holder("agency_head"), *house.plain()[:2]
    granted = house.post(holder, "/v1/delegations", a_delegation(house, delegate))
    assert granted.status_code == 201, granted.text
    body = granted.json()
    assert body["state"] == "running"
    assert body["receipt"]["position"] > 0
    path = granted.headers["location"]
    assert house.get(delegate, path).json()["principal"]["id"] == holder
    assert house.get(stranger, path).status_code == 404
    assert house.client.delete(path, headers=house.headers(delegate)).status_code == 403
    ended = house.client.delete(path, headers=house.headers(holder))
    assert ended.status_code == 200, ended.text
    assert ended.json()["state"] == "revoked"
    assert house.client.delete(path, headers=house.headers(holder)).status_code == 404


def test_a_repeat_is_granted_once(house: House) -> None:
    holder, delegate = house.world.holder("agency_head"), house.plain()[0]
    body = a_delegation(house, delegate)
    first, again = (house.post(holder, "/v1/delegations", body, Idempotency_Key="sekali") for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"


def test_lists_hold_ones_own_and_all_for_who_appoints_or_audits(house: House) -> None:
    world = house.world
    holder, delegate, stranger = world.holder("agency_head"), *house.plain()[:2]
    house.post(holder, "/v1/delegations", a_delegation(house, delegate))
    for who, count in ((delegate, 1), (stranger, 0), (holder, 1), (world.holder("inspector"), 1)):
        assert len(house.get(who, "/v1/delegations").json()["items"]) == count
    assert house.get(house.key("audit:read"), "/v1/delegations").json()["items"]
    assert not house.get(house.key("actions:read"), "/v1/delegations").json()["items"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"capacity": "PLT"}, 403),
        ({"capacity": "X"}, 422),
        ({"last_day": "2020-01-01"}, 422),
        ({"last_day": "2199-01-01"}, 422),
        ({"delegate_nip": "nobody"}, 422),
        ({"delegate_nip": "\x00"}, 422),
        ({"letter_number": " "}, 422),
        ({"unknown": 1}, 422),
    ],
)
def test_what_may_not_be_granted(house: House, changes: dict[str, Any], status: int) -> None:
    holder, delegate = house.world.holder("inspector"), house.plain()[0]
    answer = house.post(holder, "/v1/delegations", a_delegation(house, delegate, **changes))
    assert answer.status_code == status, answer.text


def test_integrations_appoint_nobody(house: House) -> None:
    delegate = house.plain()[0]
    assert (
        house.post(house.key("actions:write"), "/v1/delegations", a_delegation(house, delegate)).status_code
        == 403
    )
