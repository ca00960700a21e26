"""People's files: whose is open to whom, and that reading them leaves a trace."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ledger import commit as commit_module
from tests.api.conftest import House


def test_everybody_reads_their_own_file_and_nothing_is_noted(house: House) -> None:
    person = house.plain()[0]
    answer = house.get(person, f"/v1/employees/{house.nip(person)}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == person
    assert answer.json()["position"]["kind"] == "FUNGSIONAL"
    house.app.state.services.access_log.flush()
    assert reads(house) == []


def test_reading_somebody_elses_file_is_recorded_once(house: House) -> None:
    person, reader = house.plain()[0], house.world.holder("personnel_analyst")
    for _ in range(2):
        assert house.get(reader, f"/v1/employees/{house.nip(person)}").status_code == 200
    house.app.state.services.access_log.flush()
    assert [(event["actor"]["id"], event["data"]["subject_id"]) for event in reads(house)] == [
        (reader, person)
    ]


def test_a_read_while_the_ledger_is_away_is_recorded_when_it_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, reader = house.plain()[0], house.world.holder("personnel_analyst")
    assert reads(house) == []  # also makes the key that asks: its own event must not meet the failure
    failures = iter([OSError("the disk is gone")])

    def write(self: commit_module.Commit) -> tuple[int, str, str]:
        for failure in failures:
            raise failure
        return original(self)

    original = commit_module.Commit._write_commit
    monkeypatch.setattr(commit_module.Commit, "_write_commit", write)
    assert house.get(reader, f"/v1/employees/{house.nip(person)}").status_code == 200
    deadline = time.monotonic() + 20
    while not reads(house) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [(event["actor"]["id"], event["data"]["subject_id"]) for event in reads(house)] == [
        (reader, person)
    ]


def test_a_refused_look_is_not_recorded_as_a_read(house: House) -> None:
    one, other = house.plain()[:2]
    assert house.get(one, f"/v1/employees/{house.nip(other)}").status_code == 404
    house.app.state.services.access_log.flush()
    assert reads(house) == []


@pytest.mark.parametrize("nip", ["0", "198503302010012001", "%00", "%ED%A0%80", "9" * 500, "☃", "..%2f.."])
def test_what_is_no_number_is_nobodys(house: House, nip: str) -> None:
    answer = house.get(house.world.holder("personnel_analyst"), f"/v1/employees/{nip}")
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_keys_scope_opens_files(house: House) -> None:
    nip = house.nip(house.plain()[0])
    assert house.get(house.key("employees:read"), f"/v1/employees/{nip}").status_code == 200
    assert house.get(house.key("actions:read"), f"/v1/employees/{nip}").status_code == 404


def test_posts_are_found_and_incumbents_named_to_those_allowed(house: House) -> None:
    person = house.plain()[0]
    vacant = house.get(person, "/v1/positions", vacant="true", kind="FUNGSIONAL").json()["items"]
    assert vacant
    assert all(post["vacant"] and post["incumbent"] is None for post in vacant)
    held = house.get(person, "/v1/positions", vacant="false", limit=200).json()["items"]
    assert {post["incumbent"]["id"] for post in held if post["incumbent"]} <= {person}
    seen = house.get(house.world.holder("inspector"), "/v1/positions", vacant="false").json()["items"]
    assert all(post["incumbent"]["name"] for post in seen)
    assert house.get(person, "/v1/positions", unit="nowhere").json()["items"] == []
    assert house.get(person, "/v1/positions", q=vacant[0]["id"]).json()["items"] == vacant[:1]


def test_units_are_paged_by_id(house: House) -> None:
    person = house.plain()[0]
    everything = house.get(person, "/v1/units").json()["items"]
    first = house.get(person, "/v1/units", limit=2).json()
    second = house.get(person, "/v1/units", limit=2, cursor=first["next"]).json()
    assert first["items"] + second["items"] == everything[:4]


def reads(house: House) -> list[dict[str, Any]]:
    answer = house.get(house.key("audit:read"), "/v1/audit/events", type="PersonalDataRead")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
