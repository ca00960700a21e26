"""The questions that auditors ask, as policy data: what each means, its thresholds and its law."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, model_validator

# Every question that can be asked, with the numbers that its definition needs.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "overrides": (),
    "choices_against_rank": ("best_places",),
    "acting_outside_power": (),
    "approvals_within_seconds": ("seconds",),
    "two_roles_through_delegation": (),
    "decrees_before_clearance": (),
    "decree_number_gaps": (),
    "changes_around_elections": (),
    "moves_shorter_than_years": ("years",),
    "expired_evidence": (),
    "readings_of_files": (),
}


class QuestionRule(BaseModel):
    """One question. `parameters` are the whole numbers that `QUESTIONS` names for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_id: str
    title_en: str
    definition_id: str
    definition_en: str
    parameters: dict[str, int] = {}
    citation: str
    # The parts of the citation that nobody has checked against a text of the law.
    unverified: tuple[str, ...] = ()
    doubt: str | None = None

    @model_validator(mode="after")
    def _unverified_is_cited(self) -> QuestionRule:
        for part in self.unverified:
            if part not in self.citation:
                raise ValueError(f"{part!r} is not in the citation")
        return self


class AuditQuestions(BaseModel):
    """The questions of a policy, by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: dict[str, QuestionRule] = {}

    @model_validator(mode="after")
    def _known_and_complete(self) -> AuditQuestions:
        for name, rule in self.questions.items():
            if name not in QUESTIONS:
                raise ValueError(f"there is no question {name!r}")
            if set(rule.parameters) != set(QUESTIONS[name]):
                raise ValueError(f"question {name!r} needs the numbers {list(QUESTIONS[name])}")
        return self
