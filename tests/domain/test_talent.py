"""Talent records: who may keep them, what follows from each result, and who is in the pool."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import DateOutOfOrder, NotPermitted, SelfAssessment, UnknownReference
from domain.identity import SYSTEM, Actor
from domain.performance import Judgement
from domain.talent_commands import (
    CactRow,
    ComponentRow,
    PlaceTalent,
    RecordCompetency,
    RecordSkp,
    RecordTalentComponents,
    SkpRow,
)
from domain.talent_events import CompetencyTested, SkpRated, TalentPlaced
from domain.talent_record import Placement
from tests.domain.town import TUESDAY, Town, person


def rate(
    town: Town, who: str = "nurse", year: int = 2025, *, by: Actor = SYSTEM, assessor: str = "kepala_dinkes",
    judged: tuple[int, int] = (2, 2),
) -> list[Any]:  # fmt: skip
    row = SkpRow(
        person_id=who,
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        result=Judgement(judged[0]),
        conduct=Judgement(judged[1]),
        assessor_id=assessor,
    )
    return town.send(RecordSkp(command_id=next(town.ids), actor=by, rows=(row,)))


def cact(
    town: Town, who: str = "nurse", points: int = 70, day: date = date(2025, 6, 1), by: Actor = SYSTEM
) -> list[Any]:
    row = CactRow(
        person_id=who,
        tested_on=day,
        potential=points,
        managerial_sociocultural=points,
        digital_literacy=points,
        emerging_skill=points,
    )
    return town.send(RecordCompetency(command_id=next(town.ids), actor=by, rows=(row,)))


def place_again(town: Town, *people: str) -> list[Any]:
    return town.send(PlaceTalent(command_id=next(town.ids), actor=SYSTEM, person_ids=people))


def placement(town: Town, who: str = "nurse") -> Placement | None:
    return town.talent.of([who])[who].placement


def mapped(town: Town, who: str = "nurse", judged: tuple[int, int] = (2, 2), points: int = 70) -> None:
    rate(town, who, judged=judged)
    cact(town, who, points)


# --- recording ---


def test_a_rating_alone_places_nobody(town: Town) -> None:
    assert [type(event) for event in rate(town)] == [SkpRated]
    assert placement(town) is None


def test_the_result_that_was_lacking_places_the_person_in_the_same_command(town: Town) -> None:
    rate(town)
    recorded, placed = cact(town)
    assert isinstance(recorded, CompetencyTested)
    assert isinstance(placed, TalentPlaced)
    assert (placed.box, placed.formula_version) == (5, "kepka-bkn-411-2025/claimed-1")
    assert placed.inputs is not None
    assert placed.inputs.test is not None
    assert placed.policy_hash == town.policy.hash


def test_a_test_counts_three_years(town: Town) -> None:
    (recorded,) = cact(town, day=date(2025, 6, 1))
    assert recorded.valid_until == date(2028, 5, 31)


def test_the_same_result_twice_changes_nothing(town: Town) -> None:
    mapped(town)
    assert rate(town) == []
    assert cact(town) == []
    assert place_again(town, "nurse") == []


def test_another_rating_of_the_same_period_replaces_it_and_the_placement(town: Town) -> None:
    mapped(town)
    rated, placed = rate(town, judged=(1, 1))
    assert isinstance(rated, SkpRated)
    assert placed.box == 7


def test_an_older_rating_or_test_does_not_move_the_placement(town: Town) -> None:
    mapped(town)
    assert [type(event) for event in rate(town, year=2024, judged=(3, 3))] == [SkpRated]
    assert [type(event) for event in cact(town, points=20, day=date(2024, 1, 5))] == [CompetencyTested]


def test_a_rating_of_the_running_year_waits_for_its_end(town: Town) -> None:
    mapped(town)
    row = SkpRow(
        person_id="nurse",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 3, 31),
        result=Judgement.BELOW,
        conduct=Judgement.BELOW,
    )
    happened = town.send(RecordSkp(command_id=next(town.ids), actor=SYSTEM, rows=(row,)))
    assert [type(event) for event in happened] == [SkpRated]


def test_an_award_counts_as_the_formula_says(town: Town) -> None:
    mapped(town)
    row = ComponentRow(person_id="nurse", component="awards", score=10_000, valid_until=date(2027, 1, 1))
    command = RecordTalentComponents(command_id=next(town.ids), actor=SYSTEM, rows=(row,))
    placed = town.send(command)[-1]
    assert isinstance(placed, TalentPlaced)
    assert placed.performance == (60 * 7500 + 15 * 10_000) // 75
    assert town.send(command.model_copy(update={"command_id": next(town.ids)})) == []


@pytest.mark.parametrize("component", ["main_performance", "charm"])
def test_what_the_formula_takes_from_elsewhere_is_not_recorded_as_a_component(
    town: Town, component: str
) -> None:
    row = ComponentRow(person_id="nurse", component=component, score=1, valid_until=TUESDAY)
    with pytest.raises(UnknownReference):
        town.send(RecordTalentComponents(command_id=next(town.ids), actor=SYSTEM, rows=(row,)))


# --- refusals ---


def test_nobody_rates_themself(town: Town) -> None:
    with pytest.raises(SelfAssessment):
        rate(town, assessor="nurse")


def test_results_of_days_to_come_are_refused(town: Town) -> None:
    with pytest.raises(DateOutOfOrder):
        rate(town, year=2026)
    with pytest.raises(DateOutOfOrder):
        cact(town, day=date(2026, 11, 25))


def test_results_of_strangers_are_refused(town: Town) -> None:
    with pytest.raises(UnknownReference):
        rate(town, "stranger")


@pytest.mark.parametrize("who", ["nurse", "kepala_dinkes", "mayor"])
def test_only_operators_keep_talent_records(town: Town, who: str) -> None:
    with pytest.raises(NotPermitted):
        rate(town, by=person(who))
    with pytest.raises(NotPermitted):
        cact(town, by=person(who))


# --- time and register ---


def test_when_a_test_lapses_the_person_is_unmapped_and_not_in_box_one(town: Town) -> None:
    mapped(town)
    town.set_day(date(2028, 1, 2))
    rate(town, year=2027)
    town.set_day(date(2028, 6, 1))
    (placed,) = place_again(town, "nurse")
    assert placed.box is None
    assert {(gap.component, gap.why) for gap in placed.gaps} == {
        ("potential_assessment", "lapsed"),
        ("competency_assessment", "lapsed"),
    }
    assert place_again(town, "nurse") == []


def test_a_placement_that_lapsed_does_not_stand_even_before_it_is_placed_anew(town: Town) -> None:
    mapped(town, judged=(1, 1), points=90)
    found = placement(town)
    assert found is not None
    assert found.stands_on(town.today)
    assert not found.stands_on(date(2028, 1, 2))


def test_a_punishment_in_the_register_vetoes_at_once_and_its_end_lifts_the_veto(town: Town) -> None:
    mapped(town, judged=(1, 1), points=90)
    town.correct("nurse", employment_status="15")
    found = placement(town)
    assert found is not None
    assert (found.box, found.vetoes) == (9, ("discipline",))
    town.correct("nurse", employment_status="01")
    found = placement(town)
    assert found is not None
    assert (found.box, found.vetoes) == (9, ())


def test_a_degree_in_the_register_counts_at_once(town: Town) -> None:
    mapped(town)
    town.correct("nurse", education="S-3")
    found = placement(town)
    assert found is not None
    assert found.potential == (45 * 7000 + 10 * 10_000) // 55
