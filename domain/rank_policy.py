"""The policy data of rank promotion: periods, kinds, ceilings, who acts, and how the rules weigh.

Sources: PP 99/2000 as amended by PP 12/2002; Peraturan BKN 4/2025 (monthly periods).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from domain.calendar import months_after
from domain.grades import parse_grade
from domain.rule_parameters import RuleParameters


class RankKind(StrEnum):
    """The kinds of rank promotion that follow from register and file (PP 99/2000 art. 6-20 and 27)."""

    REGULAR = "regular"
    STRUCTURAL = "choice_structural"
    FUNCTIONAL = "choice_functional"
    ADJUSTMENT = "adjustment"
    RETIREMENT = "retirement"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Periods(_Part):
    """The months whose first day is a period, and the days between which its list goes to BKN: from
    `opens_day` so many months before until `closes_day`, both included.
    """

    months: tuple[int, ...]
    opens_day: int = Field(ge=1, le=28)
    opens_months_before: int = Field(ge=0)
    closes_day: int = Field(ge=1, le=28)
    closes_months_before: int = Field(ge=0)
    citation: str
    doubt: str | None = None

    def is_period(self, day: date) -> bool:
        return day.day == 1 and day.month in self.months

    def opens_on(self, period: date) -> date:
        return months_after(period, -self.opens_months_before).replace(day=self.opens_day)

    def closes_on(self, period: date) -> date:
        """The last day on which the list of the period is sent."""
        return months_after(period, -self.closes_months_before).replace(day=self.closes_day)

    def first_after(self, day: date) -> date:
        """The first period on or after `day`."""
        period = day if day.day == 1 else months_after(day.replace(day=1), 1)
        while period.month not in self.months:
            period = months_after(period, 1)
        return period

    def open_on(self, day: date) -> date:
        """The first period whose list can still be sent on `day`."""
        period = self.first_after(day)
        while self.closes_on(period) < day:
            period = self.first_after(months_after(period, 1))
        return period


class KindRule(_Part):
    """One kind: holders of which posts, after how many months in grade. Below the lowest grade of the
    post fewer months may do, after some in the post. `document` is the type that opens the kind; with
    `decreed_outside` the agency never decrees it, whatever the grade.
    """

    post_kinds: tuple[str, ...]
    months_in_grade: int = Field(ge=0)
    months_below_band: int | None = None
    months_in_post: int = 0
    years_rated: int = Field(ge=1)
    document: str | None = None
    decreed_outside: bool = False
    citation: str
    doubt: str | None = None


class GradeByEducation(_Part):
    """A grade for each level of education (canonical code)."""

    by_education: dict[str, str]
    citation: str
    doubt: str | None = None


class Crossing(_Part):
    """The examination before a grade is entered: the document that proves it, documents that stand for
    it, and the education from which it is not asked.
    """

    document: str
    instead: tuple[str, ...] = ()
    exempt_from: str


class Examination(_Part):
    """Examinations by the grade that they lead to, and the kinds of promotion that ask for them."""

    kinds: tuple[RankKind, ...]
    before: dict[str, Crossing]
    citation: str
    doubt: str | None = None


class Authority(_Part):
    """The highest grade that the agency's own decree gives; above it the decree comes from outside."""

    highest_own: str
    citation: str
    doubt: str | None = None


class Hands(_Part):
    """Which offices do what. The law knows a proposal and a decree, and no approvals between them."""

    proposed_by: tuple[str, ...]
    sent_by: tuple[str, ...]
    recorded_by: tuple[str, ...]
    decreed_by: tuple[str, ...]
    citation: str
    doubt: str | None = None

    @property
    def offices(self) -> frozenset[str]:
        return frozenset((*self.proposed_by, *self.sent_by, *self.recorded_by, *self.decreed_by))


class Waiting(_Part):
    """After how many working days the doctor names what waits: BKN's answer, the write-back."""

    answer_working_days: int = Field(ge=1)
    write_back_working_days: int = Field(ge=1)
    citation: str
    doubt: str | None = None


class RankRules(_Part):
    """Everything that a rank promotion is judged by."""

    periods: Periods
    kinds: dict[RankKind, KindRule]
    highest: GradeByEducation
    entry: GradeByEducation
    examination: Examination
    authority: Authority
    hands: Hands
    waiting: Waiting
    rules: dict[str, RuleParameters]

    def decrees_itself(self, kind: RankKind, to_grade: str) -> bool:
        """Whether the agency's own official decrees that grade by a promotion of that kind."""
        within = parse_grade(to_grade) <= parse_grade(self.authority.highest_own)
        return within and not self.kinds[kind].decreed_outside
