"""What happens to a person's talent record: ratings, test results, other components, placements."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.event import Event
from domain.performance import Judgement

Axis = Literal["performance", "potential"]


class _Sealed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Rating(_Sealed):
    """The judgements of one period, or of one part of it where the person moved."""

    period_start: date
    period_end: date
    result: Judgement
    conduct: Judgement


class TestResult(_Sealed):
    """The results of one computerised test (CACT, Peraturan BKN 4/2024), each from 0 to 100."""

    __test__ = False  # no test of pytest's

    tested_on: date
    potential: int
    managerial_sociocultural: int
    digital_literacy: int
    emerging_skill: int


class ComponentScore(_Sealed):
    """A component recorded as such (award, feedback …): hundredths, and the last day it counts."""

    component: str
    score: int
    valid_until: date


class TalentInputs(_Sealed):
    """The raw inputs of a placement, frozen. `salt` keeps the placement's hash from being guessed."""

    as_of: date
    ratings: tuple[Rating, ...] = ()
    test: TestResult | None = None
    components: tuple[ComponentScore, ...] = ()
    education: str | None = None
    employment_status: str
    salt: str


class Gap(_Sealed):
    """A required component that keeps a person unmapped, and why."""

    component: str
    why: Literal["missing", "lapsed"]


class SkpRated(Event):
    """The SKP rating of a period. A later rating of the same period replaces it."""

    PERSONAL = frozenset({"result", "conduct"})

    person_id: str
    period_start: date
    period_end: date
    assessor_id: str | None = None
    source: Literal["import", "evaluation", "entry"]
    result: Judgement | None = None
    conduct: Judgement | None = None


class CompetencyTested(Event):
    """A person's CACT results, and the last day on which they count."""

    PERSONAL = frozenset({"results"})

    person_id: str
    tested_on: date
    valid_until: date
    results: TestResult | None = None


class TalentComponentRecorded(Event):
    """A component of the formula that no other register holds, from 0 to 10,000 hundredths."""

    PERSONAL = frozenset({"score"})

    person_id: str
    component: str
    valid_until: date
    score: int | None = None


class TalentPlaced(Event):
    """A person's place in the nine boxes from `as_of` on; `box` None with `gaps`: unmapped.

    `placement_hash` covers the person, inputs with their salt, formula, axes, box, gaps and vetoes.
    """

    PERSONAL = frozenset({"inputs", "box", "performance", "potential", "gaps", "vetoes", "lapses_on"})

    person_id: str
    as_of: date
    formula_version: str
    policy_id: str
    policy_hash: str
    placement_hash: str
    inputs: TalentInputs | None = None
    box: int | None = None
    performance: int | None = None
    potential: int | None = None
    gaps: tuple[Gap, ...] | None = None
    vetoes: tuple[str, ...] | None = None
    lapses_on: date | None = None
