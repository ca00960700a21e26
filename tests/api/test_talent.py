"""Nine boxes over HTTP: who sees which members, what one hears of oneself, how far the campaign is."""

from __future__ import annotations

from datetime import date

import pytest

from domain.identity import SYSTEM
from domain.profiling_commands import RemindProfiling
from domain.talent_commands import ComponentRow, RecordTalentComponents
from tests.api.conftest import House
from tests.api.test_documents import file
from tests.ledger.test_talent import cact, rate
from tests.world import new_id


@pytest.fixture
def placed(house: House) -> list[str]:
    """Four people: in box 8, in box 9, only rated, only tested."""
    people = house.plain()[:4]
    installation = house.world.installation
    rate(installation, people[:3])
    cact(installation, [people[0], people[1], people[3]], points=85)
    rate(installation, [people[1]], judged=1)
    return people


def analyst(house: House) -> str:
    return house.world.holder("personnel_analyst")


def test_the_grid_counts_every_civil_servant_once(house: House, placed: list[str]) -> None:
    body = house.get(analyst(house), "/v1/talent/grid").json()
    counts = {box["box"]: box["count"] for box in body["boxes"]}
    assert sorted(counts) == list(range(1, 10))
    assert (counts[8], counts[9], counts[1]) == (1, 1, 0)
    assert sum(counts.values()) + body["unmapped"]["count"] == body["people"]
    assert body["people"] == len(house.world.synthetic.employees) - 1  # the mayor is elected
    (member,) = next(box["members"] for box in body["boxes"] if box["box"] == 9)
    assert (member["id"], member["performance"]) == (placed[1], 10_000)
    assert member["potential"] >= 8000
    assert [box["box"] for box in body["boxes"] if box["in_pool"]] == [9, 8, 7]


def test_the_unmapped_are_told_apart_by_what_they_lack(house: House, placed: list[str]) -> None:
    reasons = house.get(analyst(house), "/v1/talent/grid").json()["unmapped"]["reasons"]
    people = house.get(analyst(house), "/v1/talent/grid").json()["people"]
    # Nobody here has filed a document yet: that is a reason of its own.
    assert reasons == {"no_skp": people - 3, "no_cact": people - 3, "documents_missing": people - 2}
    (rated,) = (
        item
        for item in house.get(analyst(house), "/v1/talent/unmapped", limit=200).json()["items"]
        if item["reasons"][0] == "no_cact"
    )
    assert rated["id"] == placed[2]
    assert rated["documents_missing"] == ["SK_PANGKAT", "SK_JABATAN", "IJAZAH"]


def test_the_documents_that_profiling_waits_for_are_named_until_they_are_filed(
    house: House, placed: list[str]
) -> None:
    def lacking() -> list[str]:
        page = house.get(analyst(house), "/v1/talent/unmapped", reason="documents_missing", limit=200).json()
        return next((item["documents_missing"] for item in page["items"] if item["id"] == placed[2]), [])

    assert lacking() == ["SK_PANGKAT", "SK_JABATAN", "IJAZAH"]
    for document_type in ("858", "SK_JABATAN", "IJAZAH"):
        assert lacking() != []
        assert file(house, placed[2], house.nip(placed[2]), document_type=document_type).status_code == 201
    assert lacking() == []


def remind(house: House) -> None:
    command = RemindProfiling(command_id=new_id(), actor=SYSTEM)
    house.world.installation.ledger.execute(command)


def test_a_unit_s_personnel_officer_finds_the_reminder_of_that_unit_alone(
    house: House, placed: list[str]
) -> None:
    agency = house.world.agency
    unit = agency.apparatus_of(agency.unit_of(agency.people[placed[0]].position_id))
    officer = house.world.holder(f"unit_personnel_officer@{unit}")
    assert house.get(officer, "/v1/talent/reminders").json()["items"] == []
    remind(house)
    (item,) = house.get(officer, "/v1/talent/reminders").json()["items"]
    assert (item["unit"]["id"], item["office"]) == (unit, f"unit_personnel_officer@{unit}")
    assert (item["times"], item["target_date"]) == (1, "2026-12-31")
    assert item["people"] == item["mapped"] + item["unmapped"]
    assert item["reasons"]["documents_missing"] == item["unmapped"]
    assert house.get(placed[0], "/v1/talent/reminders").json()["items"] == []
    assert house.get(house.key("employees:read"), "/v1/talent/reminders").json()["items"] == []
    report = house.get(officer, "/v1/talent/campaign").json()["units"]
    (own,) = (each for each in report if each["id"] == unit)
    assert own["reminder"] == {
        "office": item["office"],
        "reminded_on": item["reminded_on"],
        "times": 1,
        "people": item["people"],
        "mapped": item["mapped"],
    }


def test_a_reminder_is_gone_when_everybody_of_the_unit_is_in_a_box(house: House, placed: list[str]) -> None:
    agency, installation = house.world.agency, house.world.installation
    remind(house)
    units = {row["id"]: row for row in house.get(analyst(house), "/v1/talent/campaign").json()["units"]}
    unit = min((u for u in units if units[u]["reminder"]), key=lambda u: units[u]["people"])
    officers = sorted(house.world.offices.holders(f"unit_personnel_officer@{unit}", house.world.today))
    people = [
        one.id
        for one in agency.people.values()
        if agency.apparatus_of(agency.unit_of(one.position_id)) == unit
    ]
    who = officers[0] if officers else house.world.holder(f"unit_personnel_officer@{unit}")
    assert unit in {i["unit"]["id"] for i in house.get(who, "/v1/talent/reminders").json()["items"]}
    rate(installation, people)
    cact(installation, people)
    assert unit not in {i["unit"]["id"] for i in house.get(who, "/v1/talent/reminders").json()["items"]}


def test_the_head_of_a_unit_sees_that_unit_only(house: House, placed: list[str]) -> None:
    agency = house.world.agency
    mine = agency.apparatus_of(agency.unit_of(agency.people[placed[0]].position_id))
    assert mine is not None
    head = house.world.holder(f"unit_head@{mine}")
    body = house.get(head, "/v1/talent/grid").json()
    everybody = house.get(analyst(house), "/v1/talent/grid", unit=mine).json()
    assert 0 < body["people"] == everybody["people"]
    other = next(unit for unit in agency.apparatuses() if unit != mine and agency.units[unit].parent_id)
    assert house.get(head, "/v1/talent/grid", unit=other).status_code == 404
    assert house.get(analyst(house), "/v1/talent/grid", unit=other).status_code == 200


def test_who_leads_nobody_sees_no_grid(house: House, placed: list[str]) -> None:
    for path in ("/v1/talent/grid", "/v1/talent/campaign", "/v1/talent/unmapped"):
        assert house.get(placed[0], path).status_code == 403


@pytest.mark.parametrize("unit", ["nowhere", "\x00", "☃"])
def test_a_unit_that_is_not_there(house: House, unit: str) -> None:
    assert house.get(analyst(house), "/v1/talent/grid", unit=unit).status_code in (404, 422)


def test_members_are_cut_and_counts_are_not(house: House, placed: list[str]) -> None:
    body = house.get(analyst(house), "/v1/talent/grid", limit=1).json()
    assert len(body["unmapped"]["members"]) == 1 < body["unmapped"]["count"]


def test_everybody_hears_their_own_box_and_what_leads_further(house: House, placed: list[str]) -> None:
    person = placed[0]
    body = house.get(person, f"/v1/employees/{house.nip(person)}/talent").json()
    assert (body["state"], body["box"], body["in_pool"]) == ("mapped", 8, True)
    assert (body["next"][0]["box"], body["next"][0]["lacking"]) == (9, 500)
    assert body["ratings"][0]["predicate"] == "BAIK"
    assert body["formula"]["version"] == "kepka-bkn-411-2025/claimed-1"
    assert body["formula"]["doubt"]
    assert len(body["placement_hash"]) == 64
    assert {part["status"] for part in body["components"]} == {"counted", "missing"}


def test_the_unmapped_hear_what_they_lack_in_their_language(house: House, placed: list[str]) -> None:
    path = f"/v1/employees/{house.nip(placed[2])}/talent"
    body = house.get(placed[2], path).json()
    assert (body["state"], body["box"], body["next"]) == ("unmapped", None, [])
    assert body["gaps"][0]["message"] == "Penilaian kompetensi belum ada."
    headers = house.headers(placed[2]) | {"Accept-Language": "en"}
    english = house.client.get(path, headers=headers).json()
    assert english["gaps"][0]["message"] == "There is no Competency assessment yet."


def test_a_colleagues_place_is_nobodys_business(house: House, placed: list[str]) -> None:
    path = f"/v1/employees/{house.nip(placed[0])}/talent"
    assert house.get(placed[1], path).status_code == 404
    assert house.get(analyst(house), path).status_code == 200
    house.app.state.services.access_log.flush()
    auditor = house.world.holder("inspector")
    reads = house.get(auditor, "/v1/audit/events", type="PersonalDataRead").json()["items"]
    assert [(e["data"]["what"], e["data"]["subject_id"]) for e in reads] == [("talent", placed[0])]


def test_an_award_is_shown_as_counted(house: House, placed: list[str]) -> None:
    row = ComponentRow(person_id=placed[0], component="awards", score=10_000, valid_until=date(2029, 1, 1))
    command = RecordTalentComponents(command_id=new_id(), actor=SYSTEM, rows=(row,))
    house.world.installation.ledger.execute(command)
    body = house.get(placed[0], f"/v1/employees/{house.nip(placed[0])}/talent").json()
    (award,) = (part for part in body["components"] if part["component"] == "awards")
    assert (award["status"], award["score"], body["box"]) == ("counted", 10_000, 9)


def test_the_campaign_adds_up_and_names_its_target(house: House, placed: list[str]) -> None:
    body = house.get(analyst(house), "/v1/talent/campaign").json()
    assert body["target_date"] == "2026-12-31"
    assert body["mapped"] == 2
    assert body["people"] == body["mapped"] + body["unmapped"] == sum(u["people"] for u in body["units"])
    assert [unit["unmapped"] for unit in body["units"]] == sorted(
        (unit["unmapped"] for unit in body["units"]), reverse=True
    )


def test_the_unmapped_are_paged_each_once(house: House, placed: list[str]) -> None:
    found: list[str] = []
    place: dict[str, str] = {}
    for _ in range(10):
        page = house.get(analyst(house), "/v1/talent/unmapped", limit=40, **place).json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        place = {"cursor": page["next"]}
    total = house.get(analyst(house), "/v1/talent/campaign").json()["unmapped"]
    assert len(found) == len(set(found)) == total
    only = house.get(analyst(house), "/v1/talent/unmapped", reason="cact_lapsed").json()
    assert only["items"] == []
