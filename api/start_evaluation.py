"""Asking for one person's evaluation over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.credentials import Caller
from api.idempotency import Identified, was_answered
from api.visibility import is_readable, viewer_for
from api.wiring import Services
from domain.authorization import may_see_person
from domain.errors import UnknownReference
from domain.evaluation_commands import SubmitEvaluation
from domain.evaluation_opening import may_submit
from domain.policy import Kind
from ledger.facts import facts_for_reading
from projections import employees

Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2198, 12, 31))]


class StartEvaluation(BaseModel):
    """The city's evaluation of one person for a period, both ends included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal[Kind.EVALUATION]
    subject_nip: Annotated[str, Field(min_length=1, max_length=64)]
    period_start: Day
    period_end: Day


def evaluation_of(
    services: Services, connection: Connection, caller: Caller, identified: Identified, body: StartEvaluation
) -> SubmitEvaluation:
    """The command, with the person looked up for who may see or evaluate them; to everybody else they
    do not exist. Raises UnknownReference with its field.
    """
    nip = body.subject_nip
    row = employees.by_nip(connection, nip.replace(" ", "")) if is_readable(nip) else None
    if row is None:
        raise UnknownReference(what="subject_nip", field="subject_nip")
    person_id = str(row["person_id"])
    facts = facts_for_reading(services.reader, connection, services.view(connection), services.now())
    viewer = viewer_for(services, connection, caller)
    if not (
        may_see_person(viewer, row["unit_id"], person_id)
        or may_submit(caller.actor, person_id, facts)
        or was_answered(connection, identified)
    ):
        raise UnknownReference(what="subject_nip", field="subject_nip")
    return SubmitEvaluation(
        command_id=identified.command_id,
        actor=caller.actor,
        action_id=identified.made("action"),
        subject_id=person_id,
        period_start=body.period_start,
        period_end=body.period_end,
    )
