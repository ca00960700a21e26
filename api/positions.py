"""The posts of the agency (*peta jabatan*), vacant and held."""

from __future__ import annotations

import heapq
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.credentials import CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import responses
from api.visibility import viewer_for
from api.wiring import ServicesDep
from domain.authorization import may_see_person, subtrees
from projections import employees, register

router = APIRouter(prefix="/v1", tags=["structure"])

Filter = Annotated[str | None, Query(min_length=1, max_length=200)]


class Named(BaseModel):
    id: str
    name: str | None


class Position(BaseModel):
    """`promised` says that an open action is to fill the post. `incumbent` is named only to those who may
    see that person's file.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "POS-0001",
                    "name": "Analis Kebijakan Ahli Muda",
                    "kind": "FUNGSIONAL",
                    "eselon": None,
                    "grade_min": "III/c",
                    "grade_max": "III/d",
                    "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
                    "vacant": True,
                    "promised": False,
                    "incumbent": None,
                }
            ]
        }
    )

    id: str
    name: str
    kind: str
    eselon: str | None
    grade_min: str | None
    grade_max: str | None
    unit: Named
    vacant: bool
    promised: bool
    incumbent: Named | None


class PositionPage(BaseModel):
    items: list[Position]
    next: str | None


@router.get("/positions", response_model=PositionPage, responses=responses(), summary="Posts, by id")
def list_positions(
    services: ServicesDep,
    caller: CallerDep,
    vacant: Annotated[bool | None, Query(description="true: held by nobody and promised to nobody.")] = None,
    unit: Annotated[Filter, Query(description="A unit's id; everything below it counts.")] = None,
    kind: Annotated[Filter, Query(examples=["FUNGSIONAL"])] = None,
    q: Annotated[Filter, Query(description="Part of the post's name, or its id.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    place = decode_cursor(cursor, (str,))
    after = place[0] if place else ""
    word = q.casefold() if q else None
    with services.reading() as connection:
        agency = services.view(connection).agency
        viewer = viewer_for(services, connection, caller)
        promised = register.promised_positions(connection)
        units = subtrees(agency, [unit]) if unit is not None else None
        matching = (
            post
            for post in agency.posts.values()
            if post.id > after
            and (vacant is None or (post.incumbent_id is None and post.id not in promised) is vacant)
            and (units is None or post.unit_id in units)
            and (kind is None or post.kind == kind)
            and (word is None or word in post.name.casefold() or q == post.id)
        )
        found = heapq.nsmallest(limit + 1, matching, key=lambda post: post.id)
        seen = {
            post.incumbent_id
            for post in found
            if post.incumbent_id and may_see_person(viewer, post.unit_id, post.incumbent_id)
        }
        names = employees.names(connection, seen)
    shown = []
    for post in found:
        home = agency.units.get(post.unit_id)
        incumbent = post.incumbent_id if post.incumbent_id in seen else None
        shown.append(
            {
                **{
                    key: getattr(post, key)
                    for key in ("id", "name", "kind", "eselon", "grade_min", "grade_max")
                },
                "unit": {"id": post.unit_id, "name": home.name if home else None},
                "vacant": post.incumbent_id is None,
                "promised": post.id in promised,
                "incumbent": {"id": incumbent, "name": names.get(incumbent, (None, None))[0]}
                if incumbent
                else None,
            }
        )
    return page_of(found, limit, lambda post: [post.id], shown)
