"""The codes that searches of the ledger take, with the words of the policy in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict

from api.auditors import AuditorDep
from api.problems import language_of, responses
from api.views import office_name
from api.wiring import ServicesDep
from domain.event import EVENT_TYPES
from domain.policy import OFFICES_OF_A_CASE
from domain.review_filter import OUTCOMES

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]


class OfficeCode(BaseModel):
    """An office; of a unit's it is followed by `@` and the unit in an office key."""

    code: str
    name: str


class Codes(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "types": ["TaskCompleted"],
                    "offices": [{"code": "agency_head", "name": "Kepala BKPSDM"}],
                    "rules": ["tenure_minimum"],
                    "outcomes": ["approve"],
                }
            ]
        }
    )

    types: list[str]
    offices: list[OfficeCode]
    rules: list[str]
    outcomes: list[str]


@router.get("/codes", response_model=Codes, responses=responses(), summary="What a search may ask for")
def codes(services: ServicesDep, _: AuditorDep, accept_language: Language = None) -> Codes:
    """For the audit offices and keys with `audit:read`. Rules and offices of earlier policies are found too
    and not listed here.
    """
    language = language_of(accept_language)
    with services.reading() as connection:
        view = services.view(connection)
    policy = view.policy_in_force(services.today(view))
    offices = [*policy.offices, *sorted(OFFICES_OF_A_CASE)]
    rules = {*policy.rules, *policy.promotion.rules, *policy.rank_promotion.rules}
    return Codes(
        types=sorted(EVENT_TYPES),
        offices=[OfficeCode(code=key, name=office_name(key, view, policy, language)) for key in offices],
        rules=sorted(rules),
        outcomes=sorted(OUTCOMES),
    )
