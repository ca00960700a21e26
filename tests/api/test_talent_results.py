"""Results entered over HTTP: by whom, seen by whom, counted when a second person approves, lawful after."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from operations.verification import verify_installation
from projections import talent_places, talent_results
from tests.api.conftest import House
from tests.ledger.test_talent import cact, rate
from tests.projections.test_small_registers import assert_rebuilt_the_same

AWARD = {"component": {"component": "awards", "score": 10_000, "valid_until": "2029-12-31"}}
TEST_OF_ANOTHER = {"withdrawal": {"tested_on": "2026-03-02"}, "reason": "hasil pegawai lain"}


@pytest.fixture
def person(house: House) -> str:
    """Somebody in box 8."""
    found = house.plain()[0]
    rate(house.world.installation, [found])
    cact(house.world.installation, [found])
    return found


def analyst(house: House) -> str:
    return house.world.holder("personnel_analyst")


def division_head(house: House) -> str:
    return house.world.holder("transfer_division_head")


def enter(house: House, who: str, person: str, body: Any = AWARD, **headers: str) -> Any:
    return house.post(who, f"/v1/employees/{house.nip(person)}/talent/results", body, **headers)


def decide(house: House, who: str, entry: str, outcome: str = "approve", reason: str = "") -> Any:
    body = {"outcome": outcome, "reason": reason}
    return house.post(who, f"/v1/talent/results/{entry}/decision", body)


def box(house: House, person: str) -> int | None:
    found = house.get(person, f"/v1/employees/{house.nip(person)}/talent").json()["box"]
    return found if found is None else int(found)


def waiting(house: House, who: str) -> list[dict[str, Any]]:
    return list(house.get(who, "/v1/talent/results", state="waiting").json()["items"])


def test_an_award_waits_for_the_second_person_and_then_moves_the_box(house: House, person: str) -> None:
    entered = enter(house, analyst(house), person)
    assert (entered.status_code, entered.json()["state"]) == (201, "waiting"), entered.text
    assert box(house, person) == 8
    (item,) = waiting(house, division_head(house))
    assert (item["id"], item["person"]["id"], item["what"]) == (entered.json()["id"], person, "component")
    assert item["result"]["score"] == 10_000
    assert item["entered_by"]["id"] == analyst(house)
    approved = decide(house, division_head(house), item["id"])
    assert (approved.status_code, approved.json()["state"]) == (200, "counted"), approved.text
    assert box(house, person) == 9
    (done,) = house.get(analyst(house), "/v1/talent/results", state="counted").json()["items"]
    assert (done["decided_by"]["id"], done["result"]) == (division_head(house), None)


def test_a_wrong_result_is_withdrawn_with_a_reason(house: House, person: str) -> None:
    without = enter(house, analyst(house), person, {"withdrawal": {"tested_on": "2026-03-02"}})
    assert (without.status_code, without.json()["code"]) == (422, "reason-required")
    entry = enter(house, analyst(house), person, TEST_OF_ANOTHER).json()["id"]
    assert decide(house, division_head(house), entry).status_code == 200
    assert box(house, person) is None
    unmapped = house.get(analyst(house), "/v1/talent/unmapped", reason="no_cact", limit=200).json()["items"]
    assert person in {item["id"] for item in unmapped}


def test_who_may_enter_and_who_may_confirm(house: House, person: str) -> None:
    world = house.world
    own = house.post(person, f"/v1/employees/{house.nip(person)}/talent/results", AWARD)
    assert own.status_code == 403
    assert enter(house, house.plain()[1], person).status_code == 404
    assert enter(house, world.holder("inspector"), person).status_code == 403
    assert enter(house, house.key("employees:read", "documents:write"), person).status_code == 403
    mine = enter(house, analyst(house), analyst(house))
    assert (mine.status_code, mine.json()["code"]) == (403, "excluded-owner")
    entry = enter(house, analyst(house), person).json()["id"]
    assert decide(house, analyst(house), entry).status_code == 403
    assert decide(house, world.holder("inspector"), entry).status_code == 403
    assert decide(house, person, entry).status_code == 404
    assert decide(house, division_head(house), "nothing").status_code == 404
    assert house.get(person, "/v1/talent/results").status_code == 403
    assert house.get(world.holder("auditor"), "/v1/talent/results").status_code == 200
    rejected = decide(house, division_head(house), entry, "reject", "piagam tidak ada")
    assert rejected.json()["state"] == "rejected"
    assert decide(house, division_head(house), entry).status_code == 404
    assert box(house, person) == 8


def test_nobody_finds_out_here_who_is_in_the_register(house: House, person: str) -> None:
    """An assessor's number that nobody has is told to those alone who may enter results."""
    rating = {"period_start": "2025-01-01", "period_end": "2025-12-31", "result": 1, "conduct": 1}
    told = set()
    for assessor in (house.nip(house.plain()[1]), "199001012015011999"):
        body = {"rating": rating | {"assessor_nip": assessor}, "reason": "salah ketik"}
        answer = enter(house, person, person, body)
        told.add((answer.status_code, answer.json()["code"]))
    assert told == {(403, "not-permitted")}


@pytest.mark.parametrize(
    "body",
    [
        {},
        AWARD | TEST_OF_ANOTHER,
        {"component": AWARD["component"] | {"score": 10_001}},
        {"component": AWARD["component"] | {"component": "karisma"}},
        {"component": AWARD["component"] | {"person_id": "x"}},
        {"withdrawal": {}, "reason": "salah"},
        {"rating": {"period_start": "2025-01-01", "period_end": "2025-12-31", "result": 4, "conduct": 1}},
    ],
)
def test_what_is_no_result_is_refused(house: House, person: str, body: Any) -> None:
    assert enter(house, analyst(house), person, body).status_code == 422


def test_a_rating_is_replaced_by_another_of_the_same_period(house: House, person: str) -> None:
    rating = {"period_start": "2025-01-01", "period_end": "2025-12-31", "result": 1, "conduct": 1}
    wrong = {"rating": rating | {"assessor_nip": "000000000000000000"}, "reason": "salah ketik"}
    assert enter(house, analyst(house), person, wrong).json()["code"] == "unknown-reference"
    entry = enter(house, analyst(house), person, {"rating": rating, "reason": "salah ketik"}).json()["id"]
    assert decide(house, division_head(house), entry).status_code == 200
    assert box(house, person) == 9


def test_a_repeat_is_entered_once(house: House, person: str) -> None:
    first, again = (enter(house, analyst(house), person, Idempotency_Key="satu") for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    assert len(waiting(house, division_head(house))) == 1


def test_a_history_of_entries_is_lawful_rebuilds_the_same_and_hides_the_values(
    house: House, person: str
) -> None:
    bodies = (AWARD, TEST_OF_ANOTHER, {"component": AWARD["component"] | {"component": "feedback_360"}})
    for body, outcome in zip(bodies, ("approve", "approve", "reject"), strict=True):
        entry = enter(house, analyst(house), person, body).json()["id"]
        assert decide(house, division_head(house), entry, outcome, "karena").status_code == 200
    rate(house.world.installation, [person], judged=1)
    cact(house.world.installation, [person], points=70)
    enter(house, analyst(house), person, {"component": AWARD["component"] | {"component": "field_fit"}})
    installation = house.world.installation
    found = verify_installation(installation.settings)
    assert found.ok, found.as_text()
    for projection in (talent_places.TalentPlaces(), talent_results.TalentResults()):
        assert_rebuilt_the_same(house.world, projection)
    with installation.reader.engine.connect() as connection:
        statement = "SELECT record FROM events WHERE type LIKE 'TalentResult%%'"
        records = [bytes(record) for record in connection.exec_driver_sql(statement).scalars()]
        place = next(r for r in talent_places.of_units(connection, None) if r["person_id"] == person)
    assert len(records) >= 7
    # A number stands by itself: an id may hold the same digits.
    for secret in (
        rb"awards",
        rb"hasil pegawai lain",
        rb"[:,\[]9000[,\]}]",
        rb"[:,\[]10000[,\]}]",
        rb"karena",
    ):
        assert [record for record in records if re.search(secret, record)] == []
    assert (place["tested_on"], place["box"]) == (date(2026, 3, 2).isoformat(), 7)
