"""Signing in, out, and changing a password, as a client sees it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.passwords import create_account
from tests.api.conftest import House

PASSWORD = "kuda benar baterai"
NEXT = "hujan turun di bulan juni"


def an_account(house: House, *, must_change: bool = False) -> tuple[str, str]:
    person = house.plain()[0]
    nip = house.nip(person)
    with house.world.installation.writing_engine.begin() as connection:
        create_account(connection, person, nip, PASSWORD, must_change=must_change)
    return person, nip


def sign_in(house: House, nip: str, password: str = PASSWORD, **headers: str) -> Any:
    return house.post(None, "/v1/sessions", {"nip": nip, "password": password}, **headers)


def test_nip_and_password_open_a_session(house: House) -> None:
    person, nip = an_account(house)
    answer = sign_in(house, f"{nip[:8]} {nip[8:]}")
    assert answer.status_code == 201, answer.text
    assert answer.json()["person"]["id"] == person
    assert answer.json()["person"]["roles"][-1] == "employee"
    assert house.get(answer.json()["token"], "/v1/me").json()["nip"] == nip


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(house: House) -> None:
    _, nip = an_account(house)
    wrong, unknown = sign_in(house, nip, "salah"), sign_in(house, "199001012020121001", "salah")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json() == unknown.json()


def test_eight_failures_lock_the_login_and_say_until_when(house: House) -> None:
    _, nip = an_account(house)
    for _ in range(8):
        assert sign_in(house, nip, "salah").status_code == 401
    locked = sign_in(house, nip)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) > 800
    assert locked.json()["code"] == "account-locked"


def test_a_repeated_sign_in_opens_no_second_session(house: House) -> None:
    _, nip = an_account(house)
    first = sign_in(house, nip, Idempotency_Key="sekali")
    again = sign_in(house, nip, Idempotency_Key="sekali")
    assert again.headers["Idempotent-Replay"] == "true"
    assert first.json()["token"] == again.json()["token"]
    assert len(house.get(first.json()["token"], "/v1/sessions").json()["items"]) == 1


def test_the_key_of_a_session_that_is_over_opens_nothing(house: House) -> None:
    _, nip = an_account(house)
    token = sign_in(house, nip, Idempotency_Key="sekali").json()["token"]
    assert house.client.delete("/v1/sessions/current", headers=house.headers(token)).status_code == 204
    assert sign_in(house, nip, Idempotency_Key="sekali").json()["code"] == "idempotency-key-reused"


def test_signing_out_ends_this_session_and_everywhere_ends_all(house: House) -> None:
    _, nip = an_account(house)
    one, two, three = (sign_in(house, nip).json()["token"] for _ in range(3))
    house.client.delete("/v1/sessions/current", headers=house.headers(one))
    assert house.get(one, "/v1/sessions").status_code == 401
    assert len(house.get(two, "/v1/sessions").json()["items"]) == 2
    house.client.delete("/v1/sessions", headers=house.headers(two))
    assert house.get(three, "/v1/sessions").status_code == 401


def test_a_first_password_opens_nothing_but_its_own_change(house: House) -> None:
    _, nip = an_account(house, must_change=True)
    token = sign_in(house, nip).json()["token"]
    assert house.get(token, "/v1/units").json()["code"] == "password-change-required"
    assert house.get(token, "/v1/me").json()["must_change"] is True
    changed = house.post(token, "/v1/password", {"current": PASSWORD, "new": NEXT})
    assert changed.status_code == 204, changed.text
    assert house.get(token, "/v1/units").status_code == 200
    assert sign_in(house, nip).status_code == 401
    assert sign_in(house, nip, NEXT).status_code == 201


def test_a_changed_password_ends_the_other_sessions(house: House) -> None:
    _, nip = an_account(house)
    mine, other = (sign_in(house, nip).json()["token"] for _ in range(2))
    assert house.post(mine, "/v1/password", {"current": PASSWORD, "new": NEXT}).status_code == 204
    assert house.post(mine, "/v1/password", {"current": PASSWORD, "new": NEXT}).status_code == 204
    assert house.get(other, "/v1/me").status_code == 401
    assert house.get(mine, "/v1/me").status_code == 200


@pytest.mark.parametrize("new", ["pendek", "aaaaaaaaaaaaaaa", PASSWORD])
def test_a_weak_password_is_refused(house: House, new: str) -> None:
    _, nip = an_account(house)
    token = sign_in(house, nip).json()["token"]
    assert house.post(token, "/v1/password", {"current": PASSWORD, "new": new}).status_code == 422
    holding_nip = house.post(token, "/v1/password", {"current": PASSWORD, "new": f"saya-{nip}"})
    assert holding_nip.json()["code"] == "weak-password"


def test_integrations_have_no_sessions(house: House) -> None:
    key = house.key("actions:read")
    assert house.get(key, "/v1/sessions").status_code == 403
    assert house.get(key, "/v1/me").status_code == 403
    assert house.get("jjk_unknown", "/v1/units").status_code == 401
