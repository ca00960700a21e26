"""What you may not see is not there: people, across every kind of reader."""

from __future__ import annotations

from domain.offices import split_key
from tests.api.conftest import House


def unit_head(house: House) -> tuple[str, str]:
    """A head of an apparatus who reads nothing beyond it, and the apparatus."""
    world = house.world
    policy = world.view.policy_in_force(world.today)
    wide = {*policy.readers["agency"], *policy.readers["audit"]}
    for unit in world.agency.apparatuses():
        for person in sorted(world.offices.holders(f"unit_head@{unit}", world.today)):
            if not wide & world.offices.titles_of(person, world.today):
                return person, unit
    raise AssertionError("no such head")


def test_a_unit_head_sees_the_files_of_the_own_apparatus_only(house: House) -> None:
    head, _ = unit_head(house)
    agency, keys = house.world.agency, house.world.offices.keys_of(head, house.world.today)
    mine = {unit for title, unit in map(split_key, keys) if title in {"unit_head", "unit_personnel_officer"}}
    for person in list(agency.people.values())[:60]:
        inside = agency.apparatus_of(agency.unit_of(person.position_id)) in mine
        answer = house.get(head, f"/v1/employees/{house.nip(person.id)}")
        assert answer.status_code == (200 if inside or person.id == head else 404)


def test_agency_readers_and_auditors_see_everybody(house: House) -> None:
    person = house.plain()[0]
    for office in ("personnel_analyst", "agency_head", "regional_secretary", "inspector"):
        reader = house.world.holder(office)
        assert house.get(reader, f"/v1/employees/{house.nip(person)}").status_code == 200, office


def test_nobody_without_a_credential_sees_anything(house: House) -> None:
    nip = house.nip(house.plain()[0])
    for path in (
        f"/v1/employees/{nip}",
        f"/v1/employees/{nip}/documents",
        "/v1/delegations",
        "/v1/overrides",
        "/v1/positions",
        "/v1/units",
        "/v1/audit/events",
        "/v1/audit/proofs/inclusion",
        "/v1/me",
    ):
        answer = house.get(None, path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_ended_key_opens_nothing(house: House) -> None:
    from accounts.api_keys import list_keys, revoke_key

    key = house.key("employees:read")
    assert house.get(key, "/v1/units").status_code == 200
    assert revoke_key(house.world.installation, list_keys(house.world.installation)[0]["key_id"])
    assert house.get(key, "/v1/units").status_code == 401


def test_the_override_register_is_open_and_names_who_decided(house: House) -> None:
    world = house.world
    case = world.submit(world.movable()[0], world.vacancies()[0])
    done = world.walk(case.state)
    shown = house.get(world.movable()[1], "/v1/overrides").json()["items"]
    assert {entry["rule"] for entry in shown} == set(done.overridden)
    assert all(entry["confirmed_by"]["name"] for entry in shown)
