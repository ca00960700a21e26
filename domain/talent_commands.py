"""What can be asked of talent records: recording results, and placing people anew."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.commands import Command
from domain.performance import Judgement


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    person_id: str


class SkpRow(_Row):
    """An SKP rating; `assessor_id` is None where the assessor is not in the register."""

    period_start: date
    period_end: date
    result: Judgement
    conduct: Judgement
    assessor_id: str | None = None


class CactRow(_Row):
    """The results of one test, each from 0 to 100."""

    tested_on: date
    potential: int = Field(ge=0, le=100)
    managerial_sociocultural: int = Field(ge=0, le=100)
    digital_literacy: int = Field(ge=0, le=100)
    emerging_skill: int = Field(ge=0, le=100)


class ComponentRow(_Row):
    """A component of the formula that no other register holds; `score` in hundredths."""

    component: str
    score: int = Field(ge=0, le=10_000)
    valid_until: date


class RecordSkp(Command):
    rows: tuple[SkpRow, ...]
    source: Literal["import", "evaluation"] = "import"


class RecordCompetency(Command):
    rows: tuple[CactRow, ...]


class RecordTalentComponents(Command):
    rows: tuple[ComponentRow, ...]


class PlaceTalent(Command):
    """Place these people anew as of today: after a new formula, or because results have lapsed."""

    person_ids: tuple[str, ...]
