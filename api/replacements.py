"""Replacing an official after a poor evaluation, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from api import shapes
from api.cases import detail, receipt_of, visible_case
from api.credentials import CallerDep
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.problems import language_of
from api.views import answer
from api.wiring import ServicesDep
from domain.commands import FREE_TEXT_LIMIT
from domain.evaluation_commands import ReplaceOfficial
from domain.identity import Coordination
from domain.policy import Variant
from ledger.facts import vacancies_for_reading

router = APIRouter(prefix="/v1/personnel-actions", tags=["personnel actions"])

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
ActionId = Annotated[str, Path(max_length=64, examples=[shapes.ACTION_ID])]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
LetterNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100)]


class Letter(BaseModel):
    """BKN's letter by which the replacement was coordinated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    letter_number: LetterNumber
    letter_date: Day


class Replace(BaseModel):
    """Another post for the person whom the evaluation found low; their own is opened as a vacancy."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "variant": "within_agency",
                    "target_position_id": "J-0042",
                    "effective_date": "2027-02-01",
                    "reason": "hasil evaluasi semester, setelah koordinasi dengan BKN",
                    "coordination": {"letter_number": "B-123/BKN/2027", "letter_date": "2027-01-20"},
                }
            ]
        },
    )

    variant: Literal[Variant.WITHIN_AGENCY, Variant.WITHIN_UNIT] = Variant.WITHIN_AGENCY
    target_position_id: Annotated[str, Field(min_length=1, max_length=128)]
    effective_date: Day
    reason: Annotated[str, Field(min_length=1, max_length=FREE_TEXT_LIMIT)]
    coordination: Letter


@router.post(
    "/{action_id}/replacement",
    status_code=201,
    responses=shapes.created("PersonnelAction", 403, 404, 409, 413, 415),
)
async def replace(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    action_id: ActionId,
    body: Replace,
    key: IdempotencyKey = None,
    accept_language: Language = None,
) -> Response:
    """Open the transfer and the vacancy that follow from a low result; answers with the transfer, whose
    `opened_vacancy_id` is null where the post is not filled by promotion or the rules refuse at once.
    """
    identified = identify(request, caller, key, body)
    with services.reading() as connection:
        evaluation, _ = visible_case(services, connection, caller, action_id)
    command = ReplaceOfficial(
        command_id=identified.command_id,
        actor=caller.actor,
        action_id=identified.made("action"),
        vacancy_id=identified.made("vacancy"),
        evaluation_id=evaluation.id,
        variant=body.variant,
        target_position_id=body.target_position_id,
        effective_date=body.effective_date,
        reason=body.reason,
        coordination=Coordination(**body.coordination.model_dump()),
    )
    result = await services.send(command, identified.body_hash)
    assert result.state is not None  # a submission that is not refused makes an action
    with services.reading() as connection:
        shown = detail(services, connection, caller, result.state, language_of(accept_language))
        vacancy = vacancies_for_reading(services.reader, connection).of(command.vacancy_id)
        shown["opened_vacancy_id"] = vacancy.id if vacancy is not None else None
        shown["receipt"] = receipt_of(result, connection)
    headers = {"Location": f"/v1/personnel-actions/{result.state.id}"}
    return answer(
        shown, 201, version=result.version, headers=headers | ({REPLAY: "true"} if result.replayed else {})
    )
