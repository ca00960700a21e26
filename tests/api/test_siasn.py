"""Differences with SIASN over HTTP: by whom they are settled, what becomes of the register, lawful after."""

from __future__ import annotations

from typing import Any

import pytest

from domain.identity import SYSTEM
from domain.siasn_commands import FoundDifference, RecordSiasnDifferences
from operations.verification import verify_installation
from projections import siasn_differences
from tests.api.conftest import House
from tests.projections.test_small_registers import assert_rebuilt_the_same
from tests.world import new_id

ELSEWHERE = {"outcome": "dismissed", "reason": "SIASN belum diperbarui"}


def differs(house: House, person: str, field: Any, theirs: str, ours: str | None = None) -> str:
    found = FoundDifference(difference_id=new_id(), field=field, ours=ours, theirs=theirs)
    command = RecordSiasnDifferences(command_id=new_id(), actor=SYSTEM, person_id=person, found=(found,))
    house.world.installation.ledger.execute(command)
    return found.difference_id


@pytest.fixture
def person(house: House) -> str:
    return house.plain()[0]


def analyst(house: House) -> str:
    return house.world.holder("personnel_analyst")


def settle(house: House, who: str, difference: str, body: Any = None) -> Any:
    path = f"/v1/siasn/differences/{difference}/settlement"
    return house.post(who, path, body or {"outcome": "accepted"})


def test_an_officer_takes_siasns_word_over(house: House, person: str) -> None:
    name = differs(house, person, "name", "Siti Aminah, S.E.")
    status = differs(house, person, "employment_status", "03", "01")
    listed = house.get(analyst(house), "/v1/siasn/differences").json()["items"]
    assert [(item["id"], item["field"], item["theirs"]) for item in listed] == [
        (name, "name", "Siti Aminah, S.E."),
        (status, "employment_status", "03"),
    ]
    for difference in (name, status):
        settled = settle(house, analyst(house), difference)
        assert (settled.status_code, settled.json()["state"]) == (200, "accepted"), settled.text
    shown = house.get(person, f"/v1/employees/{house.nip(person)}").json()
    assert shown["name"] == "Siti Aminah, S.E."
    assert house.world.agency.people[person].employment_status == "03"
    assert settle(house, analyst(house), name).status_code == 404, "it waits no longer"
    assert house.get(analyst(house), "/v1/siasn/differences").json()["items"] == []
    verified = verify_installation(house.world.installation.settings)
    assert verified.findings == ()
    assert_rebuilt_the_same(house.world, siasn_differences.SiasnDifferences())


def test_who_may_not_settle_learns_nothing(house: House, person: str) -> None:
    mine = differs(house, person, "grade_since", "2024-04-01")
    assert house.get(person, "/v1/siasn/differences").status_code == 403
    assert settle(house, person, mine).status_code == 404
    own = differs(house, analyst(house), "name", "Lain")
    refused = settle(house, analyst(house), own)
    assert (refused.status_code, refused.json()["code"]) == (403, "excluded-owner")


def test_a_dismissal_needs_a_reason_and_a_unit_is_never_taken_over(house: House, person: str) -> None:
    unit = differs(house, person, "unit", "ab" * 16)
    assert settle(house, analyst(house), unit).json()["code"] == "not-due"
    assert settle(house, analyst(house), unit, {"outcome": "dismissed"}).json()["code"] == "reason-required"
    assert settle(house, analyst(house), unit, ELSEWHERE).status_code == 200
    with house.world.installation.reader.engine.connect() as connection:
        row = siasn_differences.by_id(connection, unit)
    assert row is not None
    assert (row["state"], row["settled_by"]) == ("dismissed", analyst(house))
