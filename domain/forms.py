"""What each step asks of the person who decides it: the task's form and its valid example.

A form is a frozen model; `form_schema` publishes it as JSON Schema 2020-12 with one object under
`examples` that the same case would accept today.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.calendar import WorkingCalendar
from domain.errors import DateOutOfOrder, InvalidDetails
from domain.fact_sheet import PerformanceYear

LetterNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100)]
# Far beyond any case, and near enough for counting days.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
PersonId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


@dataclass(frozen=True)
class FormContext:
    """What a form's example and its date checks need to know about the case."""

    today: date
    calendar: WorkingCalendar
    effective_date: date
    decree_date: date | None
    post_name: str | None
    partner_agency: str | None
    # Of evaluations: the first day on which the open step may be decided, the final *predikat*, and the
    # measures that may be ordered.
    not_before: date | None = None
    predicate: str | None = None
    measures: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()


class Form(BaseModel, ABC):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    @abstractmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        """A valid answer for this case."""

    def check(self, context: FormContext) -> None:
        """Raise DateOutOfOrder where the answer's dates contradict the case."""


class Recommendation(Form):
    """The unit's recommendation with its workload analysis (anjab/ABK)."""

    recommendation_number: LetterNumber
    recommendation_date: Day
    workload_analysis_reference: LetterNumber

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "recommendation_number": "800/123-Rek",
            "recommendation_date": context.today.isoformat(),
            "workload_analysis_reference": "ABK-2026-04",
        }

    def check(self, context: FormContext) -> None:
        in_order("recommendation_date", self.recommendation_date, "today", context.today)


class Verification(Form):
    """What the analyst verified in the file (Peraturan BKN 5/2019)."""

    no_discipline: bool
    no_court_process: bool
    not_on_study_leave: bool
    no_audit_findings: bool
    performance: tuple[PerformanceYear, ...] = Field(max_length=10)

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        years = (context.today.year - 2, context.today.year - 1)
        return {
            "no_discipline": True,
            "no_court_process": True,
            "not_on_study_leave": True,
            "no_audit_findings": True,
            "performance": [{"year": year, "predicate": "BAIK"} for year in years],
        }


class PartnerConsent(Form):
    """The other agency's letter; it has to name the post."""

    agency: Name
    letter_number: LetterNumber
    letter_date: Day
    position_named: Name

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "agency": context.partner_agency or "Pemerintah Provinsi Banten",
            "letter_number": "800/456-BKD",
            "letter_date": context.today.isoformat(),
            "position_named": context.post_name or "Analis Kebijakan Ahli Muda",
        }

    def check(self, context: FormContext) -> None:
        in_order("letter_date", self.letter_date, "today", context.today)


class Vote(Form):
    """One member's vote; the chair may add the number of the minutes (berita acara)."""

    vote: Literal["approve", "reject", "abstain"]
    minutes_number: LetterNumber | None = None

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"vote": "approve", "minutes_number": f"BA-TPK/{context.today.year}/07"}


class RankingVote(Vote):
    """A vote on the committee's ranking of candidates, best first, by their ids. The first vote for it
    names the ranking and the minutes; later ones may leave it out.
    """

    ranking: tuple[PersonId, ...] = Field(default=(), max_length=50)

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return super().example(context) | {"ranking": list(context.ranking or context.candidates)}


class CandidateChoice(Form):
    """Whom the appointing official chooses among the named, and who suggested the name."""

    person_id: PersonId
    effective_date: Day | None = None
    suggested_by: PersonId | None = None
    reason: str = Field(default="", max_length=4000)

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        named = [person for person in context.candidates if person in context.ranking]
        return {
            "person_id": named[0] if named else "8d8ac610-566d-4ef0-9c22-186b2a5ed793",
            "effective_date": max(context.effective_date, context.today).isoformat(),
            "reason": "peringkat pertama kelompok rencana suksesi",
        }


class PromotionReview(Form):
    """How the promoted person has done in the new post after the first months."""

    reviewed_on: Day
    result: Literal["CONFIRMED", "NEEDS_GUIDANCE", "NOT_SUITABLE"]
    minutes_number: LetterNumber

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "reviewed_on": context.today.isoformat(),
            "result": "CONFIRMED",
            "minutes_number": f"BA-Evaluasi/{context.today.year}/03",
        }

    def check(self, context: FormContext) -> None:
        in_order("reviewed_on", self.reviewed_on, "today", context.today)


class ClearanceLetter(Form):
    """A consent from outside the agency."""

    issued_by: Name
    letter_number: LetterNumber
    letter_date: Day

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "issued_by": "Kementerian Dalam Negeri",
            "letter_number": "100.2.2.6/789/OTDA",
            "letter_date": context.today.isoformat(),
        }

    def check(self, context: FormContext) -> None:
        in_order("letter_date", self.letter_date, "today", context.today)


class BknReview(Form):
    """BKN's technical consideration as I-MUT shows it."""

    imut_number: LetterNumber
    issued_on: Day

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"imut_number": f"I-MUT/{context.today.year}/000123", "issued_on": context.today.isoformat()}

    def check(self, context: FormContext) -> None:
        in_order("issued_on", self.issued_on, "today", context.today)


class AppointingDecision(Form):
    """The decree's date and the date from which it takes effect (TMT)."""

    decree_date: Day
    effective_date: Day | None = None

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "decree_date": context.today.isoformat(),
            "effective_date": max(context.effective_date, context.today).isoformat(),
        }

    def check(self, context: FormContext) -> None:
        in_order("decree_date", self.decree_date, "today", context.today)
        in_order("today", context.today, "decree_date", self.decree_date)
        if self.effective_date is not None:
            in_order("decree_date", self.decree_date, "effective_date", self.effective_date)


class AuthorityDecision(Form):
    """The Governor's decision within a province, the Minister's across provinces."""

    authority: Literal["GOVERNOR", "MINISTER"]
    decision_number: LetterNumber
    decision_date: Day

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "authority": "GOVERNOR",
            "decision_number": "800/Kep.321-BKD",
            "decision_date": context.today.isoformat(),
        }

    def check(self, context: FormContext) -> None:
        in_order("decision_date", self.decision_date, "today", context.today)


class Inauguration(Form):
    """The inauguration's minutes; the invitation goes out at least one working day before."""

    invitation_date: Day
    inaugurated_on: Day
    minutes_number: LetterNumber
    officiant: Literal["PPK", "DELEGATE"] = "PPK"

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "invitation_date": context.calendar.before(context.today, 1).isoformat(),
            "inaugurated_on": context.today.isoformat(),
            "minutes_number": f"BA-Pelantikan/{context.today.year}/12",
            "officiant": "PPK",
        }

    def check(self, context: FormContext) -> None:
        in_order("inaugurated_on", self.inaugurated_on, "today", context.today)
        latest = context.calendar.before(self.inaugurated_on, 1)
        in_order("invitation_date", self.invitation_date, "one working day before", latest)
        if context.decree_date is not None:
            in_order("decree_date", context.decree_date, "inaugurated_on", self.inaugurated_on)


class DutyStatement(Form):
    """The statement of taking up duty (SPMT, SIASN document 888)."""

    statement_number: LetterNumber
    started_on: Day

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"statement_number": "800/55-SPMT", "started_on": context.effective_date.isoformat()}

    def check(self, context: FormContext) -> None:
        in_order("effective_date", context.effective_date, "started_on", self.started_on)


class SiasnWriteBack(Form):
    """The record that SIASN now holds, read again and compared by the officer."""

    siasn_id: LetterNumber
    decree_document_id: LetterNumber
    echo_matches: Literal[True]

    @classmethod
    def example(cls, _: FormContext) -> dict[str, Any]:
        return {
            "siasn_id": "8ae4828d-rwjabatan",
            "decree_document_id": "872",
            "echo_matches": True,
        }


class SiasnCorrection(Form):
    """SIASN's record of the annulled action has been corrected."""

    siasn_reference: LetterNumber
    corrected_on: Day

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"siasn_reference": "8ae4828d-koreksi", "corrected_on": context.today.isoformat()}

    def check(self, context: FormContext) -> None:
        in_order("corrected_on", self.corrected_on, "today", context.today)


FORMS: dict[str, type[Form]] = {
    "recommendation": Recommendation,
    "verification": Verification,
    "partner_consent": PartnerConsent,
    "vote": Vote,
    "ranking_vote": RankingVote,
    "candidate_choice": CandidateChoice,
    "promotion_review": PromotionReview,
    "clearance": ClearanceLetter,
    "bkn_review": BknReview,
    "appointing_decision": AppointingDecision,
    "authority_decision": AuthorityDecision,
    "inauguration": Inauguration,
    "duty_statement": DutyStatement,
    "siasn_write_back": SiasnWriteBack,
    "siasn_correction": SiasnCorrection,
}


def form_schema(name: str | None, context: FormContext) -> dict[str, Any] | None:
    """JSON Schema 2020-12 of the form with one valid object under `examples`; None without a form."""
    if name is None:
        return None
    return _schema_of(name) | {"examples": [FORMS[name].example(context)]}


@cache
def _schema_of(name: str) -> dict[str, Any]:
    """The part of a form's schema that is the same for every case; not to be changed by callers."""
    return FORMS[name].model_json_schema() | {"$schema": "https://json-schema.org/draft/2020-12/schema"}


def answer(name: str | None, details: dict[str, Any], context: FormContext) -> Form | None:
    """The form as answered; raises InvalidDetails with a list of `{field, message}`."""
    if name is None:
        if details:
            raise InvalidDetails(errors=[{"field": field, "message": "not asked for"} for field in details])
        return None
    try:
        answered = FORMS[name].model_validate(details, strict=False)
    except ValidationError as error:
        raise InvalidDetails(
            errors=[
                {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
                for item in error.errors(include_url=False, include_context=False, include_input=False)
            ]
        ) from None
    answered.check(context)
    return answered


def in_order(earlier_name: str, earlier: date, later_name: str, later: date) -> None:
    """Raise DateOutOfOrder, naming the two, unless the earlier day is not after the later one."""
    if earlier > later:
        raise DateOutOfOrder(earlier=earlier_name, later=later_name)
