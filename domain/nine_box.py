"""Where a person stands in the nine boxes of talent (*kotak talenta*), why, and what leads further.

Source: PermenPANRB 3/2020 (axes, numbering, treatments, pool). Weights, scores and cut-offs are the
policy's. All values are integers in hundredths of a point; quotients are rounded down, which never
moves a value across a cut-off that is an integer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from domain.calendar import months_after
from domain.canonical import digest
from domain.performance import predicate_of
from domain.talent_events import Axis, Gap, Rating, TalentInputs, TestResult
from domain.talent_policy import HUNDRED, ComponentRule, TalentRules


class Level(IntEnum):
    """The level of an axis: of performance below, as and above expectation; of potential low,
    middle and high.
    """

    LOW = 0
    MIDDLE = 1
    HIGH = 2


BOXES: Mapping[tuple[Level, Level], int] = {
    (Level.HIGH, Level.LOW): 4,
    (Level.HIGH, Level.MIDDLE): 7,
    (Level.HIGH, Level.HIGH): 9,
    (Level.MIDDLE, Level.LOW): 2,
    (Level.MIDDLE, Level.MIDDLE): 5,
    (Level.MIDDLE, Level.HIGH): 8,
    (Level.LOW, Level.LOW): 1,
    (Level.LOW, Level.MIDDLE): 3,
    (Level.LOW, Level.HIGH): 6,
}
"""(performance, potential) -> box; the numbers do not follow the rows."""


@dataclass(frozen=True)
class Component:
    """One component as it was counted. `score` is None where it was left out, and `why` says why."""

    name: str
    axis: Axis
    weight: int
    required: bool
    score: int | None
    why: str | None = None
    lapses_on: date | None = None


@dataclass(frozen=True)
class Assessment:
    """A person's place on `as_of`. `box` and both axes are None with `gaps`: unmapped, a state of its
    own and never box 1. `vetoes` keep out of every pool; `lapses_on` is the first day on which a
    counted result counts no more.
    """

    as_of: date
    box: int | None
    performance: int | None
    potential: int | None
    components: tuple[Component, ...]
    gaps: tuple[Gap, ...]
    vetoes: tuple[str, ...]
    lapses_on: date | None

    @property
    def is_mapped(self) -> bool:
        return self.box is not None


@dataclass(frozen=True)
class Step:
    """One level higher on one axis: the box it leads to, what the axis lacks, and what one component
    alone would have to score for it (only those for which a hundred points suffice).
    """

    axis: Axis
    level: Level
    box: int
    lacking: int
    by_component: tuple[tuple[str, int], ...]


def level_of(value: int, rules: TalentRules) -> Level:
    """The level of an axis value in hundredths; a cut-off itself belongs to the level above."""
    if value >= rules.cut_offs.high:
        return Level.HIGH
    return Level.MIDDLE if value >= rules.cut_offs.middle else Level.LOW


def box_of(performance: int, potential: int, rules: TalentRules) -> int:
    """The box of two axis values in hundredths."""
    return BOXES[level_of(performance, rules), level_of(potential, rules)]


def assess_talent(inputs: TalentInputs, rules: TalentRules) -> Assessment:
    """Place a person by frozen inputs under the rules of a policy."""
    components = tuple(
        _component(name, axis, rule, inputs, rules)
        for axis, of_axis in _axes(rules)
        for name, rule in sorted(of_axis.items())  # a policy's order is lost in canonical JSON
    )
    gaps = tuple(
        Gap(component=c.name, why="lapsed" if c.why == "lapsed" else "missing")
        for c in components
        if c.required and c.score is None
    )
    vetoes = tuple(
        name
        for name, rule in sorted(rules.integrity.items())
        if inputs.employment_status in rule.status_codes
    )
    performance, potential = axis_value(components, "performance"), axis_value(components, "potential")
    if gaps or performance is None or potential is None:
        return Assessment(inputs.as_of, None, None, None, components, gaps, vetoes, None)
    ends = [c.lapses_on for c in components if c.score is not None and c.lapses_on is not None]
    return Assessment(
        inputs.as_of,
        box_of(performance, potential, rules),
        performance,
        potential,
        components,
        (),
        vetoes,
        min(ends, default=None),
    )


def axis_value(components: tuple[Component, ...], axis: Axis) -> int | None:
    """The weighted mean of the components counted on an axis, rounded down; None without any."""
    counted = [(c.weight, c.score) for c in components if c.axis == axis and c.score is not None]
    total = sum(weight for weight, _ in counted)
    return sum(weight * score for weight, score in counted) // total if total else None


def next_steps(found: Assessment, rules: TalentRules) -> tuple[Step, ...]:
    """What one level more on either axis asks of a mapped person; nothing in box 9 or unmapped."""
    if found.performance is None or found.potential is None:
        return ()
    levels = {
        "performance": level_of(found.performance, rules),
        "potential": level_of(found.potential, rules),
    }
    steps = []
    axes: tuple[tuple[Axis, int], ...] = (
        ("performance", found.performance),
        ("potential", found.potential),
    )
    for axis, value in axes:
        if levels[axis] is Level.HIGH:
            continue
        level = Level(levels[axis] + 1)
        wanted = rules.cut_offs.high if level is Level.HIGH else rules.cut_offs.middle
        reached = {**levels, axis: level}
        box = BOXES[reached["performance"], reached["potential"]]
        steps.append(Step(axis, level, box, wanted - value, _alone(found.components, axis, wanted)))
    return tuple(steps)


def placement_hash(
    person_id: str, inputs: TalentInputs, found: Assessment, formula_version: str, policy_hash: str
) -> str:
    """SHA-256 in hexadecimal over everything that a placement rests on and says."""
    return digest(
        {
            "person_id": person_id,
            "inputs": inputs.model_dump(mode="json"),
            "formula_version": formula_version,
            "policy_hash": policy_hash,
            "box": found.box,
            "performance": found.performance,
            "potential": found.potential,
            "gaps": [gap.model_dump(mode="json") for gap in found.gaps],
            "vetoes": list(found.vetoes),
            "lapses_on": found.lapses_on.isoformat() if found.lapses_on else None,
        }
    )


# --- components ---


def _axes(rules: TalentRules) -> tuple[tuple[Axis, dict[str, ComponentRule]], ...]:
    return ("performance", rules.performance), ("potential", rules.potential)


def _component(
    name: str, axis: Axis, rule: ComponentRule, inputs: TalentInputs, rules: TalentRules
) -> Component:
    score, ends = _score(name, rule, inputs, rules)
    if score is None:
        return Component(name, axis, rule.weight, rule.required, None, "missing")
    if ends is not None and inputs.as_of >= ends:
        return Component(name, axis, rule.weight, rule.required, None, "lapsed", ends)
    return Component(name, axis, rule.weight, rule.required, score, None, ends)


def _score(
    name: str, rule: ComponentRule, inputs: TalentInputs, rules: TalentRules
) -> tuple[int | None, date | None]:
    """The score in hundredths and the first day on which it counts no more."""
    match rule.source:
        case "skp":
            return _skp(inputs.ratings, rules)
        case "potential_test" | "competency_test":
            if inputs.test is None:
                return None, None
            ends = months_after(inputs.test.tested_on, rules.test_validity.months)
            if rule.source == "potential_test":
                return inputs.test.potential * 100, ends
            return _competency(inputs.test, rules), ends
        case "education":
            return rules.education_scores.scores.get(inputs.education or ""), None
        case "recorded":
            known = next((c for c in inputs.components if c.component == name), None)
            return (known.score, known.valid_until + timedelta(days=1)) if known else (None, None)


def _skp(ratings: tuple[Rating, ...], rules: TalentRules) -> tuple[int | None, date | None]:
    """The mean of a year's ratings by days: one where the person stayed, several where they moved."""
    if not ratings:
        return None, None
    scores = rules.skp_scores.scores
    parts = [
        ((r.period_end - r.period_start).days + 1, scores[predicate_of(r.result, r.conduct)]) for r in ratings
    ]
    mean = sum(days * score for days, score in parts) // sum(days for days, _ in parts)
    return mean, months_after(max(r.period_end for r in ratings), rules.skp_validity.months)


def _competency(test: TestResult, rules: TalentRules) -> int:
    parts = [int(getattr(test, part)) * 100 for part in rules.competency_parts]
    return sum(parts) // len(parts)


def _alone(components: tuple[Component, ...], axis: Axis, wanted: int) -> tuple[tuple[str, int], ...]:
    """For each component the least score with which it alone would bring its axis to `wanted`."""
    counted = [c for c in components if c.axis == axis and c.score is not None]
    total = sum(c.weight for c in counted)
    reached = sum(c.weight * (c.score or 0) for c in counted)
    found = []
    for component in counted:
        others = reached - component.weight * (component.score or 0)
        needed = -((others - wanted * total) // component.weight)
        if needed <= HUNDRED:
            found.append((component.name, needed))
    return tuple(found)
