"""Views of the inbox that a person has saved under a name of their own."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from accounts.saved_views import MOST, TooManyViews, drop_view, save_view, views_of
from api.credentials import CallerDep
from api.idempotency import IdempotencyKey
from api.problems import Problem, responses
from api.wiring import ServicesDep

router = APIRouter(prefix="/v1/saved-views", tags=["tasks"])

Name = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
VIEW: dict[str, Any] = {"name": "Mutasi terlambat", "query": "kind=mutation&overdue=true"}


class SavedView(BaseModel):
    """`query` is what stands in the address after the question mark."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [VIEW]})

    name: Name
    query: str = Field(max_length=500, pattern=r"^[A-Za-z0-9_=&%.+-]*$")


class SavedViews(BaseModel):
    items: list[SavedView]
    next: None = Field(default=None, description="All come at once.")


@router.get("", response_model=SavedViews, responses=responses(), summary="My saved views, by name")
def list_views(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    person_id = caller.require_person()
    with services.reading() as connection:
        found = views_of(connection, person_id)
    return {"items": [{"name": name, "query": query} for name, query in found], "next": None}


@router.post(
    "", status_code=201, response_model=SavedView, responses=responses(409, 413, 415), summary="Save a view"
)
def save(
    body: SavedView,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (saving the same view again changes nothing)
) -> SavedView:
    """Kept with the account and no part of the ledger. The same name again replaces what it stood for."""
    person_id = caller.require_person()
    with services.installation.writing_engine.begin() as connection:
        try:
            save_view(connection, person_id, body.name, body.query, services.now())
        except TooManyViews:
            raise Problem(
                "too-many-views",
                status=409,
                title=(
                    f"Paling banyak {MOST} tampilan; hapus satu dahulu.",
                    f"At most {MOST} views; remove one first.",
                ),
            ) from None
    return body


@router.delete("", status_code=204, responses=responses(413, 415), summary="Forget a view")
def forget(
    services: ServicesDep,
    caller: CallerDep,
    name: Annotated[str, Query(max_length=40, examples=[VIEW["name"]])],
) -> None:
    person_id = caller.require_person()
    with services.installation.writing_engine.begin() as connection:
        drop_view(connection, person_id, name)
