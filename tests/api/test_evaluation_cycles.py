"""Cycles over HTTP, on both databases."""

from __future__ import annotations

from typing import Any

from audit.verify import verify
from demo.play import new_id
from domain.evaluation_commands import OpenEvaluations
from domain.evaluation_cycle import evaluation_id
from domain.identity import SYSTEM
from projections import evaluation_cycles as cycles
from projections.catalogue import all_projections
from tests.api.conftest import House
from tests.api.test_evaluations import walk

HALF = {"period_start": "2026-01-01", "period_end": "2026-06-30"}


def opened(house: House, **changes: Any) -> dict[str, Any]:
    answer = house.post(house.world.holder("agency_head"), "/v1/evaluation-cycles", HALF | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/v1/evaluation-cycles/{found['id']}"
    return found


def fill(house: House, cycle_id: str) -> None:
    """What the cycle's process does in the ledger."""
    installation = house.world.installation
    while not row_of(house, cycle_id)["complete"]:
        command = OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=cycle_id, limit=100)
        installation.ledger.execute(command)


def row_of(house: House, cycle_id: str) -> dict[str, Any]:
    with house.world.installation.reader.engine.connect() as connection:
        row = cycles.by_id(connection, cycle_id)
    assert row is not None
    return row


def shown(house: House, cycle_id: str) -> dict[str, Any]:
    answer = house.get(house.world.holder("agency_head"), f"/v1/evaluation-cycles/{cycle_id}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def verified(house: House) -> bool:
    installation = house.world.installation
    verification = verify(
        installation.reader.engine,
        keys=[installation.signer.vkey],
        kept_checkpoints=[],
        sealing_key=installation.sealing_key,
        projections=all_projections(),
        origin="jenjang.kota-serang",
    )
    assert verification.ok, verification.as_text()
    return verification.ok


def test_a_cycle_is_opened_watched_and_closed(house: House) -> None:
    cycle = opened(house)
    assert (cycle["status"], cycle["opened"]) == ("opening", 0)
    fill(house, cycle["id"])
    running = shown(house, cycle["id"])
    assert running["status"] == "running"
    assert running["progress"]["total"] == running["expected"] == running["opened"]
    assert running["progress"]["by_phase"] == {"planning": running["expected"]}
    assert sum(unit["total"] for unit in running["units"]) == running["expected"]
    found = house.get(house.key("actions:read"), "/v1/personnel-actions", kind="evaluation", limit=1).json()
    walk(house, found["items"][0]["id"], "completed")
    assert shown(house, cycle["id"])["progress"]["completed"] == 1
    closing = f"/v1/evaluation-cycles/{cycle['id']}/closure"
    closed = house.post(house.world.holder("agency_head"), closing, None).json()
    assert closed["status"] == "closed"
    assert len(closed["missing"]) == running["expected"] - 1
    assert verified(house)


def test_a_repeated_request_opens_no_second_cycle(house: House) -> None:
    head = house.world.holder("agency_head")
    answers = [house.post(head, "/v1/evaluation-cycles", HALF, Idempotency_Key="siklus-1") for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[1].headers["Idempotent-Replay"] == "true"


def test_a_cycle_still_opening_is_not_closed(house: House) -> None:
    closing = f"/v1/evaluation-cycles/{opened(house)['id']}/closure"
    refused = house.post(house.world.holder("agency_head"), closing, None)
    assert (refused.status_code, refused.json()["code"]) == (409, "cycle-not-complete")


def test_strangers_neither_open_nor_see_cycles(house: House) -> None:
    cycle = opened(house)
    stranger = house.a_stranger()
    assert house.post(stranger, "/v1/evaluation-cycles", HALF).status_code == 403
    assert house.get(stranger, f"/v1/evaluation-cycles/{cycle['id']}").status_code == 404
    assert house.post(stranger, f"/v1/evaluation-cycles/{cycle['id']}/closure", None).status_code == 403


def test_what_a_cycle_names_has_to_exist(house: House) -> None:
    head = house.world.holder("agency_head")
    unknown = house.post(head, "/v1/evaluation-cycles", HALF | {"unit_ids": ["nowhere"]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-reference")
    missing = "7f8a5c52-4a06-4f9b-9a5c-000000000000"
    assert house.get(head, f"/v1/evaluation-cycles/{missing}").status_code == 404
    assert house.post(head, f"/v1/evaluation-cycles/{missing}/closure", None).status_code == 404


def test_the_achievement_stands_beside_the_calibration_and_the_ratings_are_counted(house: House) -> None:
    cycle = opened(house)
    fill(house, cycle["id"])
    unit = next(u for u in shown(house, cycle["id"])["units"] if u["unit"]["name"].startswith("Dinas "))
    analyst, sekda = house.world.holder("personnel_analyst"), house.world.holder("regional_secretary")
    path = f"/v1/evaluation-cycles/{cycle['id']}/units/{unit['unit']['id']}"
    body = {"achievement": "SANGAT_KURANG", "document_number": "000.8/12-Org/2026"}
    rated = house.post(analyst, f"{path}/achievement", body)
    assert (rated.status_code, rated.json()["pattern"]["achievement"]) == (200, "SANGAT_KURANG"), rated.text
    members = house.world.agency.people
    subject = next(
        p
        for p in house.plain()
        if house.world.agency.apparatus_of(house.world.agency.unit_of(members[p].position_id))
        == unit["unit"]["id"]
    )
    action = walk(house, evaluation_id(cycle["id"], subject), "calibration")
    task = house.get(sekda, f"/v1/tasks/{action['open_tasks'][0]['id']}").json()
    assert task["consideration"]["expected_most_frequent"] == ["SANGAT_KURANG", "KURANG"]
    counted = house.get(sekda, f"{path}/distribution").json()
    assert (counted["counts"]["BAIK"], counted["fits"]) == (1, False)
    refused = house.post(sekda, f"{path}/consideration", {})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason-required")
    considered = house.post(sekda, f"{path}/consideration", {"reason": "unit baru dibentuk"})
    assert considered.json()["pattern"]["considered"]["fits"] is False
    walk(house, action["id"], "completed")
    assert verified(house)


def test_counts_are_the_committees_and_no_stranger_records_an_achievement(house: House) -> None:
    cycle = opened(house)
    fill(house, cycle["id"])
    unit = shown(house, cycle["id"])["units"][0]["unit"]["id"]
    path = f"/v1/evaluation-cycles/{cycle['id']}/units/{unit}"
    body = {"achievement": "BAIK", "document_number": "000.8/12-Org/2026"}
    stranger = house.a_stranger()
    assert house.get(stranger, f"{path}/distribution").status_code == 404
    assert house.post(stranger, f"{path}/achievement", body).status_code == 403
    missing = "/v1/evaluation-cycles/7f8a5c52-4a06-4f9b-9a5c-000000000000/units"
    analyst = house.world.holder("personnel_analyst")
    assert house.post(analyst, f"{missing}/{unit}/achievement", body).status_code == 404
