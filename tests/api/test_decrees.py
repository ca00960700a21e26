"""What somebody who holds a decree can learn of it without signing in."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.decrees import QUESTIONS_PER_ADDRESS
from domain.decree_codes import code_hash
from ledger.decree_code import decree_code
from tests.api.conftest import House


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One indexed read; its column is compared on both databases in tests/projections."""
    return f"sqlite+pysqlite:///{tmp_path / 'jenjang.db'}"


def test_a_decree_is_genuine_superseded_or_unknown_and_tells_no_more_than_it_shows(house: House) -> None:
    state = house.world.walk(house.a_case(), until="duty_statement")
    (reader, *_) = sorted(house.world.offices.holders("agency_head", house.world.today))
    shown = house.get(reader, f"/v1/personnel-actions/{state.id}").json()
    code = shown["decree"]["code"]
    assert state.decree is not None
    assert state.decree.code_hash == code_hash(code)
    told = house.get(None, f"/v1/decrees/{code.upper()}").json()
    assert told["standing"] == "genuine"
    assert (told["number"], told["decree_date"]) == (shown["decree"]["number"], shown["decree"]["date"])
    name, nip = shown["subject"]["name"], shown["subject"]["nip"]
    assert told["subject"]["nip_ending"] == nip[-4:]
    said = house.get(None, f"/v1/decrees/{code}").text
    assert nip not in said
    assert name.partition(",")[0] not in said
    assert state.id not in said
    for wrong in (decree_code(bytes(32), state.id), "x", "%20", state.id, "a" * 64):
        unknown = house.get(None, f"/v1/decrees/{wrong}")
        assert unknown.status_code == 200
        assert {key: value for key, value in unknown.json().items() if value is not None} == {
            "standing": "unknown"
        }
    (secretary, *_) = sorted(house.world.offices.holders("appointing_official", house.world.today))
    body = {"reason": "salah orang", "authority": "PPK", "letter_number": "800/1"}
    annulled = house.post(secretary, f"/v1/personnel-actions/{state.id}/annulment", body)
    assert annulled.status_code == 200, annulled.text
    assert house.get(None, f"/v1/decrees/{code}").json()["standing"] == "superseded"
    for _ in range(QUESTIONS_PER_ADDRESS):
        answer = house.get(None, f"/v1/decrees/{code}")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
