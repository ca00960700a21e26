"""Cycles of evaluations over HTTP: opened for all or some units, watched unit by unit, closed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api import shapes
from api.cases import receipt_of
from api.credentials import Caller, CallerDep
from api.cycle_units import pattern_of
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.views import answer, as_id
from api.visibility import viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import visible_scope
from domain.errors import NotFound, NotPermitted
from domain.evaluation_commands import CloseEvaluationCycle, OpenEvaluationCycle
from domain.personnel_action import ENDED
from inbound.requests import PeriodDay
from ledger.result import Result
from projections import cycle_units
from projections import evaluation_cycles as cycles

router = APIRouter(prefix="/v1/evaluation-cycles", tags=["evaluation cycles"])

CycleId = Annotated[str, Path(max_length=64, examples=["1b671a64-40d5-491e-99b0-da01ff1f3341"])]
UnitId = Annotated[str, Field(min_length=1, max_length=128)]
MOST_UNITS = 1_000


class OpenCycle(BaseModel):
    """A cycle for `unit_ids` and all below them; none means the whole agency."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"period_start": "2026-07-01", "period_end": "2026-12-31", "unit_ids": []}]
        },
    )

    period_start: PeriodDay
    period_end: PeriodDay
    unit_ids: Annotated[tuple[UnitId, ...], Field(max_length=MOST_UNITS)] = ()


@router.post("", status_code=201, responses=shapes.created("EvaluationCycle", 403, 409, 413, 415))
async def open_cycle(
    request: Request, services: ServicesDep, caller: CallerDep, body: OpenCycle, key: IdempotencyKey = None
) -> Response:
    """Open a cycle. Its evaluations are opened in the background, in parts; the progress tells how far."""
    identified = identify(request, caller, key, body)
    cycle_id = identified.made("cycle")
    command = OpenEvaluationCycle(
        command_id=identified.command_id,
        actor=caller.actor,
        cycle_id=cycle_id,
        period_start=body.period_start,
        period_end=body.period_end,
        unit_ids=body.unit_ids,
    )
    result = await services.send(command, identified.body_hash)
    return _answered(services, cycle_id, result, 201)


@router.get("", responses=shapes.ok("EvaluationCyclePage", 403))
def list_cycles(
    services: ServicesDep, caller: CallerDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Cycles, newest period first, for who sees more than their own file."""
    place = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        scope = visible_scope(viewer_for(services, connection, caller))
        if not scope.all and not scope.units:
            raise NotPermitted()
        rows = cycles.page(connection, limit + 1, place)
    return page_of(
        rows, limit, lambda row: (row["period_start"], row["cycle_id"]), [_outline(row) for row in rows]
    )


@router.get("/{cycle_id}", responses=shapes.ok("EvaluationCycle", 404))
def show(services: ServicesDep, caller: CallerDep, cycle_id: CycleId) -> Response:
    """A cycle with its progress, in total and for each regional apparatus that the caller may see."""
    with services.reading() as connection:
        shown = _view(services, connection, caller, as_id(cycle_id))
    return answer(shown, version=shown["version"])


@router.post("/{cycle_id}/closure", responses=shapes.ok("EvaluationCycle", 403, 404, 409, 413, 415))
async def close_cycle(
    request: Request, services: ServicesDep, caller: CallerDep, cycle_id: CycleId, key: IdempotencyKey = None
) -> Response:
    """Close a cycle whose evaluations are all open; what is not final is named and goes on."""
    identified = identify(request, caller, key)
    found = as_id(cycle_id)
    command = CloseEvaluationCycle(command_id=identified.command_id, actor=caller.actor, cycle_id=found)
    result = await services.send(command, identified.body_hash)
    return _answered(services, found, result, 200)


def _answered(services: Services, cycle_id: str, result: Result, status: int) -> Response:
    with services.reading() as connection:
        shown = _whole(services, connection, cycle_id, None)
        shown["receipt"] = receipt_of(result, connection)
    headers = {REPLAY: "true"} if result.replayed else {}
    if status == 201:
        headers["Location"] = f"/v1/evaluation-cycles/{cycle_id}"
    return answer(shown, status, version=shown["version"], headers=headers)


def _view(services: Services, connection: Connection, caller: Caller, cycle_id: str) -> dict[str, Any]:
    """The cycle as far as the caller sees: whole, their own units, or not at all."""
    scope = visible_scope(viewer_for(services, connection, caller))
    if not scope.all and not scope.units:
        raise NotFound()
    return _whole(services, connection, cycle_id, None if scope.all else scope.units)


def _whole(
    services: Services, connection: Connection, cycle_id: str, units: frozenset[str] | None
) -> dict[str, Any]:
    row = cycles.by_id(connection, cycle_id)
    if row is None:
        raise NotFound()
    agency = services.view(connection).agency
    by_unit: dict[str, Counter[str]] = {}
    for unit_id, phase, status, count in cycles.progress(connection, cycle_id):
        if units is not None and unit_id not in units:
            continue
        apparatus = agency.apparatus_of(unit_id) or ""
        by_unit.setdefault(apparatus, Counter())[status if status in ENDED else phase] += count
    total: Counter[str] = Counter()
    for counted in by_unit.values():
        total.update(counted)
    rated = cycle_units.of_cycle(connection, cycle_id)
    policy = services.view(connection).policies[row["policy_id"]]
    missing = json.loads(row["missing"]) if row["missing"] is not None and units is None else None
    return _outline(row) | {
        "progress": _progress(total),
        "units": [
            {"unit": {"id": id_, "name": unit.name if (unit := agency.units.get(id_)) else None}}
            | _progress(counted)
            | {"pattern": pattern_of(rated[id_], policy) if id_ in rated else None}
            for id_, counted in sorted(by_unit.items())
        ],
        "missing": missing,
    }


def _outline(row: dict[str, Any]) -> dict[str, Any]:
    """What is told of a cycle whoever looks: its period, its units, how far its opening is."""
    return {
        "id": row["cycle_id"],
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "unit_ids": json.loads(row["unit_ids"]),
        "status": "closed" if row["closed_at"] else "running" if row["complete"] else "opening",
        "opened_at": row["opened_at"],
        "closed_at": row["closed_at"],
        "expected": row["expected"],
        "opened": row["opened"],
        "skipped": row["skipped"],
        "version": row["version"],
    }


def _progress(counted: Counter[str]) -> dict[str, Any]:
    """Evaluations by phase, and by status where they have ended."""
    ended = sum(count for name, count in counted.items() if name in ENDED)
    return {
        "total": counted.total(),
        "completed": counted.get("completed", 0),
        "ended": ended,
        "by_phase": dict(sorted(counted.items())),
    }
