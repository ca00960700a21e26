"""The frozen facts on which the rules judge one case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.canonical import digest
from domain.policy import Variant


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SubjectFacts(_Part):
    """The person as the register has them on the day of assessment. Dates are local days."""

    person_id: str
    employment_kind: str
    employment_status: str
    grade: str
    education: str | None = None
    birth_date: date
    nip_birth_date: date | None
    position_id: str | None
    position_name: str | None
    position_kind: str | None
    position_since: date | None


class TargetFacts(_Part):
    """The post that is asked for. `held_by` is a surrogate id, None when nobody holds it."""

    position_id: str
    name: str
    kind: str
    eselon: str | None = None
    grade_min: str | None = None
    grade_max: str | None = None
    held_by: str | None = None


class PerformanceYear(_Part):
    """One year's *predikat* (PermenPANRB 6/2022)."""

    year: Annotated[int, Field(ge=1990, le=2100)]
    predicate: Literal["SANGAT_BAIK", "BAIK", "BUTUH_PERBAIKAN", "KURANG", "SANGAT_KURANG"]


class Attestation(_Part):
    """What the personnel analyst verified from the file."""

    no_discipline: bool
    no_court_process: bool
    not_on_study_leave: bool
    no_audit_findings: bool
    performance: tuple[PerformanceYear, ...]


Unowned = Literal["vacant", "excluded", "no_quorum", "two_roles", "acting_only"]


class SeparationFacts(_Part):
    """Which of the steps to come nobody could lawfully decide as the offices are held, and why; both None
    where each has somebody: `excluded` all holders by the case, `two_roles` one person who has to decide
    before, `acting_only` no definitive holder.
    """

    step: str | None = None
    why: Unowned | None = None


class Sheet(_Part):
    """What rules judge by. `salt` keeps the sheet's hash from being guessed."""

    salt: str

    @property
    def hash(self) -> str:
        """SHA-256 of the sheet's canonical JSON, in hexadecimal."""
        return digest(self.as_json())

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class FactSheet(Sheet):
    """Everything that the rules on a transfer may use. `separation` is None where nobody asked: after the
    submission.
    """

    assessed_on: date
    submitted_on: date
    variant: Variant
    effective_date: date
    decree_date: date | None = None
    subject: SubjectFacts
    target: TargetFacts | None
    requested_post_name: str | None = None
    consented_post_name: str | None = None
    election_consent: bool = False
    attested: Attestation | None = None
    separation: SeparationFacts | None = None
