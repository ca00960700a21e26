"""A request for a personnel action as it comes from outside, and the command that it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import Connection

from domain import evaluation_opening, submission
from domain.authorization import may_see_person, viewer_of
from domain.commands import FREE_TEXT_LIMIT, ActionCommand, Candidate, SubmitAction
from domain.errors import UnknownReference
from domain.evaluation_commands import SubmitEvaluation
from domain.identity import Actor
from domain.policy import Kind, Transfer
from domain.promotion_commands import StartPromotion
from inbound.identified import Identified, was_answered
from ledger.facts import facts_for_reading
from ledger.read import Reader
from projections import documents, employees

Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
BirthDay = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
PeriodDay = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2198, 12, 31))]
ShortText = Annotated[str, Field(min_length=1, max_length=200)]
Number = Annotated[str, Field(min_length=1, max_length=64)]
LONGEST_NUMBER = 64


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CandidateBody(_Body):
    """A civil servant of another agency, for a transfer into the city."""

    nip: Number
    name: ShortText
    birth_date: BirthDay
    employment_kind: Annotated[str, Field(min_length=1, max_length=32)]
    grade: Annotated[str, Field(min_length=1, max_length=16)]
    education: Annotated[str, Field(max_length=100)] | None = None


class StartMutation(_Body):
    """A transfer. `follows` is the id of the follow-up of an evaluation that ordered another post."""

    kind: Literal[Kind.MUTATION]
    variant: Transfer
    subject_nip: Number | None = None
    target_position_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    effective_date: Day
    reason: Annotated[str, Field(min_length=1, max_length=FREE_TEXT_LIMIT)]
    document_ids: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=50)] = ()
    suggested_by_nip: Number | None = None
    partner_agency: ShortText | None = None
    partner_position: ShortText | None = None
    candidate: CandidateBody | None = None
    follows: Number | None = None


class StartPromotionBody(_Body):
    """The promotion for which a vacancy's list of candidates was frozen."""

    kind: Literal[Kind.PROMOTION]
    vacancy_id: Number
    reason: Annotated[str, Field(max_length=FREE_TEXT_LIMIT)] = ""


class StartEvaluation(_Body):
    """The city's evaluation of one person for a period, both ends included."""

    kind: Literal[Kind.EVALUATION]
    subject_nip: Number
    period_start: PeriodDay
    period_end: PeriodDay


Start = Annotated[StartMutation | StartPromotionBody | StartEvaluation, Field(discriminator="kind")]
# Every name that a field of a request can have: what else a sender writes is not kept.
FIELDS = frozenset().union(
    *(body.model_fields for body in (StartMutation, StartPromotionBody, StartEvaluation, CandidateBody))
)
START: TypeAdapter[StartMutation | StartPromotionBody | StartEvaluation] = TypeAdapter(Start)


def is_readable(text: str) -> bool:
    """Whether `text` can be looked up at all: not endless, no control or half characters in it."""
    return len(text) <= LONGEST_NUMBER and text.isprintable()


class Asked:
    """What an actor asks for, read against the register as `connection`'s transaction sees it. One of these
    serves all requests of a batch.
    """

    def __init__(
        self, reader: Reader, connection: Connection, actor: Actor, clock: Callable[[], datetime]
    ) -> None:
        view = reader.directory.current(connection)
        now = clock()
        today = view.calendar.today(now)
        self._connection = connection
        self._actor = actor
        self._facts = facts_for_reading(reader, connection, view, now)
        self._viewer = viewer_of(actor, view.agency, view.offices(today), view.policy_in_force(today), today)

    def command(
        self, identified: Identified, body: StartMutation | StartPromotionBody | StartEvaluation
    ) -> ActionCommand:
        """The command, with people and documents looked up; a person whom the actor may neither see nor
        ask for does not exist to them. Raises UnknownReference with its field.
        """
        if isinstance(body, StartPromotionBody):
            return StartPromotion(
                command_id=identified.command_id,
                actor=self._actor,
                action_id=identified.made("action"),
                vacancy_id=body.vacancy_id,
                reason=body.reason,
            )
        if isinstance(body, StartEvaluation):
            return self._evaluation(identified, body)
        return self._transfer(identified, body)

    def _evaluation(self, identified: Identified, body: StartEvaluation) -> SubmitEvaluation:
        row = _row(self._connection, body.subject_nip)
        if row is None:
            raise UnknownReference(what="subject_nip", field="subject_nip")
        person_id = str(row["person_id"])
        if not (
            may_see_person(self._viewer, row["unit_id"], person_id)
            or evaluation_opening.may_submit(self._actor, person_id, self._facts)
            or was_answered(self._connection, identified)
        ):
            raise UnknownReference(what="subject_nip", field="subject_nip")
        return SubmitEvaluation(
            command_id=identified.command_id,
            actor=self._actor,
            action_id=identified.made("action"),
            subject_id=person_id,
            period_start=body.period_start,
            period_end=body.period_end,
        )

    def _transfer(self, identified: Identified, body: StartMutation) -> SubmitAction:
        candidate = Candidate(**body.candidate.model_dump()) if body.candidate else None
        nip = body.subject_nip or (candidate.nip if candidate else None)
        if nip is None:
            raise UnknownReference(what="subject_nip", field="subject_nip")
        command = SubmitAction(
            command_id=identified.command_id,
            actor=self._actor,
            action_id=identified.made("action"),
            kind=body.kind,
            variant=body.variant,
            subject_id=identified.made("subject"),
            target_position_id=body.target_position_id,
            effective_date=body.effective_date,
            reason=body.reason,
            document_ids=body.document_ids,
            partner_agency=body.partner_agency,
            partner_position=body.partner_position,
            candidate=candidate,
            follows=body.follows,
        )
        known = self._named(identified, command, nip)
        if known is None and candidate is None:
            raise UnknownReference(what="subject_nip", field="subject_nip")
        subject_id = known or command.subject_id
        suggested = _row(self._connection, body.suggested_by_nip) if body.suggested_by_nip else None
        if body.suggested_by_nip and suggested is None:
            raise UnknownReference(what="suggested_by_nip", field="suggested_by_nip")
        for document_id in body.document_ids:
            filed = documents.by_id(self._connection, document_id)
            if filed is None or filed["person_id"] != subject_id:
                raise UnknownReference(what=f"document {document_id}", field="document_ids")
        suggested_by = str(suggested["person_id"]) if suggested else None
        return command.model_copy(update={"subject_id": subject_id, "suggested_by": suggested_by})

    def _named(self, identified: Identified, command: SubmitAction, nip: str) -> str | None:
        """The id of the person with `nip`, for who may see or move them. To everybody else they do not
        exist, so that nobody finds out by asking who is in the register.
        """
        row = _row(self._connection, nip)
        if row is None:
            return None
        person_id = str(row["person_id"])
        # A candidate is somebody of another agency: the right to ask for one cannot depend on our register.
        moved = command if command.candidate else command.model_copy(update={"subject_id": person_id})
        origin = None if command.candidate else row["position_id"]
        if (
            may_see_person(self._viewer, row["unit_id"], person_id)
            or submission.may_submit(moved, origin, self._facts)
            or was_answered(self._connection, identified)
        ):
            return person_id
        return None


def _row(connection: Connection, nip: str) -> dict[str, Any] | None:
    return employees.by_nip(connection, nip.replace(" ", "")) if is_readable(nip) else None
