"""How long tasks waited, by step, office and unit, in hours of working days."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Query as QueryParameter
from pydantic import BaseModel, Field
from sqlalchemy import select

from api.auditors import AuditorDep, Moment, utc
from api.problems import responses
from api.views import stream_of
from api.wiring import ServicesDep
from ledger.record import decode
from ledger.schema import events
from mining.conformance import calendars
from mining.waiting import Waiting
from projections.register import actions

router = APIRouter(prefix="/v1/audit", tags=["audit"])

CASES = 5_000
AT_ONCE = 200


class Waits(BaseModel):
    """Waits of decided tasks in hours of working days, each day from midnight to midnight local time."""

    decided: int
    median_hours: float | None
    p90_hours: float | None
    longest_hours: float | None
    late: int = Field(description="Decided after their due moment.")
    left_undecided: int
    open: int


class WaitingTimes(BaseModel):
    cases: int
    complete: bool = Field(description="Whether these are all cases submitted in that time.")
    step: dict[str, Waits]
    office: dict[str, Waits]
    unit: dict[str, Waits] = Field(description="By the unit that the case came from.")


@router.get(
    "/waiting-times",
    response_model=WaitingTimes,
    responses=responses(),
    summary="Where cases waited how long",
)
def waiting_times(
    services: ServicesDep,
    _: AuditorDep,
    first: Annotated[Moment, QueryParameter(alias="from")] = None,
    last: Annotated[Moment, QueryParameter(alias="to")] = None,
) -> dict[str, Any]:
    """Of the cases submitted from `from` on and before `to`, the newest 5,000."""
    chosen = select(actions.c.action_id).order_by(actions.c.submitted_at.desc(), actions.c.action_id.desc())
    if first is not None:
        chosen = chosen.where(actions.c.submitted_at >= utc(first, "from"))
    if last is not None:
        chosen = chosen.where(actions.c.submitted_at < utc(last, "to"))
    with services.reading() as connection:
        found = list(connection.execute(chosen.limit(CASES + 1)).scalars())
        waiting = Waiting(calendars(connection))
        cases = found[:CASES]
        for start in range(0, len(cases), AT_ONCE):
            histories: dict[str, list[dict[str, Any]]] = {}
            streams = [stream_of(action_id) for action_id in cases[start : start + AT_ONCE]]
            statement = select(events.c.stream, events.c.record).where(events.c.stream.in_(streams))
            for stream, record in connection.execute(statement.order_by(events.c.stream, events.c.version)):
                histories.setdefault(stream, []).append(decode(bytes(record)))
            for history in histories.values():
                waiting.add(history)
    return {"cases": len(cases), "complete": len(found) <= CASES} | waiting.as_json()
