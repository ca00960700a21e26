"""Every weight, cut-off, score and period of the formula in force, at its boundary: made from the policy, and
held against the tables of PermenPANRB 3/2020 and 6/2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from domain.calendar import months_after
from domain.nine_box import BOXES, Level, assess_talent, box_of, level_of
from domain.performance import MATRIX, Judgement
from domain.profiling import Profile, why_unmapped
from domain.talent_events import Axis, ComponentScore, TalentInputs
from domain.talent_policy import HUNDRED, TalentRules
from tests.domain.test_nine_box import FAR, RECORDED, RULES, TODAY, cact, inputs, rating, rules_with

CUT_OFFS = {"high": RULES.cut_offs.high, "middle": RULES.cut_offs.middle}
BY_SOURCE = {rule.source: name for name, rule in RULES.components.items() if rule.source != "recorded"}
REQUIRED = sorted(name for name, rule in RULES.components.items() if rule.required)
OPTIONAL = sorted(RULES.components.keys() - set(REQUIRED))

# PermenPANRB 3/2020, as published: what the regulation has done with the people of each box.
TREATMENTS = {
    9: ("Dipromosikan", "dipertahankan", "penghargaan"),
    8: ("Dipertahankan", "rotasi atau perluasan jabatan", "bimbingan kinerja"),
    7: ("Dipertahankan", "rotasi atau pengayaan jabatan", "pengembangan kompetensi", "tugas belajar"),
    6: ("Penempatan yang sesuai", "bimbingan dan konseling kinerja"),
    5: ("Penempatan yang sesuai", "bimbingan kinerja", "pengembangan kompetensi"),
    4: ("Rotasi", "pengembangan kompetensi"),
    3: ("Bimbingan dan konseling kinerja", "pengembangan kompetensi", "penempatan yang sesuai"),
    2: ("Bimbingan kinerja", "pengembangan kompetensi", "penempatan yang sesuai"),
    1: ("Diproses sesuai peraturan perundang-undangan",),
}


def axis_of(name: str) -> Axis:
    return "performance" if name in RULES.performance else "potential"


def scored(points: int, **others: int) -> tuple[TalentInputs, TalentRules]:
    """Everything known of somebody and worth `points` (hundredths), but for `others`; the tables of the
    policy are bent so that rating and education are worth just that, the formula stays.
    """
    value = dict.fromkeys(RULES.components, points) | others
    skp = RULES.skp_scores.model_dump(mode="json")
    education = RULES.education_scores.model_dump(mode="json")
    rules = rules_with(
        skp_scores=skp | {"scores": skp["scores"] | {"BAIK": value[BY_SOURCE["skp"]]}},
        education_scores=education | {"scores": {"S-1": value[BY_SOURCE["education"]]}},
    )
    parts = dict.fromkeys(RULES.competency_parts, value[BY_SOURCE["competency_test"]] // 100)
    components = tuple(
        ComponentScore(component=name, score=value[name], valid_until=FAR) for name in RECORDED
    )
    test = cact(**{"potential": value[BY_SOURCE["potential_test"]] // 100} | parts)
    return inputs(components=components, test=test, education="S-1"), rules


def levels(given: TalentInputs, rules: TalentRules) -> dict[str, Level]:
    found = assess_talent(given, rules)
    assert found.performance is not None
    assert found.potential is not None
    return {
        "performance": level_of(found.performance, rules),
        "potential": level_of(found.potential, rules),
    }


# --- weights and cut-offs ---


@pytest.mark.parametrize("axis", ["performance", "potential"])
def test_the_weights_of_an_axis_are_a_hundred(axis: str) -> None:
    assert sum(rule.weight for rule in getattr(RULES, axis).values()) == 100


@pytest.mark.parametrize("cut", CUT_OFFS)
@pytest.mark.parametrize("name", sorted(RULES.components))
def test_the_least_less_of_any_component_falls_below_a_cut_off_that_is_just_reached(
    name: str, cut: str
) -> None:
    least = 1 if RULES.components[name].source in ("recorded", "skp", "education") else 100
    reached, rules = scored(CUT_OFFS[cut])
    below, other = scored(CUT_OFFS[cut], **{name: CUT_OFFS[cut] - least})
    level = Level.HIGH if cut == "high" else Level.MIDDLE
    assert set(levels(reached, rules).values()) == {level}
    fallen = levels(below, other)
    assert fallen[axis_of(name)] == level - 1
    assert {fallen[axis] for axis in fallen if axis != axis_of(name)} == {level}


@pytest.mark.parametrize("name", sorted(RULES.components))
def test_a_component_moves_its_axis_by_no_more_than_its_weight(name: str) -> None:
    axis = axis_of(name)
    nothing, all_of_it = (assess_talent(*scored(5000, **{name: value})) for value in (0, HUNDRED))
    moved = getattr(all_of_it, axis) - getattr(nothing, axis)
    assert moved == RULES.components[name].weight * 100
    other = "potential" if axis == "performance" else "performance"
    assert getattr(all_of_it, other) == getattr(nothing, other)


def boundaries() -> Iterator[tuple[int, int, int, int]]:
    """Each line between two boxes: the values on both axes at it, and the boxes below and at it."""
    floor = {Level.LOW: 0, Level.MIDDLE: CUT_OFFS["middle"], Level.HIGH: CUT_OFFS["high"]}
    for level in (Level.MIDDLE, Level.HIGH):
        for other in Level:
            yield floor[level], floor[other], BOXES[Level(level - 1), other], BOXES[level, other]
            yield -floor[level], floor[other], BOXES[other, Level(level - 1)], BOXES[other, level]


@pytest.mark.parametrize(("value", "other", "below", "at"), list(boundaries()))
def test_every_line_between_two_boxes_is_crossed_by_one_hundredth(
    value: int, other: int, below: int, at: int
) -> None:
    def box(moving: int) -> int:
        pair = (moving, other) if value > 0 else (other, moving)
        return box_of(*pair, RULES)

    assert (box(abs(value) - 1), box(abs(value))) == (below, at)


@pytest.mark.parametrize("cut", CUT_OFFS)
def test_all_corners_of_the_grid_are_reached_and_none_is_outside(cut: str) -> None:
    values = (0, CUT_OFFS["middle"] - 1, CUT_OFFS["middle"], CUT_OFFS["high"] - 1, CUT_OFFS["high"], HUNDRED)
    assert {box_of(one, two, RULES) for one in values for two in values} == set(range(1, 10))


# --- ratings, education ---


@pytest.mark.parametrize(("result", "conduct"), sorted(MATRIX))
def test_every_pair_of_judgements_counts_as_its_predicate(result: Judgement, conduct: Judgement) -> None:
    found = assess_talent(inputs(ratings=(rating(result, conduct),)), RULES)
    assert found.performance == RULES.skp_scores.scores[MATRIX[result, conduct]]


@pytest.mark.parametrize("level", sorted(RULES.education_scores.scores))
def test_every_level_of_education_counts_as_the_policy_says(level: str) -> None:
    found = {c.name: c for c in assess_talent(inputs(education=level), RULES).components}
    assert found[BY_SOURCE["education"]].score == RULES.education_scores.scores[level]


@pytest.mark.parametrize("level", [None, "", "TK", "s-1"])
def test_an_education_that_the_policy_does_not_know_is_left_out_and_no_zero(level: str | None) -> None:
    found = {c.name: c for c in assess_talent(inputs(education=level), RULES).components}
    assert (found[BY_SOURCE["education"]].score, found[BY_SOURCE["education"]].why) == (None, "missing")


# --- the unmapped ---


def without(name: str, why: str) -> dict[str, Any]:
    """What somebody's inputs are when that component is missing or has lapsed today."""
    if RULES.components[name].source == "skp":
        return {"ratings": ()} if why == "missing" else {"ratings": (rating(year=2023),)}
    day = TODAY.replace(year=TODAY.year - RULES.test_validity.months // 12)
    return {"test": None if why == "missing" else cact(tested_on=day)}


@pytest.mark.parametrize("why", ["missing", "lapsed"])
@pytest.mark.parametrize("name", REQUIRED)
def test_without_a_required_component_nobody_is_in_a_box_and_the_reason_says_which(
    name: str, why: str
) -> None:
    found = assess_talent(inputs(**without(name, why)), RULES)
    assert (found.box, found.is_mapped) == (None, False)
    assert (name, why) in {(gap.component, gap.why) for gap in found.gaps}
    assert {gap.component for gap in found.gaps} <= set(REQUIRED)


@pytest.mark.parametrize("name", OPTIONAL)
def test_without_any_other_component_one_is_in_a_box_by_the_rest(name: str) -> None:
    given, rules = scored(7000)
    if name in RECORDED:
        kept = tuple(c for c in given.components if c.component != name)
        given = given.model_copy(update={"components": kept})
    else:
        given = given.model_copy(update={"education": None})
    found = assess_talent(given, rules)
    assert (found.box, found.gaps) == (5, ())
    assert {c.name for c in found.components if c.score is None} == {name}


@pytest.mark.parametrize(("days", "box"), [(-1, 5), (0, None), (1, None)])
def test_a_rating_counts_for_the_policy_s_months_to_the_day(days: int, box: int | None) -> None:
    ends = months_after(date(2025, 12, 31), RULES.skp_validity.months)
    day = ends + timedelta(days=days)
    found = assess_talent(inputs(as_of=day, test=cact(tested_on=day)), RULES)
    assert found.box == box
    reason = why_unmapped(Profile("p", box, None, date(2025, 12, 31), FAR), day, RULES)
    assert reason == (() if box else ("skp_lapsed",))


@pytest.mark.parametrize(("days", "box"), [(-1, 5), (0, None), (1, None)])
def test_a_test_counts_for_the_policy_s_months_to_the_day(days: int, box: int | None) -> None:
    ends = months_after(date(2024, 3, 1), RULES.test_validity.months)
    day = ends + timedelta(days=days)
    newest = rating(year=day.year - 1)
    found = assess_talent(inputs(as_of=day, test=cact(tested_on=date(2024, 3, 1)), ratings=(newest,)), RULES)
    assert found.box == box
    last = ends - timedelta(days=1)
    reason = why_unmapped(Profile("p", box, None, newest.period_end, last), day, RULES)
    assert reason == (() if box else ("cact_lapsed",))


# --- treatments and pool ---


@pytest.mark.parametrize("box", range(1, 10))
def test_the_treatment_of_a_box_is_the_regulation_s(box: int) -> None:
    told = RULES.treatments[str(box)].text_id
    assert [part for part in TREATMENTS[box] if part not in told] == []
    assert RULES.treatments[str(box)].text_en


def test_the_succession_pool_is_boxes_nine_eight_and_seven() -> None:
    assert RULES.pool.boxes == (9, 8, 7)
    in_pool = {
        box for box in range(1, 10) if "kelompok rencana suksesi" in RULES.treatments[str(box)].text_id
    }
    assert in_pool == set(RULES.pool.boxes)
