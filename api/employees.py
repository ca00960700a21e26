"""The file of a civil servant: one's own, or of somebody within an official's reach."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.administration import is_operator
from api.credentials import AnyCallerDep, CallerDep
from api.moments import AskedDep, past_of
from api.past_views import employee_then
from api.policy_simulation import may_simulate
from api.problems import responses
from api.purposes import PurposeDep, reading
from api.rank_promotions import units_seen
from api.review_views import answered_for
from api.sessions import EXAMPLE_PERSON, SignedInPerson, person_view
from api.siasn import settles_differences
from api.talent_results import keeps_records
from api.veil import reads_candidates
from api.visibility import viewer_for, visible_person
from api.wiring import Services, ServicesDep
from domain.authorization import may_audit
from domain.errors import NotFound

router = APIRouter(prefix="/v1", tags=["employees"])


class Named(BaseModel):
    id: str
    name: str | None


class Post(Named):
    kind: str | None
    since: str | None


class Grade(BaseModel):
    code: str
    since: str | None


class EmployeeFile(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793",
                    "nip": "198503302010012001",
                    "name": "Siti Aminah, S.E.",
                    "sex": "P",
                    "birth_date": "1985-03-30",
                    "appointed_on": "2010-01-01",
                    "employment_kind": "PNS",
                    "employment_status": "01",
                    "grade": {"code": "III/d", "since": "2022-04-01"},
                    "education": "S-1/Sarjana",
                    "position": {
                        "id": "POS-0001",
                        "name": "Kepala Dinas",
                        "kind": "JPT",
                        "since": "2023-05-02",
                    },
                    "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
                }
            ]
        }
    )

    id: str
    nip: str | None
    name: str | None
    sex: str | None
    birth_date: str | None
    appointed_on: str | None
    employment_kind: str
    employment_status: str
    grade: Grade
    education: str | None
    position: Post | None
    unit: Named | None
    as_of: dict[str, Any] = Field(default_factory=dict, description="Of a file of the past only, as below.")
    offices: list[str] = Field(default_factory=list, description="Office keys that the person could act for.")
    documents: list[dict[str, Any]] = Field(default_factory=list, description="What lay in the file.")
    talent: dict[str, Any] | None = Field(default=None, description="The placement that stood.")
    since: dict[str, Any] = Field(default_factory=dict, description="`differences` of field, then and now.")


Door = Literal[
    "vacancies", "evaluation-cycles", "rank-promotions", "rank-promotions-due", "talent", "talent-results",
    "documents", "policy-simulation", "boards", "audit", "reviews", "administration", "appointments",
    "siasn-differences",
]  # fmt: skip


class Me(SignedInPerson):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PERSON | {"opens": ["talent"]}]})

    opens: list[Door] = Field(
        description="Which parts answer me; what is in them still depends on what I may see."
    )


@router.get("/me", response_model=Me, responses=responses(), summary="Who I am, my offices, what opens")
def me(services: ServicesDep, caller: AnyCallerDep) -> dict[str, Any]:
    """Also for an account that has to change its password first."""
    shown = person_view(services, caller.require_person(), must_change=caller.must_change)
    with services.reading() as connection:
        viewer = viewer_for(services, connection, caller)
        doors = {
            "vacancies": reads_candidates(services, connection, caller),
            "evaluation-cycles": viewer.oversees,
            "rank-promotions": viewer.oversees,
            "rank-promotions-due": viewer.oversees and units_seen(viewer) is None,
            "talent": viewer.oversees,
            "boards": viewer.oversees,
            "talent-results": keeps_records(services, connection, caller),
            "documents": viewer.oversees,
            "policy-simulation": may_simulate(services, connection, caller),
            "audit": may_audit(viewer),
            "reviews": may_audit(viewer) or bool(answered_for(services, connection, caller)),
            "appointments": viewer.appoints,
            "siasn-differences": settles_differences(services, connection, caller),
            "administration": is_operator(services, connection, caller),
        }
    return shown | {"opens": [name for name, is_open in doors.items() if is_open]}


@router.get(
    "/employees/{nip}",
    response_model=EmployeeFile,
    response_model_exclude_unset=True,
    responses=responses(),
    summary="A civil servant's file",
)
def employee(
    nip: str, services: ServicesDep, caller: CallerDep, wanted: AskedDep, purpose: PurposeDep = None
) -> dict[str, Any]:
    """One's own; of the own apparatus for its officials; of everybody for those whom the policy names,
    and keys with `employees:read`. Everybody else's is `404`. Reading another's file is recorded. With
    `at_position` or `at` as it stood then: with the offices held, the documents and the place in the talent
    boxes of that day, and what has changed `since`.
    """
    with services.reading() as connection:
        row = visible_person(connection, viewer_for(services, connection, caller), nip)
        found: dict[str, Any] | None = employee_view(services, connection, row)
        if wanted is not None and found is not None:
            past = past_of(services, connection, wanted)
            found = employee_then(services, connection, past, row["person_id"], found)
    if found is None:
        raise NotFound()
    reading(services, caller, row["person_id"], "employee", purpose)
    return found


def employee_view(services: Services, connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """The register's row with the names of post and unit."""
    agency = services.view(connection).agency
    post = agency.posts.get(row["position_id"] or "")
    unit = agency.units.get(row["unit_id"] or "")
    plain = ("nip", "name", "sex", "birth_date", "appointed_on", "employment_kind", "employment_status")
    return {
        "id": row["person_id"],
        **{key: row[key] for key in plain},
        "grade": {"code": row["grade"], "since": row["grade_since"]},
        "education": row["education"],
        "position": {"id": post.id, "name": post.name, "kind": post.kind, "since": row["position_since"]}
        if post
        else None,
        "unit": {"id": unit.id, "name": unit.name} if unit else None,
    }
