"""The policy data of talent management: the formula of the nine boxes, pool, integrity, campaign."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.performance import Achievement, Predicate

HUNDRED = 10_000
"""A hundred points in hundredths: scores, axes and cut-offs are integers from 0 to this."""

Source = Literal["skp", "potential_test", "competency_test", "education", "recorded"]
Score = Field(ge=0, le=HUNDRED)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ComponentRule(_Part):
    """One weighted component of an axis. Without a valid value a `required` one leaves the person
    unmapped; any other is left out and its weight with it.
    """

    weight: int = Field(ge=1, le=100)
    source: Source
    required: bool = False
    name_id: str
    name_en: str
    citation: str
    doubt: str | None = None


class CutOffs(_Part):
    """The least axis value, in hundredths, of the high and of the middle level."""

    high: int = Score
    middle: int = Score
    citation: str
    doubt: str | None = None


class Scores(_Part):
    """What a rating or level of education counts, in hundredths."""

    scores: dict[str, int]
    citation: str
    doubt: str | None = None

    @model_validator(mode="after")
    def _within_a_hundred(self) -> Scores:
        if any(not 0 <= score <= HUNDRED for score in self.scores.values()):
            raise ValueError(f"a score is outside 0 to {HUNDRED}")
        return self


class Validity(_Part):
    """For how many months a result counts, from the end of its period or the day of the test."""

    months: int = Field(ge=1)
    citation: str
    doubt: str | None = None


class Pool(_Part):
    """The boxes of the succession pool (*kelompok rencana suksesi*), the preferred one first."""

    boxes: tuple[int, ...]
    citation: str
    doubt: str | None = None


class Treatment(_Part):
    """What the regulation recommends for the people of a box."""

    text_id: str
    text_en: str


class IntegrityRule(_Part):
    """A veto: whoever has one of these legal statuses is in no pool, whatever their box."""

    status_codes: tuple[str, ...]
    citation: str
    doubt: str | None = None


class Campaign(_Part):
    """The day by which everybody is to be profiled, which office is reminded how often of those who are
    not, and at what hour results are looked at that have lapsed. `documents` are those, by kind of
    employment, that a file must hold before somebody can be profiled.
    """

    target_date: date
    remind_every_days: int = Field(ge=1)
    reminds: str = "unit_personnel_officer"
    hour: int = Field(default=5, ge=0, le=23)
    documents: dict[str, tuple[str, ...]] = {}
    citation: str
    doubt: str | None = None


class ResultEntry(_Part):
    """Which offices enter and correct results by hand, and which confirm them as a second person; without
    `confirmed_by` none is needed.
    """

    by: tuple[str, ...]
    confirmed_by: tuple[str, ...] = ()
    citation: str
    doubt: str | None = None


class DistributionPatterns(_Part):
    """Which *predikat* may be the most frequent under an organisation's achievement."""

    patterns: dict[Achievement, tuple[Predicate, ...]]
    citation: str
    doubt: str | None = None


class TalentRules(_Part):
    """How people are placed in the nine boxes. `formula_version` names weights, scores and cut-offs."""

    formula_version: str
    citation: str
    doubt: str | None = None
    performance: dict[str, ComponentRule]
    potential: dict[str, ComponentRule]
    cut_offs: CutOffs
    skp_scores: Scores
    education_scores: Scores
    competency_parts: tuple[str, ...]
    skp_validity: Validity
    test_validity: Validity
    pool: Pool
    treatments: dict[str, Treatment]
    treatments_citation: str
    integrity: dict[str, IntegrityRule]
    distribution: DistributionPatterns
    campaign: Campaign
    entry: ResultEntry

    @model_validator(mode="after")
    def _adds_up(self) -> TalentRules:
        for axis in (self.performance, self.potential):
            if sum(rule.weight for rule in axis.values()) != 100:
                raise ValueError("the weights of an axis do not add up to 100")
        if self.performance.keys() & self.potential.keys():
            raise ValueError("a component stands on both axes")
        if not self.cut_offs.middle < self.cut_offs.high:
            raise ValueError("the middle cut-off is not below the high one")
        if set(self.skp_scores.scores) != set(Predicate):
            raise ValueError("skp_scores does not name the five ratings")
        if set(self.distribution.patterns) != set(Achievement):
            raise ValueError("distribution does not name the five achievements")
        if set(self.treatments) != {str(box) for box in range(1, 10)}:
            raise ValueError("treatments does not name the nine boxes")
        if not set(self.pool.boxes) <= set(range(1, 10)):
            raise ValueError("the pool names a box that there is not")
        return self

    @property
    def components(self) -> dict[str, ComponentRule]:
        """The components of both axes by name."""
        return {**self.performance, **self.potential}
