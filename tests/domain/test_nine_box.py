"""The nine boxes of PermenPANRB 3/2020, box by box, and every weight and cut-off at its boundary."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import months_after
from domain.nine_box import (
    Level,
    assess_talent,
    axis_value,
    box_of,
    level_of,
    next_steps,
    placement_hash,
)
from domain.performance import Judgement
from domain.talent_events import Axis, ComponentScore, Gap, Rating, TalentInputs, TestResult
from domain.talent_policy import HUNDRED, TalentRules
from tests.domain.town import kota_serang

RULES = kota_serang().talent
TODAY = date(2026, 11, 24)
FAR = date(2030, 1, 1)
CRITICAL = {Level.LOW: 5999, Level.MIDDLE: 6000, Level.HIGH: 8000}

# PermenPANRB 3/2020: rows are performance above, as and below expectation; columns potential low to high.
GRID = {Level.HIGH: (4, 7, 9), Level.MIDDLE: (2, 5, 8), Level.LOW: (1, 3, 6)}
WEIGHTS = {
    "performance": {"main_performance": 60, "awards": 15, "team_assignments": 15, "feedback_360": 10},
    "potential": {
        "potential_assessment": 25,
        "competency_assessment": 20,
        "discipline_record": 15,
        "competency_development": 10,
        "position_experience": 10,
        "education": 10,
        "field_fit": 10,
    },
}
RECORDED = sorted(name for name, rule in RULES.components.items() if rule.source == "recorded")


def rules_with(**changes: Any) -> TalentRules:
    return TalentRules.model_validate(RULES.model_dump(mode="json") | changes)


def rating(result: int = 2, conduct: int = 2, year: int = 2025) -> Rating:
    return Rating(
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        result=Judgement(result),
        conduct=Judgement(conduct),
    )


def cact(points: int = 70, **parts: Any) -> TestResult:
    names = ("potential", "managerial_sociocultural", "digital_literacy", "emerging_skill")
    values: dict[str, Any] = {"tested_on": date(2025, 6, 1), **dict.fromkeys(names, points)}
    return TestResult(**(values | parts))


def inputs(**changes: Any) -> TalentInputs:
    values: dict[str, Any] = {
        "as_of": TODAY,
        "ratings": (rating(),),
        "test": cact(),
        "employment_status": "01",
        "salt": "salt",
    }
    return TalentInputs(**(values | changes))


def everything(**scores: int) -> TalentInputs:
    """Every component recorded with 70 points unless said otherwise (in hundredths)."""
    components = tuple(
        ComponentScore(component=name, score=scores.get(name, 7000), valid_until=FAR) for name in RECORDED
    )
    return inputs(components=components, education="S-1")


@pytest.mark.parametrize("performance", list(Level))
@pytest.mark.parametrize("potential", list(Level))
def test_every_box_has_the_number_of_the_regulation(performance: Level, potential: Level) -> None:
    assert box_of(CRITICAL[performance], CRITICAL[potential], RULES) == GRID[performance][potential]


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (0, Level.LOW),
        (5999, Level.LOW),
        (6000, Level.MIDDLE),
        (7999, Level.MIDDLE),
        (8000, Level.HIGH),
        (HUNDRED, Level.HIGH),
    ],
)
def test_a_cut_off_belongs_to_the_level_above(value: int, level: Level) -> None:
    assert level_of(value, RULES) is level


@pytest.mark.parametrize(("high", "middle"), [(9000, 7000), (8100, 6100), (9000, 7800)])
def test_the_cut_offs_of_other_agencies_are_data(high: int, middle: int) -> None:
    cut_offs = RULES.cut_offs.model_dump() | {"high": high, "middle": middle}
    other = rules_with(cut_offs=cut_offs)
    values = (middle - 1, middle, high - 1, high)
    assert [level_of(value, other) for value in values] == [
        Level.LOW,
        Level.MIDDLE,
        Level.MIDDLE,
        Level.HIGH,
    ]


def test_the_weights_are_those_claimed_for_the_decree_and_marked_as_doubtful() -> None:
    for axis, expected in WEIGHTS.items():
        assert {name: rule.weight for name, rule in getattr(RULES, axis).items()} == expected
    assert all(rule.doubt and rule.citation for rule in RULES.components.values())
    assert RULES.doubt
    assert RULES.cut_offs.doubt


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("change", [-100, 100])
def test_each_recorded_component_moves_its_axis_by_its_weight(name: str, change: int) -> None:
    axis: Axis = "performance" if name in RULES.performance else "potential"
    before, after = everything(), everything(**{name: 7000 + change})
    was = axis_value(assess_talent(before, RULES).components, axis)
    moved = axis_value(assess_talent(after, RULES).components, axis)
    assert was is not None
    assert moved is not None
    assert moved - was == RULES.components[name].weight * change // 100


@pytest.mark.parametrize(
    ("source", "weight"), [({"potential": 71}, 25), ({"managerial_sociocultural": 73}, 20)]
)
def test_a_test_result_moves_potential_by_its_weight(source: dict[str, int], weight: int) -> None:
    # Three points in one of three parts of the competency test are one point of its mean.
    before = assess_talent(everything(), RULES)
    after = assess_talent(everything().model_copy(update={"test": cact(**source)}), RULES)
    assert before.potential is not None
    assert after.potential is not None
    assert after.potential - before.potential == weight


@pytest.mark.parametrize(
    ("judged", "score"),
    [((1, 1), 10000), ((1, 2), 7500), ((2, 1), 7500), ((3, 1), 5000), ((1, 3), 2500), ((3, 3), 0)],
)
def test_the_rating_weighs_sixty_of_a_hundred(judged: tuple[int, int], score: int) -> None:
    found = assess_talent(everything().model_copy(update={"ratings": (rating(*judged),)}), RULES)
    assert found.performance == (60 * score + 40 * 7000) // 100


@pytest.mark.parametrize(
    ("judged", "level"), [((1, 1), Level.HIGH), ((2, 2), Level.MIDDLE), ((3, 2), Level.LOW)]
)
def test_a_rating_alone_leads_to_the_level_of_its_name(judged: tuple[int, int], level: Level) -> None:
    found = assess_talent(inputs(ratings=(rating(*judged),)), RULES)
    assert found.performance is not None
    assert level_of(found.performance, RULES) is level


def test_what_is_not_recorded_is_left_out_with_its_weight() -> None:
    found = assess_talent(inputs(test=cact(80, potential=71)), RULES)
    assert found.potential == (25 * 7100 + 20 * 8000) // 45
    assert {c.name: c.why for c in found.components if c.score is None} == {
        **dict.fromkeys(RECORDED, "missing"),
        "education": "missing",
    }


@pytest.mark.parametrize(("potential", "box"), [(79, 5), (80, 8)])
def test_one_point_at_the_high_cut_off_is_another_box(potential: int, box: int) -> None:
    assert assess_talent(inputs(test=cact(80, potential=potential)), RULES).box == box


@pytest.mark.parametrize(("potential", "box"), [(59, 2), (60, 5)])
def test_one_point_at_the_middle_cut_off_is_another_box(potential: int, box: int) -> None:
    assert assess_talent(inputs(test=cact(60, potential=potential)), RULES).box == box


def test_rounding_down_never_lifts_over_a_cut_off() -> None:
    # (25 x 79 + 20 x 81.24) / 45 is 79.9955…: not 80.
    competency = {"managerial_sociocultural": 81, "digital_literacy": 81, "emerging_skill": 81}
    found = assess_talent(inputs(test=cact(79, **competency)), RULES)
    assert found.potential == (25 * 7900 + 20 * 8100) // 45 == 7988
    assert found.box == 5


# --- the unmapped ---


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({"ratings": ()}, [("main_performance", "missing")]),
        ({"test": None}, [("competency_assessment", "missing"), ("potential_assessment", "missing")]),
        ({"ratings": (rating(year=2023),)}, [("main_performance", "lapsed")]),
        (
            {"test": cact(tested_on=date(2023, 11, 24))},
            [("competency_assessment", "lapsed"), ("potential_assessment", "lapsed")],
        ),
    ],
)
def test_who_lacks_a_required_result_is_unmapped_with_the_reason_and_in_no_box(
    changes: dict[str, Any], gaps: list[tuple[str, str]]
) -> None:
    found = assess_talent(inputs(**changes), RULES)
    assert (found.box, found.performance, found.potential, found.is_mapped) == (None, None, None, False)
    assert found.gaps == tuple(Gap.model_validate({"component": c, "why": why}) for c, why in gaps)
    assert next_steps(found, RULES) == ()


def test_a_result_counts_until_the_day_before_it_lapses() -> None:
    test = cact(tested_on=date(2023, 11, 25))
    found = assess_talent(inputs(test=test), RULES)
    assert (found.is_mapped, found.lapses_on) == (True, TODAY + timedelta(days=1))


def test_the_worst_of_both_axes_is_box_one_and_mapped() -> None:
    found = assess_talent(inputs(ratings=(rating(3, 3),), test=cact(10)), RULES)
    assert (found.box, found.is_mapped, found.gaps) == (1, True, ())


def test_a_recorded_component_counts_through_its_last_day() -> None:
    award = ComponentScore(component="awards", score=HUNDRED, valid_until=TODAY)
    assert assess_talent(inputs(components=(award,)), RULES).performance == (60 * 75 + 15 * 100) * 100 // 75
    later = inputs(components=(award,), as_of=TODAY + timedelta(days=1))
    found = {c.name: c.why for c in assess_talent(later, RULES).components}
    assert found["awards"] == "lapsed"


def test_the_order_in_which_a_policy_names_components_changes_nothing() -> None:
    text = RULES.model_dump(mode="json")
    for part in ("performance", "potential", "integrity"):
        text[part] = dict(reversed(text[part].items()))
    other = TalentRules.model_validate(text)
    for given_inputs in (everything(), inputs(test=None), inputs(employment_status="91")):
        assert assess_talent(given_inputs, other) == assess_talent(given_inputs, RULES)


# --- integrity ---


@pytest.mark.parametrize(
    ("status", "vetoes"),
    [
        ("01", ()),
        ("15", ("discipline",)),
        ("16", ("discipline",)),
        ("91", ("criminal_process",)),
        ("04", ("criminal_process",)),
        ("03", ()),
    ],
)
def test_discipline_and_criminal_process_veto_whatever_the_box(status: str, vetoes: tuple[str, ...]) -> None:
    best = inputs(ratings=(rating(1, 1),), test=cact(95), employment_status=status)
    found = assess_talent(best, RULES)
    assert (found.box, found.vetoes) == (9, vetoes)


# --- who moved ---


def test_ratings_of_two_posts_count_by_days() -> None:
    first = Rating(
        period_start=date(2025, 1, 1),
        period_end=date(2025, 3, 31),
        result=Judgement.ABOVE,
        conduct=Judgement.ABOVE,
    )
    second = Rating(
        period_start=date(2025, 4, 1),
        period_end=date(2025, 12, 31),
        result=Judgement.AS_EXPECTED,
        conduct=Judgement.AS_EXPECTED,
    )
    found = assess_talent(inputs(ratings=(first, second)), RULES)
    assert found.performance == (90 * 10000 + 275 * 7500) // 365


# --- what leads further ---


def test_a_person_in_box_five_hears_what_either_axis_lacks() -> None:
    found = assess_talent(inputs(test=cact(70)), RULES)
    steps = {step.box: step for step in next_steps(found, RULES)}
    assert set(steps) == {7, 8}
    assert (steps[7].axis, steps[7].lacking, steps[7].by_component) == (
        "performance",
        500,
        (("main_performance", 8000),),
    )
    assert steps[8].lacking == 1000
    assert dict(steps[8].by_component) == {"potential_assessment": 8800, "competency_assessment": 9250}


def test_box_nine_has_nowhere_to_go() -> None:
    assert next_steps(assess_talent(inputs(ratings=(rating(1, 1),), test=cact(90)), RULES), RULES) == ()


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(1, 3), st.integers(1, 3))
def test_the_score_that_one_component_needs_is_the_least_that_suffices(
    potential: int, managerial: int, digital: int, result: int, conduct: int
) -> None:
    test = cact(potential, managerial_sociocultural=managerial, digital_literacy=digital)
    found = assess_talent(inputs(ratings=(rating(result, conduct),), test=test, education="S-2"), RULES)
    for step in next_steps(found, RULES):
        counted = [c for c in found.components if c.axis == step.axis and c.score is not None]
        total = sum(c.weight for c in counted)
        wanted = RULES.cut_offs.high if step.level is Level.HIGH else RULES.cut_offs.middle
        for name, needed in step.by_component:
            others = sum(c.weight * (c.score or 0) for c in counted if c.name != name)
            weight = next(c.weight for c in counted if c.name == name)
            assert (others + weight * needed) // total >= wanted
            assert (others + weight * (needed - 1)) // total < wanted


# --- evidence ---


def test_the_hash_covers_inputs_salt_formula_and_outcome() -> None:
    same = inputs()
    found = assess_talent(same, RULES)

    def hashed(person: str = "p", given: TalentInputs = same, version: str = "v", law: str = "h") -> str:
        return placement_hash(person, given, found, version, law)

    others = [
        hashed(person="q"),
        hashed(given=inputs(salt="other")),
        hashed(given=inputs(education="S-1")),
        hashed(version="w"),
        hashed(law="i"),
    ]
    assert len({hashed(), *others}) == 6


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 31), 24, date(2027, 12, 31)),
        (date(2026, 1, 1), 36, date(2029, 1, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


# --- a formula that does not add up ---


@pytest.mark.parametrize(
    "changes",
    [
        {"cut_offs": {"high": 6000, "middle": 6000, "citation": "x"}},
        {"pool": {"boxes": [10], "citation": "x"}},
        {"skp_scores": {"scores": {"BAIK": 1}, "citation": "x"}},
        {"education_scores": {"scores": {"S-1": 10001}, "citation": "x"}},
        {"treatments": {}},
        {"potential": RULES.model_dump(mode="json")["performance"]},
        {"performance": {"awards": RULES.model_dump(mode="json")["performance"]["awards"]}},
    ],
)
def test_a_formula_that_does_not_add_up_is_no_policy(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        rules_with(**changes)
