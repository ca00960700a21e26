"""What each step of an evaluation asks: plan, rating, calibration, receipt, response, record, follow-up."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.errors import InvalidDetails
from domain.forms import FORMS, Day, Form, FormContext, LetterNumber, Vote, in_order
from domain.performance import Judgement, Predicate

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=4000)]
Level = Literal["ABOVE", "AS_EXPECTED", "BELOW"]


class PlannedResult(BaseModel):
    """One expected result (*rencana hasil kerja*) with its measure."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    expectation: Text
    indicator: Text


class PerformancePlan(Form):
    """The plan for the period (*SKP*), as the employee proposes it."""

    results: Annotated[tuple[PlannedResult, ...], Field(min_length=1, max_length=20)]

    @classmethod
    def example(cls, _: FormContext) -> dict[str, Any]:
        return {
            "results": [
                {"expectation": "Layanan selesai tepat waktu", "indicator": "95 persen dalam lima hari kerja"}
            ]
        }


class PlanAgreement(Form):
    """Employee and assessor agreed on the plan in their dialogue of that day."""

    dialogue_on: Day

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"dialogue_on": context.today.isoformat()}

    def check(self, context: FormContext) -> None:
        in_order("dialogue_on", self.dialogue_on, "today", context.today)


class JudgementForm(Form):
    """Results (*hasil kerja*) and conduct (*perilaku kerja*) against what was expected."""

    result: Level
    conduct: Level

    def levels(self) -> tuple[Judgement, Judgement]:
        return Judgement[self.result], Judgement[self.conduct]


class PerformanceRating(JudgementForm):
    """The assessor's rating, with the evidence that it rests on."""

    evidence: Text

    @classmethod
    def example(cls, _: FormContext) -> dict[str, Any]:
        return {"result": "AS_EXPECTED", "conduct": "AS_EXPECTED", "evidence": "Laporan kinerja semester"}

    def check(self, context: FormContext) -> None:
        if context.not_before is not None:
            in_order("rating opens", context.not_before, "today", context.today)


class Deviation(BaseModel):
    """Another judgement than the assessor's, moved with its reason."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    result: Level
    conduct: Level
    reason: Text


class CalibrationVote(Vote):
    """A vote on the rating as it stands, or as the first voter moves to change it."""

    deviation: Deviation | None = None


class DeliveryReceipt(Form):
    """The day on which the person received the result; the time for an objection runs from it."""

    received_on: Day
    receipt_number: LetterNumber | None = None

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"received_on": context.today.isoformat()}

    def check(self, context: FormContext) -> None:
        in_order("received_on", self.received_on, "today", context.today)
        in_order("today", context.today, "received_on", self.received_on)


class ResultResponse(Form):
    """The person accepts the result, or objects with reasons (PP 30/2019 art. 59)."""

    response: Literal["accept", "object"]
    reasons: Text | None = None

    @classmethod
    def example(cls, _: FormContext) -> dict[str, Any]:
        return {"response": "accept"}

    def check(self, _: FormContext) -> None:
        if self.response == "object" and self.reasons is None:
            raise InvalidDetails(errors=[{"field": "reasons", "message": "an objection needs its reasons"}])


class ObjectionDecision(Form):
    """The assessor's superior heard both sides and decides for good."""

    decision: Literal["upheld", "changed"]
    minutes_number: LetterNumber
    reason: Text
    result: Level | None = None
    conduct: Level | None = None

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "decision": "upheld",
            "minutes_number": f"BA-Keberatan/{context.today.year}/03",
            "reason": "Kedua pihak telah didengar; bukti mendukung penilaian.",
        }

    def check(self, _: FormContext) -> None:
        """A changed rating names both judgements; one that is upheld names none."""
        named = [self.result is not None, self.conduct is not None]
        if named != [self.decision == "changed"] * 2:
            raise InvalidDetails(errors=[{"field": "result", "message": "given exactly when changed"}])


class EvaluationRecord(Form):
    """The record in the system of record, read again and compared (document 890 of SIASN)."""

    record_id: LetterNumber
    document_id: LetterNumber
    predicate: Predicate

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {
            "record_id": f"evaluasi-{context.today.year}-0001",
            "document_id": "890",
            "predicate": context.predicate or Predicate.BAIK.value,
        }

    def check(self, context: FormContext) -> None:
        """The recorded *predikat* has to be the one that became final."""
        if context.predicate is not None and self.predicate.value != context.predicate:
            raise InvalidDetails(errors=[{"field": "predicate", "message": "not the one that became final"}])


class ImprovementPlan(Form):
    """What is to be better after the time that the law gives, and how it is followed."""

    targets: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    starts_on: Day

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"targets": ["Menyelesaikan layanan tepat waktu"], "starts_on": context.today.isoformat()}

    def check(self, context: FormContext) -> None:
        """The time to improve runs neither from a day to come nor from one before it was given."""
        in_order("starts_on", self.starts_on, "today", context.today)
        if context.not_before is not None:
            in_order("the rating's record", context.not_before, "starts_on", self.starts_on)


class Retest(Form):
    """The competency test (*uji kompetensi*) after the time for improvement."""

    tested_on: Day
    report_number: LetterNumber
    passed: bool

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"tested_on": context.today.isoformat(), "report_number": "800/12-UK", "passed": True}

    def check(self, context: FormContext) -> None:
        in_order("tested_on", self.tested_on, "today", context.today)
        if context.not_before is not None:
            in_order("end of the waiting time", context.not_before, "tested_on", self.tested_on)


class FollowUpMeasure(Form):
    """What the appointing official orders."""

    measure: Literal["reassign", "demote", "temporary_year", "dismissal_proposal"]
    reason: Text

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"measure": context.measures[0] if context.measures else "reassign", "reason": "hasil uji"}

    def check(self, context: FormContext) -> None:
        if self.measure not in context.measures:
            raise InvalidDetails(errors=[{"field": "measure", "message": f"one of {context.measures}"}])


class DismissalDossier(Form):
    """The proposal for honourable dismissal, sent to BKN; what comes of it is decided there."""

    proposal_number: LetterNumber
    proposal_date: date

    @classmethod
    def example(cls, context: FormContext) -> dict[str, Any]:
        return {"proposal_number": "800/77-BKPSDM", "proposal_date": context.today.isoformat()}

    def check(self, context: FormContext) -> None:
        in_order("proposal_date", self.proposal_date, "today", context.today)


FORMS |= {
    "performance_plan": PerformancePlan,
    "plan_agreement": PlanAgreement,
    "rating": PerformanceRating,
    "calibration_vote": CalibrationVote,
    "delivery_receipt": DeliveryReceipt,
    "result_response": ResultResponse,
    "objection_decision": ObjectionDecision,
    "evaluation_record": EvaluationRecord,
    "improvement_plan": ImprovementPlan,
    "retest": Retest,
    "follow_up_measure": FollowUpMeasure,
    "dismissal_dossier": DismissalDossier,
}
