"""What an agency's policy says of evaluations: periods, windows, waiting times, who opens and who decides."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.performance import Predicate


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Joining(_Part):
    """How the ratings of the parts become one, where a move has divided a period: by days, and to which
    level a result half-way between two goes.
    """

    rule: Literal["weighted_by_days"]
    halves_to: Literal["better", "worse"]
    citation: str
    doubt: str | None = None


class Window(_Part):
    """A number of days; whether they are working days is the policy's to say."""

    days: int
    unit: Literal["working", "calendar"]
    citation: str
    doubt: str | None = None


class Waiting(_Part):
    """Whole months that have to pass."""

    months: int
    citation: str
    doubt: str | None = None


class Period(_Part):
    """The longest period that one evaluation covers, and how long before its end a rating is possible."""

    longest_months: int
    rating_opens_days_before_end: int
    citation: str
    doubt: str | None = None


class LowRating(_Part):
    """Which *predikat* opens a follow-up, and what may be ordered after it, by variant of the follow-up."""

    predicates: tuple[Predicate, ...]
    measures: dict[str, tuple[str, ...]]
    citation: str
    doubt: str | None = None


class Replacement(_Part):
    """After which *predikat* an official may be replaced in coordination with BKN, and who records it."""

    predicates: tuple[Predicate, ...]
    coordinated_by: tuple[str, ...]
    citation: str
    doubt: str | None = None


class Organisation(_Part):
    """Who records an organisation's achievement, who sees the ratings beside its pattern, and whether
    ratings that lie otherwise need a written reason.
    """

    rated_by: tuple[str, ...]
    considered_by: tuple[str, ...]
    deviation_needs_reason: bool
    citation: str
    doubt: str | None = None


class Opening(_Part):
    """When the calendar opens a cycle: at the local hour of the first day of each of these months, for
    the period from that day to the next such day.
    """

    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(min_length=1)]
    hour: Annotated[int, Field(ge=0, le=23)]
    citation: str
    doubt: str | None = None


class Assessment(_Part):
    """Whose office rates whom. `office` has one holder in every unit: its leader. `without_superior` is
    the office that records what an authority above the agency decides on an objection.
    """

    office: str
    without_superior: str
    citation: str
    doubt: str | None = None


class EvaluationRules(_Part):
    """The policy's part on evaluations. `*_by` name offices."""

    period: Period
    opening: Opening
    assessment: Assessment
    joining: Joining
    employment_statuses: tuple[str, ...]
    post_kinds_left_out: tuple[str, ...]
    objection_window: Window
    low_rating: LowRating
    replacement: Replacement
    organisation: Organisation
    improvement: Waiting
    temporary_placement: Waiting
    closing: Waiting
    cycles_by: tuple[str, ...]
    withdrawn_by: tuple[str, ...]
    citation: str
    doubt: str | None = None
