"""What can be asked about vacancies and promotions."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from domain.commands import FREE_TEXT_LIMIT, ActionCommand, Command


class OpenSelection(BaseModel):
    """The result of an open selection held outside: the letter and the names, best first."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    letter_number: str = Field(min_length=3, max_length=100)
    person_ids: tuple[str, ...] = Field(min_length=1, max_length=20)


class OpenVacancy(Command):
    """Fill a post by promotion, from `vacant_from` on. The list of candidates is frozen with it."""

    vacancy_id: str
    position_id: str
    vacant_from: date
    selection: OpenSelection | None = None


class StartPromotion(ActionCommand):
    """Begin the promotion for which a vacancy's list was frozen."""

    vacancy_id: str
    reason: str = Field(default="", max_length=FREE_TEXT_LIMIT)
