"""Keys of other programs: signed requests, quotas, and what is recorded of what they were refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from accounts.api_keys import create_key
from api.refusals import refusals_of
from domain.commands import GrantOffice
from domain.identity import SYSTEM
from tests.api.conftest import House, Settled
from tests.api.one_house import a_house
from tests.signing import COVERED, Signer, ed25519, hmac_sha256
from tests.world import new_id

NOW = datetime(2026, 11, 24, 2, 0, 5, tzinfo=UTC)
START = "/v1/personnel-actions"


@pytest.fixture(scope="module")
def house(settle: Callable[[str], Settled], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house, in which it is always five seconds past the minute."""
    with a_house(settle, Path(tmp_path_factory.mktemp("machines"))) as found:
        person, ledger = found.plain()[1], found.world.installation.ledger
        ledger.execute(GrantOffice(command_id=new_id(), actor=SYSTEM, person_id=person, office="operator"))
        found.world.installation.clock = lambda: NOW
        yield found


def a_key(house: House, *scopes: str, **terms: Any) -> tuple[str, str, str | None]:
    """Its id, its secret and the secret that signs; terms as an operator sets them."""
    key_id, secret = create_key(house.world.installation, "SIMPEG", scopes)
    if not terms:
        return key_id, secret, None
    operator = house.world.holder("operator")
    answer = house.post(operator, f"/v1/administration/api-keys/{key_id}/terms", terms)
    assert answer.status_code == 200, answer.text
    return key_id, secret, answer.json()["secret"]


def sent(
    house: House, secret: str, body: Any, signer: Signer | None = None, *, at: datetime = NOW, **how: Any
) -> httpx.Response:
    raw = json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    if signer is not None:
        url = f"{house.client.base_url}{START}"
        headers |= signer.headers("POST", url, raw, at, **how)
    return house.client.post(START, content=how.pop("instead", raw), headers=headers)


def recorded(house: House, key_id: str) -> dict[str, int]:
    """What the ledger has of the key's refusals: code to times."""
    refusals_of(house.app).flush()
    auditor = house.world.holder("auditor")
    found: dict[str, int] = {}
    rows = house.get(auditor, "/v1/audit/events", stream=f"api-key/{key_id}", limit=200).json()["items"]
    for row in rows:
        if row["type"] == "RequestsRefused":
            found[row["data"]["code"]] = found.get(row["data"]["code"], 0) + row["data"]["times"]
    return found


def test_a_signed_request_works_once_and_an_unsigned_one_never(house: House) -> None:
    key_id, secret, _ = a_key(house, "actions:write")
    signer, public = ed25519(key_id)
    terms = {"signature": {"algorithm": "ed25519", "public_key": public}, "signature_required": True}
    set_path = f"/v1/administration/api-keys/{key_id}/terms"
    assert house.post(house.a_stranger(), set_path, terms).status_code == 403
    assert house.post(house.world.holder("operator"), set_path, terms).status_code == 200
    body = house.a_request()
    assert sent(house, secret, body).json()["code"] == "signature-required"
    first = sent(house, secret, body, signer, nonce="n-1")
    assert first.status_code == 201, first.text
    again = sent(house, secret, body, signer, nonce="n-1")
    assert (again.status_code, again.json()["code"]) == (401, "signature-replayed")
    assert sent(house, secret, body, signer, nonce="n-2").json()["code"] == "open-action-exists"
    assert recorded(house, key_id) == {"signature-required": 1, "signature-replayed": 1}


def test_what_a_signature_does_not_cover_or_no_longer_holds_is_refused(house: House) -> None:
    key_id, secret, made = a_key(house, "actions:write", signature={"algorithm": "hmac-sha256"})
    assert made is not None
    signer, body = hmac_sha256(key_id, made), house.a_request()

    def why(**how: Any) -> str:
        signs = how.pop("signer", signer)
        answer = sent(house, secret, body, signs, **how)
        assert (answer.status_code, answer.json()["code"]) == (401, "signature-invalid"), answer.text
        return str(answer.json()["why"])

    assert "expired" in why(nonce="a", at=NOW - timedelta(minutes=4))
    assert "future" in why(nonce="b", at=NOW + timedelta(minutes=2))
    assert "at most" in why(nonce="c", lives=3600)
    assert "nonce" in why(nonce="")
    assert "@method" in why(nonce="d", covered=COVERED[1:])
    assert "content-digest" in why(nonce="e", covered=COVERED[:4]).lower()
    assert why(nonce="f", signer=hmac_sha256(key_id, "another secret"))
    assert why(nonce="g", signer=hmac_sha256("another key", made))
    raw, other = json.dumps(body).encode(), json.dumps(body | {"reason": "lain"}).encode()
    headers = signer.headers("POST", f"{house.client.base_url}{START}", raw, NOW, nonce="h")
    headers |= {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    altered = house.client.post(START, content=other, headers=headers)
    assert altered.json()["code"] == "signature-invalid"
    assert house.client.post(f"{START}?x=1", content=raw, headers=headers).status_code == 401
    good = house.client.post(START, content=raw, headers=headers)
    assert good.json().get("code") != "signature-invalid", good.text  # none of the above used its nonce
    assert recorded(house, key_id) == {"signature-invalid": 10}


def test_a_key_over_its_quota_waits_for_the_next_minute(house: House) -> None:
    key_id, secret, _ = a_key(house, "actions:read", requests_per_minute=2)
    answers = [house.get(secret, START) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [answer.headers["RateLimit"] for answer in answers] == [
        '"minute";r=1;t=55', '"minute";r=0;t=55', '"minute";r=0;t=55', '"minute";r=0;t=55'
    ]  # fmt: skip
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert answers[2].headers["Retry-After"] == "55"
    assert answers[2].json()["violated-policies"] == ["minute"]
    house.world.installation.clock = lambda: NOW + timedelta(minutes=1)
    try:
        assert house.get(secret, START).status_code == 200
    finally:
        house.world.installation.clock = lambda: NOW
    assert "RateLimit" not in house.get(house.a_stranger(), START).headers
    assert recorded(house, key_id) == {"quota-exceeded": 2}


def test_what_a_key_may_not_or_nobody_can_read_is_refused_and_recorded(house: House) -> None:
    key_id, secret, _ = a_key(house, "employees:read")
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    assert house.get(secret, "/v1/audit/events").status_code == 403
    for content, status in ((b"{", 400), (b"[" * 70_000, 413), (b"{}", 422)):
        assert house.client.post(START, content=content, headers=headers).status_code == status
    assert (
        house.client.post(START, content=b"x", headers=headers | {"Content-Type": "text/x"}).status_code
        == 415
    )
    found = recorded(house, key_id)
    assert found == {
        "scope-missing": 1,
        "malformed-json": 1, "body-too-large": 1, "invalid-request": 1, "unsupported-media-type": 1
    }  # fmt: skip
