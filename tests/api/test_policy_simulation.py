"""Simulating a policy over HTTP: by whom, in a process beside the server, within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import House
from tests.api.test_policies import next_text

SIMULATION = "/v1/policies/simulation"


@pytest.fixture
def database_url(tmp_path: Any) -> str:
    """What a simulation reads is read on both databases elsewhere."""
    return f"sqlite+pysqlite:///{tmp_path / 'jenjang.db'}"


def window(house: House, **changes: Any) -> dict[str, Any]:
    day = house.world.today.isoformat()
    return {"from": day, "to": day} | changes


def test_an_officer_sees_what_another_text_would_turn_and_whose_cases_is_recorded(house: House) -> None:
    state = house.a_case()
    head = house.world.holder("agency_head")
    document = next_text(house)
    document["rules"]["tenure_minimum"] |= {"severity": "HARD", "parameters": {"years": 30}}
    found = house.post(head, SIMULATION, window(house, document=document))
    assert found.status_code == 200, found.text
    told = found.json()
    assert told["complete"] is True
    assert told["counts"]["mutation"] == {"cases": 1, "changed": 1, "unchanged": 0, "unreadable": 0}
    (change,) = told["changes"]
    assert (change["id"], change["after"], change["subject"]["id"]) == (state.id, "refused", state.subject_id)
    assert change["subject"]["nip"] == house.nip(state.subject_id)
    (why,) = [item for item in change["why"] if item["what"] == "tenure_minimum"]
    assert why["parameters"] == {"years": {"before": 2, "after": 30}}
    auditor = min(house.world.offices.holders("auditor", house.world.today))
    house.app.state.services.access_log.flush()
    events = house.get(auditor, "/v1/audit/events", type="PersonalDataRead", limit=200).json()["items"]
    assert any(event["data"].get("what") == "simulation" for event in events)


def test_whoever_neither_makes_law_nor_audits_simulates_nothing(house: House) -> None:
    asked = window(house, policy_id="kota-serang/2026-01")
    for who in (house.a_stranger(), house.world.holder("personnel_analyst"), house.key("employees:read")):
        assert house.post(who, SIMULATION, asked).status_code == 403


def test_what_cannot_be_simulated_is_said_so_before_anything_runs(house: House) -> None:
    head = house.world.holder("agency_head")
    unsound = next_text(house, committee=next_text(house)["committee"] | {"quorum": 9})
    for asked, status, code in (
        (window(house), 422, "invalid-request"),
        (window(house, policy_id="kota-serang/2026-01", document={}), 422, "invalid-request"),
        (window(house, policy_id="x/y"), 404, "not-found"),
        (window(house, document={}), 422, "policy-unsound"),
        (window(house, document=unsound), 422, "policy-unsound"),
        ({"policy_id": "x/y", "from": "2026-01-02", "to": "2026-01-01"}, 422, "invalid-request"),
        ({"policy_id": "x/y", "from": "2025-01-01", "to": "2026-06-01"}, 422, "invalid-request"),
    ):
        answer = house.post(head, SIMULATION, asked)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_one_runs_at_a_time_and_none_for_longer_than_the_server_allows(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, services = house.world.holder("agency_head"), house.app.state.services
    asked = window(house, policy_id="kota-serang/2026-01")
    with services.simulating:
        busy = house.post(head, SIMULATION, asked)
    assert (busy.status_code, busy.json()["code"]) == (503, "simulation-running")
    assert int(busy.headers["Retry-After"]) > 0
    # So short that it is over before the process has read anything.
    monkeypatch.setitem(services.installation.settings.__dict__, "simulation_seconds", 0)
    ended = house.post(head, SIMULATION, asked)
    assert (ended.status_code, ended.json()["code"]) == (409, "simulation-too-long")
    assert not services.simulating.locked()
