"""What happens to cases, to be fetched: CloudEvents behind a position, waited for if there are none."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.credentials import Caller, CallerDep
from api.live import head_of
from api.problems import Problem, responses
from api.visibility import viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import visible_scope
from domain.outgoing import source_of
from ledger import read
from projections import outgoing_events
from proofs.checkpoint import origin_of

router = APIRouter(prefix="/v1", tags=["feed"])

LONGEST_WAIT = 30
LOOKED_EVERY_S = 0.5
WINDOW, WINDOWS = 1_000, 20
OF_A_CALLER, OF_A_PROCESS = 4, 200
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "0e0e2c07-8a6f-5a43-9d65-41b1f6a0a9a2",
    "source": "//jenjang.kota-serang",
    "type": "id.jenjang.personnel_action.took_effect",
    "subject": "personnel-action/1b671a64-40d5-491e-99b0-da01ff1f3341",
    "time": "2026-12-01T00:00:07.120345Z",
    "datacontenttype": "application/json",
    "sequence": "0000000000018342",
    "data": {
        "position": 18342,
        "version": 31,
        "kind": "mutation",
        "href": "/v1/personnel-actions/1b671a64-40d5-491e-99b0-da01ff1f3341",
        "effective_date": "2026-12-01",
    },
}


class Feed(BaseModel):
    """`items` are CloudEvents 1.0 (structured JSON), oldest first. `after` is what to ask for next, also
    where nothing was found; `size` is how many events the ledger has.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EVENT], "after": 18342, "size": 18343}]}
    )

    items: list[dict[str, Any]]
    after: int
    size: int = Field(ge=0)


@router.get("/feed", response_model=Feed, responses=responses(), summary="Events of cases behind a position")
async def feed(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    after: Annotated[int, Query(ge=-1, lt=2**53, description="Begin behind it; -1: at the first.")] = -1,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 100,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for one.")] = 0,
) -> dict[str, Any]:
    """Of the cases that the caller may see now: for keys with `actions:read` all, else their own. At most
    four waiting requests a caller.
    """
    ends = asyncio.get_running_loop().time() + wait
    found = await run_in_threadpool(_read, services, caller, after, limit)
    if found["items"] or not wait:
        return found
    waiting, closing = _waiting(request.app), head_of(request.app).closing
    if sum(each == caller.actor.id for each in waiting) >= OF_A_CALLER or len(waiting) >= OF_A_PROCESS:
        raise Problem("too-many-attempts", headers={"Retry-After": str(LONGEST_WAIT)})
    waiting.append(caller.actor.id)
    try:
        while not found["items"] and not closing.is_set():
            left = ends - asyncio.get_running_loop().time()
            if left <= 0 or await request.is_disconnected():
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), min(LOOKED_EVERY_S, left))
            if await run_in_threadpool(_size, services) > found["after"] + 1:
                found = await run_in_threadpool(_read, services, caller, found["after"], limit)
    finally:
        waiting.remove(caller.actor.id)
    return found


def _waiting(app: Any) -> list[str]:
    """Who waits in this process, a caller as often as they do."""
    if not hasattr(app.state, "feed_waiting"):
        app.state.feed_waiting = []
    found: list[str] = app.state.feed_waiting
    return found


def _size(services: Services) -> int:
    with services.reading() as connection:
        return read.size(connection)


def _read(services: Services, caller: Caller, after: int, limit: int) -> dict[str, Any]:
    """A page of what the caller may see, after a bounded look at the ledger."""
    source = source_of(origin_of(services.installation.settings.agency))
    with services.reading() as connection:
        scope = visible_scope(viewer_for(services, connection, caller))
        size = read.size(connection)
        items: list[dict[str, Any]] = []
        # Behind the end there is nothing yet: whoever asks from there gets the end.
        position = min(after + 1, size)
        for _ in range(WINDOWS):
            if position >= size:
                break
            stop = min(position + WINDOW, size)
            seen = [e for e in outgoing_events.between(connection, position, stop) if e.is_within(scope)]
            room = limit - len(items)
            items += [each.as_cloud_event(source) for each in seen[:room]]
            if len(items) == limit:
                position = seen[room - 1].position + 1
                break
            position = stop
    return {"items": items, "after": position - 1, "size": size}
