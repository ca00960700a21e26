"""The profiling campaign: who keeps a unit from being done and why, and when its officer is reminded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.errors import NotPermitted
from domain.identity import SYSTEM, Actor
from domain.policy import Policy
from domain.profiling import REASONS, Profile, documents_missing, why_unmapped
from domain.profiling_commands import RemindProfiling
from domain.profiling_events import ProfilingReminded
from tests.domain.test_personnel_file import file, verify
from tests.domain.test_talent import cact, rate
from tests.domain.town import TUESDAY, Town, new_id, person

EVERY = 30


@pytest.fixture
def town() -> Town:
    return Town()


def remind(town: Town, by: Actor = SYSTEM) -> dict[str, ProfilingReminded]:
    events = town.send(RemindProfiling(command_id=new_id(), actor=by))
    return {event.unit_id: event for event in events if isinstance(event, ProfilingReminded)}


def people_of(town: Town, unit: str) -> list[str]:
    agency = town.agency
    return [
        one.id
        for one in agency.people.values()
        if agency.apparatus_of(agency.unit_of(one.position_id)) == unit and one.position_id != "p-mayor"
    ]


def profile(town: Town, *people: str, tested: date = date(2025, 6, 1)) -> None:
    for one in people:
        rate(town, one, assessor="sekda" if one != "sekda" else "kabid")
        cact(town, one, day=tested)


# --- why somebody is in no box ---


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({}, ("no_skp", "no_cact")),
        ({"rated_until": date(2025, 12, 31)}, ("no_cact",)),
        ({"rated_until": date(2024, 11, 24), "test_valid_until": date(2028, 1, 1)}, ("skp_lapsed",)),
        ({"rated_until": date(2024, 11, 25), "test_valid_until": TUESDAY}, ("component_missing",)),
        ({"rated_until": date(2025, 12, 31), "test_valid_until": date(2026, 11, 23)}, ("cact_lapsed",)),
        (
            {"rated_until": date(2025, 12, 31), "documents_missing": ("IJAZAH",)},
            ("no_cact", "documents_missing"),
        ),
        ({"box": 5, "documents_missing": ("IJAZAH",)}, ()),
        ({"box": 5, "lapses_on": TUESDAY}, ("no_skp", "no_cact")),
    ],
)
def test_whoever_is_in_no_box_is_told_apart_by_every_reason(
    town: Town, known: dict[str, object], why: tuple[str, ...]
) -> None:
    values = {"box": None, "lapses_on": None, "rated_until": None, "test_valid_until": None} | known
    found = why_unmapped(Profile("p", **values), TUESDAY, town.policy.talent)  # type: ignore[arg-type]
    assert found == why
    assert set(found) <= set(REASONS)


def missing(town: Town, who: str, day: date = TUESDAY) -> tuple[str, ...]:
    return documents_missing(town.agency.people[who].employment_kind, town.files.of(who), town.policy, day)


def test_which_documents_profiling_needs_is_the_policy_s_by_kind_of_employment(town: Town) -> None:
    wanted = town.policy.talent.campaign.documents
    assert missing(town, "nurse") == wanted[town.agency.people["nurse"].employment_kind]
    assert documents_missing("PPPK", (), town.policy, TUESDAY) == wanted["PPPK"]
    assert documents_missing("HONORER", (), town.policy, TUESDAY) == ()


def test_a_filed_document_is_missing_no_more_unless_it_is_rejected_or_expired(town: Town) -> None:
    degree, post = file(town, "nurse", "870", person("nurse")), file(town, "nurse", "SK_JABATAN")
    assert missing(town, "nurse") == ("SK_PANGKAT",)
    verify(town, degree, "analyst", "rejected", reason="bukan miliknya")
    verify(town, post, "analyst", valid_until=TUESDAY)
    assert missing(town, "nurse") == ("SK_PANGKAT", "IJAZAH")
    assert missing(town, "nurse", TUESDAY + timedelta(days=1)) == ("SK_PANGKAT", "SK_JABATAN", "IJAZAH")


def test_a_campaign_that_names_an_unknown_document_or_office_is_no_policy(town: Town) -> None:
    document = town.policy.model_dump(mode="json")
    for change in ({"documents": {"PNS": ["SURAT_SAKTI"]}}, {"reminds": "dukun"}):
        campaign = document["talent"]["campaign"] | change
        with pytest.raises(ValueError, match="campaign"):
            Policy.model_validate(document | {"talent": document["talent"] | {"campaign": campaign}})


# --- reminders ---


def test_every_unit_that_is_not_done_has_its_own_officer_reminded(town: Town) -> None:
    found = remind(town)
    assert {"dinkes", "disdik"} <= set(found)
    event = found["dinkes"]
    assert event.office == "unit_personnel_officer@dinkes"
    assert (event.as_of, event.target_date) == (TUESDAY, town.policy.talent.campaign.target_date)
    assert (event.people, event.mapped) == (len(people_of(town, "dinkes")), 0)


def test_a_unit_is_reminded_again_when_the_interval_is_over_and_not_before(town: Town) -> None:
    remind(town)
    assert remind(town) == {}
    town.now += timedelta(days=EVERY - 1)
    assert remind(town) == {}
    town.now += timedelta(days=1)
    assert "dinkes" in remind(town)


def test_a_unit_whose_people_are_all_in_a_box_is_left_in_peace(town: Town) -> None:
    everybody = people_of(town, "dinkes")
    profile(town, *everybody[:-1])
    assert remind(town)["dinkes"].mapped == len(everybody) - 1
    profile(town, everybody[-1])
    town.now += timedelta(days=EVERY)
    found = remind(town)
    assert "dinkes" not in found
    assert "disdik" in found


def test_past_the_target_date_whoever_is_not_done_is_still_reminded(town: Town) -> None:
    town.set_day(town.policy.talent.campaign.target_date + timedelta(days=40))
    assert "disdik" in remind(town)


def test_results_that_lapse_bring_a_unit_back(town: Town) -> None:
    profile(town, *people_of(town, "dinkes"), tested=TUESDAY - timedelta(days=3 * 365))
    assert "dinkes" not in remind(town)
    town.now += timedelta(days=EVERY)
    assert remind(town)["dinkes"].mapped == 0


def test_elected_officials_are_not_counted(town: Town) -> None:
    counted = sum(event.people for event in remind(town).values())
    assert counted == len(town.agency.people) - 1


@pytest.mark.parametrize("who", ["kasubag", "mayor", "analyst"])
def test_nobody_reminds_by_hand_but_an_operator(town: Town, who: str) -> None:
    with pytest.raises(NotPermitted):
        remind(town, person(who))
