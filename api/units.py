"""The units of the agency, as a tree and as a list."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.credentials import CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import responses
from api.wiring import ServicesDep

router = APIRouter(prefix="/v1", tags=["structure"])


class Unit(BaseModel):
    """`apparatus_id` is the regional apparatus that the unit belongs to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "OPD-01-2",
                    "name": "Bidang Pelayanan",
                    "parent_id": "OPD-01",
                    "apparatus_id": "OPD-01",
                }
            ]
        }
    )

    id: str
    name: str
    parent_id: str | None
    apparatus_id: str | None


class UnitPage(BaseModel):
    items: list[Unit]
    next: str | None


@router.get("/units", response_model=UnitPage, responses=responses(), summary="Units, by id")
def list_units(
    services: ServicesDep, _: CallerDep, limit: Limit = 200, cursor: Cursor = None
) -> dict[str, Any]:
    place = decode_cursor(cursor, (str,))
    with services.reading() as connection:
        agency = services.view(connection).agency
    after = place[0] if place else ""
    found = sorted((unit for unit in agency.units.values() if unit.id > after), key=lambda unit: unit.id)
    rows = [
        {
            "id": unit.id,
            "name": unit.name,
            "parent_id": unit.parent_id,
            "apparatus_id": agency.apparatus_of(unit.id),
        }
        for unit in found[: limit + 1]
    ]
    return page_of(rows, limit, lambda row: [row["id"]])
