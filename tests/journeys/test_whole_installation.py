"""A day in the life of an installation: a client that knows the contract alone, and an auditor."""

from __future__ import annotations

import base64
import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.journeys import rfc6962
from tests.journeys.client import Client
from tests.journeys.conftest import House

CASES = 2
PARTS = ("worker", "api", "temporal")


def free_posts(client: Client, key: str) -> list[str]:
    status, body, _ = client.call("GET", "/v1/positions?vacant=true&kind=FUNGSIONAL&limit=50", key)
    assert status == 200, body
    return [item["id"] for item in body["items"]]


def employees(client: Client) -> list[str]:
    return [login["nip"] for login in client.logins if login["roles"] == ["employee"]]


def audit(client: Client, house: House) -> None:
    """Every receipt, the newest checkpoint, and the consistency of all of them, by independent code."""
    code, _ = house.jenjang("verify")
    assert code == 0
    token = client.token(client.with_role("auditor"))
    _, key, _ = client.call("GET", "/v1/audit/key", token)
    vkey = str(key.get("text") or key.get("vkey") or key.get("key")).strip()
    _, note, _ = client.call("GET", "/v1/audit/checkpoint", token)
    text, _, signatures = note["text"].partition("\n\n")
    rfc6962.check_signature(vkey, text + "\n", signatures.split()[2])
    size, root = int(text.splitlines()[1]), base64.b64decode(text.splitlines()[2])
    for receipt in client.receipts:
        rfc6962.check_receipt(vkey, receipt)
        _included(client, token, receipt, size, root)
        path = f"/v1/audit/proofs/consistency?from={receipt['tree_size']}&to={size}"
        _, proof, _ = client.call("GET", path, token)
        hashes = [bytes.fromhex(item) for item in proof["path"]]
        assert rfc6962.is_consistent(receipt["tree_size"], size, bytes.fromhex(receipt["root"]), root, hashes)


def _included(client: Client, token: str, receipt: dict[str, Any], size: int, root: bytes) -> None:
    path = f"/v1/audit/proofs/inclusion?position={receipt['position']}&tree_size={size}"
    _, proof, _ = client.call("GET", path, token)
    assert proof["leaf_hash"] == receipt["leaf_hash"]
    hashes = [bytes.fromhex(item) for item in proof["path"]]
    leaf_hash = bytes.fromhex(receipt["leaf_hash"])
    assert rfc6962.root_by_inclusion(receipt["position"], size, leaf_hash, hashes) == root


@pytest.mark.timeout(600)
def test_cases_reach_their_end_whatever_is_killed_and_every_receipt_holds(house: House) -> None:
    client = house.client()
    portal = house.api_key
    turns = itertools.cycle(PARTS)
    rounds = itertools.count(1)

    def kill_now_and_then() -> None:
        if next(rounds) % 9 == 0:
            house.kill(next(turns))
            house.await_ready()

    for nip, post in list(zip(employees(client), free_posts(client, portal), strict=False))[:CASES]:
        action = client.start(portal, nip, post)
        assert action["status"] == "in_review", action["findings"]
        done = client.walk(action["id"], portal, between=kill_now_and_then, seconds=150)
        assert done["decree"]["number"]
        assert client.receipts[-1]["version"] <= done["version"]
    audit(client, house)


def test_a_second_start_finds_all_as_it_was_left(house: House) -> None:
    client, portal = house.client(), house.api_key
    nip, post = employees(client)[0], free_posts(client, portal)[0]
    action = client.start(portal, nip, post)
    house.stop()
    house.start()
    status, found, _ = client.call("GET", f"/v1/personnel-actions/{action['id']}", portal)
    assert (status, found["version"]) == (200, action["version"])
    assert client.walk(action["id"], portal)["status"] == "completed"
    code, diagnosis = house.jenjang("doctor")
    assert code == 0, diagnosis


def test_a_request_sent_twice_is_one_action(house: House) -> None:
    client, portal = house.client(), house.api_key
    key = str(uuid.uuid4())
    body = {
        "kind": "mutation",
        "variant": "within_agency",
        "subject_nip": employees(client)[0],
        "target_position_id": free_posts(client, portal)[0],
        "effective_date": (datetime.now(UTC).date() + timedelta(days=30)).isoformat(),
        "reason": "kebutuhan organisasi",
        "document_ids": [],
    }
    first = client.call("POST", "/v1/personnel-actions", portal, body, key=key)
    again = client.call("POST", "/v1/personnel-actions", portal, body, key=key)
    other = client.call("POST", "/v1/personnel-actions", portal, body | {"reason": "lain"}, key=key)
    assert (first[0], again[0], other[0]) == (201, 201, 422)
    assert first[1] == again[1]
    assert again[2]["Idempotent-Replay"] == "true"
    assert other[1]["code"] == "idempotency-key-reused"
