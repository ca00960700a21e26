"""A day in the life of an installation, through a client that knows the contract alone."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from tests.journeys.client import Client
from tests.journeys.house import House
from tests.privacy.erased_life import an_erasure_leaves_no_byte


def free_posts(client: Client, key: str) -> list[str]:
    status, body, _ = client.call("GET", "/v1/positions?vacant=true&kind=FUNGSIONAL&limit=50", key)
    assert status == 200, body
    return [item["id"] for item in body["items"]]


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def employees(client: Client) -> list[str]:
    return [login["nip"] for login in client.logins if login["roles"] == ["employee"]]


@pytest.mark.timeout(600)
def test_a_day_of_an_installation(house: House) -> None:
    """In one house, because each costs a start."""
    a_second_start_finds_all_as_it_was_left(house)
    a_start_after_the_supervisor_was_killed_ends_what_it_left(house)
    a_request_sent_twice_is_one_action(house)
    an_erasure_leaves_no_byte(house, employees(house.client())[3])


def a_second_start_finds_all_as_it_was_left(house: House) -> None:
    client, portal = house.client(), house.api_key
    nip, post = employees(client)[0], free_posts(client, portal)[0]
    action = client.start(portal, nip, post)
    house.stop()
    house.start()
    status, found, _ = client.call("GET", f"/v1/personnel-actions/{action['id']}", portal)
    assert (status, found["version"]) == (200, action["version"])
    assert client.walk(action["id"], portal)["status"] == "completed"
    house.await_health()


def a_start_after_the_supervisor_was_killed_ends_what_it_left(house: House) -> None:
    client, portal = house.client(), house.api_key
    action = client.start(portal, employees(client)[1], free_posts(client, portal)[0])
    left = json.loads((house.data / "run.json").read_text(encoding="utf-8"))["pids"]
    house.kill("up")
    assert not any(is_running(pid) for pid in left.values())
    assert client.walk(action["id"], portal)["status"] == "completed"
    house.await_health()


def a_request_sent_twice_is_one_action(house: House) -> None:
    client, portal = house.client(), house.api_key
    key = str(uuid.uuid4())
    body = {
        "kind": "mutation",
        "variant": "within_agency",
        "subject_nip": employees(client)[2],
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
