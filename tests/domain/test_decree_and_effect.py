"""From the mayor's decision to the new post: decree number, inauguration, effective date, SPMT, SIASN."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import events as ev
from domain.errors import DateOutOfOrder, HardFinding, InvalidDetails, NotDue, PositionPromised
from domain.personnel_action import Status
from domain.policy import Variant
from tests.domain.town import TUESDAY, Town

LATER = date(2026, 12, 14)


def test_decree_is_numbered_from_the_yearly_counter(town: Town) -> None:
    first = town.walk(town.submit(), "decree")
    second = town.walk(town.submit("nurse_2", "school-nurse-2"), "decree")
    issued = town.decree(second)
    assert issued is not None
    assert (issued.number, issued.sequence) == ("800.1.3.3/Kep.1-BKPSDM/2026", 1)
    issued = town.decree(first)
    assert issued is not None
    assert issued.sequence == 2


def test_asking_again_gives_no_second_number(town: Town) -> None:
    action = town.walk(town.submit(), "decree")
    town.decree(action)
    assert town.decree(action) is None
    assert town.registry.last_decree == {2026: 1}


def test_decree_numbers_are_free_of_gaps_over_the_years(town: Town) -> None:
    ends = {"nurse": "school-nurse", "nurse_2": "school-nurse-2"}
    homes = {"nurse": "nurse-1", "nurse_2": "nurse-2"}
    for day in (date(2026, 12, 29), date(2026, 12, 30), date(2027, 1, 5), date(2028, 1, 4), date(2028, 1, 5)):
        town.set_day(day)
        for subject, target in ends.items():
            there = town.post_of(subject) == target
            town.moved(subject, homes[subject] if there else target)
    numbers = [(r.event.year, r.event.sequence) for _, r in town.log if isinstance(r.event, ev.DecreeIssued)]
    assert numbers == [(y, n) for y, count in ((2026, 4), (2027, 2), (2028, 4)) for n in range(1, count + 1)]


def test_decree_of_december_issued_in_january_bears_decembers_year(town: Town) -> None:
    town.set_day(date(2026, 12, 30))
    action = town.walk(town.submit(), "decree")
    town.set_day(date(2027, 1, 4))
    issued = town.decree(action)
    assert issued is not None
    assert issued.year == 2026


def test_refused_cases_take_no_number(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    with pytest.raises(NotDue):
        town.decree(action)
    town.decide(action, "mayor", "reject")
    with pytest.raises(NotDue):
        town.decree(action)
    assert town.registry.last_decree == {}


# --- dates ---


@pytest.mark.parametrize("shift", [-1, 1])
def test_decree_is_dated_on_the_day_of_the_decision(town: Town, shift: int) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    day = (TUESDAY + timedelta(days=shift)).isoformat()
    with pytest.raises(DateOutOfOrder):
        town.decide(action, "mayor", details={"decree_date": day, "effective_date": None})


def test_effective_date_is_not_before_the_decree(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    with pytest.raises(DateOutOfOrder):
        town.decide(action, "mayor", details={"effective_date": "2026-11-23"})


def test_a_date_that_has_passed_moves_to_the_decrees(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    town.after_working_days(3)
    town.decide(action, "mayor", details={"effective_date": None})
    assert town.state(action).effective_date == town.today


def test_mayor_may_set_another_effective_date(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    town.decide(action, "mayor", details={"effective_date": LATER.isoformat()})
    assert town.state(action).effective_date == LATER


def test_effective_date_may_not_lie_years_away(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    with pytest.raises(HardFinding) as refused:
        town.decide(action, "mayor", details={"effective_date": "2028-11-24"})
    assert refused.value.facts["rules"] == ["effective_date"]


def test_incumbent_changes_on_the_effective_date_and_not_before(town: Town) -> None:
    action = town.walk(town.submit(effective_date=LATER), "awaiting_effect")
    assert town.state(action).status is Status.DECIDED
    assert town.advance(action) == []
    town.set_day(LATER - timedelta(days=1), 23)
    assert town.advance(action) == []
    assert (town.holder("nurse-1"), town.holder("school-nurse")) == ("nurse", None)
    with pytest.raises(PositionPromised):
        town.submit("nurse_2", "school-nurse")
    town.set_day(LATER, 0)
    town.advance(action)
    assert (town.holder("nurse-1"), town.holder("school-nurse")) == (None, "nurse")
    assert town.agency.people["nurse"].position_since == LATER
    assert town.state(action).status is Status.EFFECTIVE


def test_freed_post_can_be_asked_for_once_the_transfer_has_taken_effect(town: Town) -> None:
    action = town.walk(town.submit(effective_date=LATER), "awaiting_effect")
    refused = town.submit("nurse_2", "nurse-1")
    assert town.state(refused).status is Status.REFUSED
    town.set_day(LATER, 0)
    town.advance(action)
    assert town.step(town.submit("nurse_2", "nurse-1")) == "unit_file_check"


def test_effect_waits_for_a_late_inauguration(town: Town) -> None:
    action = town.walk(town.submit(), "inauguration")
    town.after_working_days(4)
    assert not any(isinstance(event, ev.ActionTookEffect) for event in town.advance(action))
    town.decide(action, "analyst")
    assert town.state(action).phase == "awaiting_effect"
    assert town.state(action).next_due() is not None
    town.advance(action)
    assert town.holder("school-nurse") == "nurse"


# --- inauguration ---


@pytest.mark.parametrize(
    ("subject", "target", "variant", "inaugurated"),
    [
        ("nurse", "school-nurse", Variant.WITHIN_AGENCY, True),
        ("nurse", "school-nurse", Variant.OWN_REQUEST, True),
        ("section_head", "section-disdik", Variant.WITHIN_AGENCY, True),
        ("kepala_dinkes", "p-dukcapil", Variant.WITHIN_AGENCY, True),
        ("clerk", "clerk-2", Variant.WITHIN_AGENCY, False),  # pelaksana
        ("nurse", "nurse-3", Variant.WITHIN_UNIT, False),  # MU
    ],
)
def test_inauguration_by_kind_of_post_and_variant(
    town: Town, subject: str, target: str, variant: Variant, *, inaugurated: bool
) -> None:
    action = town.walk(town.submit(subject, target, variant=variant), "duty_statement")
    steps = [task.step for task in town.state(action).tasks]
    assert ("inauguration" in steps) is inaugurated


def test_invitation_goes_out_one_working_day_before(town: Town) -> None:
    action = town.walk(town.submit(), "inauguration")
    town.set_day(date(2026, 11, 30))  # a Monday
    for invited in ("2026-11-30", "2026-11-28"):
        with pytest.raises(DateOutOfOrder):
            town.decide(action, "analyst", details={"invitation_date": invited})
    town.decide(action, "analyst", details={"invitation_date": "2026-11-27"})


def test_inauguration_lies_between_the_decree_and_today(town: Town) -> None:
    action = town.walk(town.submit(), "inauguration")
    town.after_working_days(3)
    for day in ("2026-11-23", "2026-12-30"):
        with pytest.raises(DateOutOfOrder):
            town.decide(action, "analyst", details={"inaugurated_on": day, "invitation_date": "2026-11-02"})


# --- afterwards ---


def test_duty_is_stated_by_the_new_unit_not_before_the_effective_date(town: Town) -> None:
    action = town.walk(town.submit(), "duty_statement")
    assert town.owners(action) == ["kepala_disdik"]
    with pytest.raises(DateOutOfOrder):
        town.decide(action, "kepala_disdik", details={"started_on": "2026-11-23"})
    town.decide(action, "kepala_disdik")
    assert town.step(action) == "siasn_write_back"


def test_write_back_needs_the_same_echo(town: Town) -> None:
    action = town.walk(town.submit(), "siasn_write_back")
    with pytest.raises(InvalidDetails):
        town.decide(action, "analyst", details={"echo_matches": False})
    town.decide(action, "analyst")
    assert town.state(action).status is Status.COMPLETED
    assert town.state(action).is_quiet


def test_who_leaves_the_city_needs_no_duty_statement_here(town: Town) -> None:
    action = town.walk(town.submit_out())
    assert town.post_of("nurse") is None
    assert town.holder("nurse-1") is None
    assert "duty_statement" not in [task.step for task in town.state(action).tasks]


def test_who_comes_in_is_a_candidate_until_the_effective_date(town: Town) -> None:
    action = town.submit_in(effective_date=LATER)
    town.walk(action, "awaiting_effect")
    newcomer = town.agency.people[town.state(action).subject_id]
    assert newcomer.candidate
    town.set_day(LATER, 0)
    town.walk(action)
    newcomer = town.agency.people[newcomer.id]
    assert not newcomer.candidate
    assert newcomer.position_id == "school-nurse"
