"""What officers can ask of talent records: enter a result, correct a wrong one, decide as second person."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.commands import FREE_TEXT_LIMIT, Command
from domain.talent_commands import CactRow, ComponentRow, SkpRow


class Withdrawal(BaseModel):
    """A recorded result that is to count no more, named by its component, period or day of test."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    component: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    tested_on: date | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        period = (self.period_start is None) + (self.period_end is None)
        named = (self.component is not None) + (self.tested_on is not None) + (period == 0)
        if named != 1 or period == 1:
            raise ValueError("a withdrawal names one component, one period or one day of test")
        return self


class EnterTalentResult(Command):
    """One result of one person; another one of the same component, period or day replaces it. `reason`
    is needed for whatever replaces or withdraws.
    """

    entry_id: str
    person_id: str
    component: ComponentRow | None = None
    rating: SkpRow | None = None
    test: CactRow | None = None
    withdrawal: Withdrawal | None = None
    reason: str = Field(default="", max_length=FREE_TEXT_LIMIT)

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [row for row in (self.component, self.rating, self.test, self.withdrawal) if row is not None]
        if len(given) != 1:
            raise ValueError("one of component, rating, test and withdrawal is given")
        return self


class DecideTalentResult(Command):
    """The second person's word on an entered result; a rejection needs a reason."""

    entry_id: str
    person_id: str
    outcome: Literal["approve", "reject"]
    reason: str = Field(default="", max_length=FREE_TEXT_LIMIT)
