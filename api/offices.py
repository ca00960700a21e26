"""For operators: who holds which office today, in what capacity, and what it lets them do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.administration import OperatorDep
from api.problems import language_of, responses
from api.views import names_of, office_name, person_view, step_name
from api.wiring import Services, ServicesDep
from domain.offices import office_key
from domain.policy import Policy
from ledger.directory_view import DirectoryView

router = APIRouter(prefix="/v1/administration/offices", tags=["administration"])

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
HELD: dict[str, Any] = {
    "office": "agency_head",
    "office_name": "Kepala BKPSDM",
    "unit_id": None,
    "holders": [{"id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793", "name": "Siti Aminah, S.E.", "capacity": "D"}],
    "steps": ["Persetujuan Kepala BKPSDM"],
    "reads": "agency",
    "submits": True,
}


class HeldOffice(BaseModel):
    """`holders` hold it themselves: incumbents, acting holders, and who was granted it. `steps` are those
    that it decides, `reads` whose files (`agency`, `unit`); it `audits` the ledger, `submits` transfers.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [HELD | {"audits": False}]})

    office: str
    office_name: str
    unit_id: str | None
    holders: list[dict[str, Any]]
    steps: list[str]
    reads: str | None
    audits: bool
    submits: bool


class OfficeList(BaseModel):
    items: list[HeldOffice]
    next: None = Field(default=None, description="All come at once.")


@router.get("", response_model=OfficeList, responses=responses(403), summary="Who holds which office")
def held_offices(services: ServicesDep, _: OperatorDep, accept_language: Language = None) -> dict[str, Any]:
    """Of the agency and of each apparatus, as the structure, grants and delegations of today have it."""
    with services.reading() as connection:
        return {"items": _offices(services, connection, language_of(accept_language)), "next": None}


def _offices(services: Services, connection: Connection, language: str) -> list[dict[str, Any]]:
    view = services.view(connection)
    today = services.today(view)
    policy = view.policy_in_force(today)
    found = [
        (key, office, unit, sorted(view.offices(today).holders(key, today)))
        for key, office, unit in _keys(view, policy)
    ]
    names = names_of(connection, {person for *_, people in found for person in people})
    return [
        {
            "office": key,
            "office_name": office_name(key, view, policy, language),
            "unit_id": unit,
            "holders": [
                {**(person_view(person, names) or {}), "capacity": _capacity(view, person, key, today)}
                for person in people
            ],
            **_powers(office, policy, language),
        }
        for key, office, unit, people in found
    ]


def _keys(view: DirectoryView, policy: Policy) -> Iterator[tuple[str, str, str | None]]:
    """The agency's offices, then each apparatus' own. Leaders of units within them are left out."""
    for office, rule in policy.offices.items():
        if rule.scope == "agency":
            yield office_key(office, None), office, None
    for unit in sorted(view.agency.apparatuses()):
        for office, rule in policy.offices.items():
            if rule.scope == "unit":
                yield office_key(office, unit), office, unit


def _capacity(view: DirectoryView, person: str, key: str, today: date) -> str | None:
    exercised = view.offices(today).exercised_by(person, today)
    return next((str(signature.capacity.value) for held, signature in exercised if held == key), None)


def _powers(office: str, policy: Policy, language: str) -> dict[str, Any]:
    reads = next((reach for reach in ("agency", "unit") if office in policy.readers.get(reach, ())), None)
    return {
        "steps": [
            step_name(step, policy, language) for step, rule in policy.steps.items() if rule.office == office
        ],
        "reads": reads,
        "audits": office in policy.readers.get("audit", ()),
        "submits": any(office in offices for offices in policy.submitters.values()),
    }
