"""The policy data of promotion: what a post asks, who is named first, when a choice needs reasons."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.rule_parameters import RuleParameters


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PostRequirement(_Part):
    """What a kind of post asks of whoever is promoted to it: from which kinds of post, how many years
    in such posts, the least education (canonical code) and the age on appointment, if limited.
    """

    from_kinds: tuple[str, ...]
    years_in_kind: int = Field(ge=0)
    education: str
    oldest: int | None = None
    citation: str
    doubt: str | None = None


class GradeBands(_Part):
    """The lowest and highest grade that goes with an echelon."""

    by_echelon: dict[str, tuple[str, str]]
    citation: str
    doubt: str | None = None


class PoolRule(_Part):
    """How the list of candidates comes about. The pool's boxes are those of talent management.

    With fewer than `fewest` eligible people in the pool it is widened by one box of `widening` after
    the other. At most `longest` of the admitted stand on the list, and below them `beside` people of
    other boxes, who can be chosen only against a finding. A choice below `free_ranks` needs reasons. A
    promotion starts on the list within `list_months` of the day on which it was frozen. The committee
    names at least `names` people, as far as the list has them; a vacancy is opened at most
    `oldest_vacancy_months` after it arose.
    """

    fewest: int = Field(ge=1)
    widening: tuple[int, ...]
    longest: int = Field(ge=1)
    beside: int = Field(ge=0)
    free_ranks: int = Field(ge=1)
    list_months: int = Field(ge=1)
    names: int = Field(ge=1)
    oldest_vacancy_months: int = Field(ge=0)
    citation: str
    doubt: str | None = None


class OpenSelectionRule(_Part):
    """Which kinds of post are filled by open selection, and how many names it brings."""

    post_kinds: tuple[str, ...]
    names: int = Field(ge=1)
    citation: str
    doubt: str | None = None


class MeritExemption(_Part):
    """The approval under which senior posts are filled from the talent pool without open selection."""

    approval: str
    citation: str
    doubt: str | None = None


class Review(_Part):
    """When a promoted person is reviewed: so many months after the effective date."""

    months: int = Field(ge=1)
    citation: str
    doubt: str | None = None


class PromotionRules(_Part):
    """Everything that a promotion is judged by, besides its route."""

    opened_by: tuple[str, ...]
    requirements: dict[str, PostRequirement]
    grade_bands: GradeBands
    pool: PoolRule
    open_selection: OpenSelectionRule
    merit_exemption: MeritExemption | None = None
    review: Review
    rules: dict[str, RuleParameters]
