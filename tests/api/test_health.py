"""What operators ask."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.api.conftest import House


def test_it_is_ready_without_temporal(house: House) -> None:
    assert house.get(None, "/health/live").json() == {"status": "live"}
    answer = house.get(None, "/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "current",
        "writer": "alive",
        "temporal": "degraded",
    }


def test_it_is_not_ready_without_its_writer(house: House) -> None:
    house.world.installation.ledger.close()
    answer = house.get(None, "/health/ready")
    assert answer.status_code == 503
    assert answer.json()["writer"] == "stopped"


def test_numbers_are_for_the_machine_itself_and_name_no_paths(house: House) -> None:
    person = house.plain()[0]
    house.get(person, f"/v1/employees/{house.nip(person)}")
    assert house.get(person, "/metrics").status_code == 404
    with TestClient(house.app, client=("127.0.0.1", 50000)) as local:
        text = local.get("/metrics").text
    assert 'route="/v1/employees/{nip}"' in text
    assert house.nip(person) not in text
    assert "jenjang_events " in text
    assert "jenjang_open_tasks 0.0" in text
