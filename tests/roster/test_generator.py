"""The synthetic agency has everybody whom a case needs, at any size."""

from collections import Counter
from datetime import date

import pytest

from domain.employment import STATE_OFFICIAL, PositionKind
from domain.nip import parse_nip
from roster.generate_units import PERSONNEL_AGENCY
from roster.generator import Agency, generate_agency


@pytest.fixture(scope="module", params=[200, 2_500])
def sized(request: pytest.FixtureRequest) -> Agency:
    return generate_agency(people=request.param)


def holders(agency: Agency) -> dict[str, str]:
    names = {position.position_id: position.name for position in agency.positions}
    return {names[person.position_id]: person.employment_status for person in agency.employees}


def test_the_same_seed_gives_the_same_agency(agency: Agency) -> None:
    assert generate_agency(people=200) == agency
    assert generate_agency(people=200, seed=1) != agency


def test_every_office_has_its_head_secretary_and_personnel_officer(sized: Agency) -> None:
    held = holders(sized)
    offices = [unit for unit in sized.units if unit.parent_id == "3673"]
    assert len(offices) == 33
    for office in offices:
        assert held[f"Sekretaris {office.name}"] == "01"
        assert held[f"Kepala Subbagian Umum dan Kepegawaian {office.name}"] == "01"
    for head in ("Sekretaris Daerah", "Inspektur", f"Kepala {PERSONNEL_AGENCY}", "Camat Serang"):
        assert held[head] == "01"


def test_the_mayor_is_a_state_official(sized: Agency) -> None:
    (mayor,) = [position for position in sized.positions if position.kind is PositionKind.PPK]
    (holder,) = [person for person in sized.employees if person.position_id == mayor.position_id]
    assert (mayor.position_id, mayor.name) == ("J00001", "Wali Kota Serang")
    assert (holder.employment_status, holder.nip_kind) == (STATE_OFFICIAL, "PNS")


def test_the_personnel_agency_can_verify_and_propose(sized: Agency) -> None:
    unit_id = next(unit.unit_id for unit in sized.units if unit.name == PERSONNEL_AGENCY)
    held = {person.position_id for person in sized.employees}
    names = Counter(
        position.name.rsplit(" Ahli", 1)[0]
        for position in sized.positions
        if position.unit_id.startswith(unit_id) and position.position_id in held
    )
    assert names["Kepala Bidang Mutasi dan Promosi"] == 1
    assert names["Analis SDM Aparatur"] >= 6


def test_posts_of_all_kinds_are_vacant_in_many_units(sized: Agency) -> None:
    vacant = sized.vacant_positions()
    kinds = {position.kind for position in vacant}
    assert len(vacant) >= 60
    assert kinds >= {
        PositionKind.PENGAWAS,
        PositionKind.ADMINISTRATOR,
        PositionKind.FUNGSIONAL,
        PositionKind.PELAKSANA,
    }
    assert len({position.unit_id for position in vacant}) > 20


def test_people_agree_with_their_numbers_and_hold_one_post_each(sized: Agency) -> None:
    assert len({person.nip for person in sized.employees}) == len(sized.employees)
    assert len({person.position_id for person in sized.employees}) == len(sized.employees)
    for person in sized.employees:
        nip = parse_nip(person.nip)
        assert (nip.kind, nip.sex, nip.birth_date) == (person.nip_kind, person.sex, person.birth_date)
        assert 20 <= nip.appointment_year - person.birth_date.year <= 35
        assert date(person.birth_date.year + 58, 1, 1) > sized.as_of
        assert person.position_since <= sized.as_of


def test_many_have_two_to_five_years_in_their_post_and_some_less_or_more(sized: Agency) -> None:
    years = [(sized.as_of - person.position_since).days / 365.25 for person in sized.employees]
    share = len(years)
    assert sum(2 <= y <= 5 for y in years) > 0.4 * share
    assert sum(y < 2 for y in years) > 0.1 * share
    assert sum(y > 5 for y in years) > 0.05 * share


def test_a_larger_agency_has_contract_employees_and_people_who_are_not_active() -> None:
    agency = generate_agency(people=3_000)
    assert {person.employment_status for person in agency.employees} == {"01", "02", "03", "07", "15"}
    assert {person.nip_kind for person in agency.employees} == {"PNS", "PPPK"}


def test_an_agency_smaller_than_its_officers_is_refused() -> None:
    with pytest.raises(ValueError, match="officers"):
        generate_agency(people=50)
