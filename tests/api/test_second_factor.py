"""The second factor at signing in, and the password once more at a decree, as a client meets them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.passwords import create_account
from accounts.second_factor import current_code
from domain.personnel_action import ActionState
from tests.api.conftest import House
from tests.api.test_sessions import NEXT, PASSWORD, an_account, sign_in


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """Its tables have tests on both databases in tests/accounts."""
    return f"sqlite+pysqlite:///{tmp_path / 'jenjang.db'}"


def stopped(house: House) -> datetime:
    """The clock of the API stands still: a code is of its half minute."""
    now = house.world.installation.clock()
    house.world.installation.clock = lambda: now
    return now


def enrolled(house: House, token: str) -> tuple[str, list[str]]:
    """The seed of a second factor put in force, and its recovery codes."""
    begun = house.post(token, "/v1/second-factor", {"password": PASSWORD})
    assert begun.status_code == 201, begun.text
    seed = begun.json()["seed"]
    assert house.get(token, "/v1/second-factor/seed").json() == begun.json()
    code = current_code(seed, house.world.installation.clock())
    done = house.post(token, "/v1/second-factor/confirmation", {"code": code})
    assert done.status_code == 200, done.text
    return seed, done.json()["recovery_codes"]


def test_with_a_second_factor_the_password_alone_opens_nothing(house: House) -> None:
    _, nip = an_account(house)
    now = stopped(house)
    token, other = (sign_in(house, nip).json()["token"] for _ in range(2))
    assert house.post(token, "/v1/second-factor", {"password": "salah"}).json()["code"] == "wrong-password"
    seed, recovery = enrolled(house, token)
    assert house.get(other, "/v1/me").status_code == 401, "sessions opened by password alone have ended"
    assert house.get(token, "/v1/second-factor/seed").status_code == 404, "a seed in force is shown no more"
    half = sign_in(house, nip)
    assert half.json()["awaits_code"] is True
    half = half.json()["token"]
    for path in ("/v1/me", "/v1/tasks", "/v1/sessions", "/v1/second-factor"):
        assert house.get(half, path).json()["code"] == "second-factor-required"
    changed = house.post(half, "/v1/password", {"current": PASSWORD, "new": NEXT})
    assert changed.json()["code"] == "second-factor-required"
    assert house.client.delete("/v1/sessions", headers=house.headers(half)).status_code == 403
    used = current_code(seed, now)
    path = "/v1/sessions/current/second-factor"
    assert house.post(half, path, {"code": used}).json()["code"] == "wrong-code", "a code is taken once"
    assert house.post(half, path, {"code": recovery[0]}).status_code == 204
    assert house.get(half, "/v1/me").status_code == 200
    assert house.get(half, "/v1/second-factor").json()["recovery_codes_left"] == 9
    gone = house.post(half, "/v1/second-factor/removal", {"password": PASSWORD, "code": recovery[1]})
    assert gone.status_code == 204
    assert sign_in(house, nip).json()["awaits_code"] is False


def test_a_sign_in_by_a_guessed_key_gets_no_session_past_its_code(house: House) -> None:
    _, nip = an_account(house)
    stopped(house)
    _, recovery = enrolled(house, sign_in(house, nip).json()["token"])
    half = sign_in(house, nip, Idempotency_Key="1").json()
    again = sign_in(house, nip, Idempotency_Key="1")
    assert (again.json()["token"], again.headers["Idempotent-Replay"]) == (half["token"], "true")
    path = "/v1/sessions/current/second-factor"
    assert house.post(half["token"], path, {"code": recovery[0]}).status_code == 204
    late = sign_in(house, nip, Idempotency_Key="1")
    assert (late.status_code, late.json()["code"]) == (422, "idempotency-key-reused")
    assert house.get(half["token"], "/v1/me").status_code == 200


def test_setting_it_up_is_repeatable_until_a_code_was_used(house: House) -> None:
    _, nip = an_account(house)
    now = stopped(house)
    token = sign_in(house, nip).json()["token"]
    begin, confirm = "/v1/second-factor", "/v1/second-factor/confirmation"

    def begun(key: str) -> Any:
        return house.post(token, begin, {"password": PASSWORD}, Idempotency_Key=key)

    first, other = begun("a"), begun("b")
    assert first.json()["seed"] != other.json()["seed"]
    assert "Idempotent-Replay" not in other.headers
    again = begun("b")
    assert (again.json(), again.headers["Idempotent-Replay"]) == (other.json(), "true")
    assert begun("a").json()["seed"] != first.json()["seed"], "what was replaced does not come back"
    shown = {"code": current_code(begun("a").json()["seed"], now)}
    codes = house.post(token, confirm, shown, Idempotency_Key="c")
    repeat = house.post(token, confirm, shown, Idempotency_Key="c")
    assert (repeat.json(), repeat.headers["Idempotent-Replay"]) == (codes.json(), "true")
    for wrong, key in (shown, "d"), ({"code": "000000"}, "c"):
        assert house.post(token, confirm, wrong, Idempotency_Key=key).json()["code"] == "wrong-code"
    assert begun("a").json()["code"] == "second-factor-on"
    half = sign_in(house, nip).json()["token"]
    used, left = codes.json()["recovery_codes"][:2]
    assert house.post(half, "/v1/sessions/current/second-factor", {"code": used}).status_code == 204
    assert house.post(token, confirm, shown, Idempotency_Key="c").json()["code"] == "wrong-code"
    for _ in range(2):
        removed = house.post(token, "/v1/second-factor/removal", {"password": PASSWORD, "code": left})
        assert removed.status_code == 204, removed.text


def at_the_decree(house: House) -> tuple[ActionState, str]:
    """A case at the appointing official, who has an account."""
    state = house.world.walk(house.a_case(), until="appointing_decision")
    mayor = next(iter(house.world.owners(state, state.open_tasks[0])))
    with house.world.installation.writing_engine.begin() as connection:
        create_account(connection, mayor, house.nip(mayor), PASSWORD, must_change=False)
    return state, mayor


def test_a_decree_asks_a_browser_for_the_password_again(house: House) -> None:
    state, mayor = at_the_decree(house)
    asked = {"nip": house.nip(mayor), "password": PASSWORD, "browser": True}
    token = house.post(None, "/v1/sessions", asked).json()["token"]
    task = house.get(token, f"/v1/tasks/{state.open_tasks[0].id}").json()
    assert task["password_again"] is True
    body = {"outcome": "approve", "comment": "", "details": task["form"]["examples"][0]}
    path = f"/v1/tasks/{task['id']}/decision"
    for given, code in ({}, "password-again"), ({"password": "salah"}, "wrong-password"):
        refused = house.post(token, path, body | given, Idempotency_Key="sk")
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    many = {"items": [{"task_id": task["id"], **body}]}
    assert house.post(token, "/v1/tasks/decisions", many).json()["code"] == "password-again"
    preview = house.post(token, "/v1/tasks/decisions", many | {"preview": True}).json()
    assert preview["items"][0]["password_again"] is True
    done = house.post(token, path, body | {"password": PASSWORD}, Idempotency_Key="sk")
    assert done.status_code == 200, done.text
    again = house.post(token, path, body | {"password": PASSWORD}, Idempotency_Key="sk")
    assert again.headers["Idempotent-Replay"] == "true", "the password is no part of what was asked"


def test_a_program_is_asked_again_when_it_signed_in_too_long_ago(house: House) -> None:
    state, mayor = at_the_decree(house)
    token = sign_in(house, house.nip(mayor)).json()["token"]
    task = house.get(token, f"/v1/tasks/{state.open_tasks[0].id}").json()
    body = {"outcome": "approve", "comment": "", "details": task["form"]["examples"][0]}
    path = f"/v1/tasks/{task['id']}/decision"
    installation = house.world.installation
    clock, installation.clock = installation.clock, lambda: clock() + timedelta(hours=5)
    assert house.post(token, path, body).json()["code"] == "password-again"
    installation.clock = clock
    assert house.post(token, path, body).status_code == 200
