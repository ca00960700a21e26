"""For operators: alive, ready, and numbers for Prometheus."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from pydantic import BaseModel
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, problem_body, problem_response, responses
from api.wiring import Services, ServicesDep
from ledger import read
from ledger.database import DatabaseUnavailable
from ledger.migrate import is_current
from ledger.schema import checkpoints
from projections import inbox, webhooks
from relay import webhook_outbox

router = APIRouter(tags=["operators"])

TEMPORAL_TIMEOUT_S = 0.5
TEMPORAL_KEPT_S = 10.0
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Live(BaseModel):
    status: str


class Ready(BaseModel):
    """`temporal` is `reachable` or `degraded`: without it decisions go on and their effects wait."""

    status: str
    database: str
    writer: str
    temporal: str


@router.get("/health/live", response_model=Live, summary="The process runs")
async def live() -> dict[str, str]:
    return {"status": "live"}


@router.get(
    "/health/ready",
    response_model=Ready,
    responses={503: responses()[503]},
    summary="Requests can be served",
)
async def ready(request: Request, services: ServicesDep) -> Any:
    """Ready with a database of this version and a living writer. The look at Temporal is at most ten
    seconds old and never waits longer than half a second.
    """
    database = await run_in_threadpool(_database, services)
    writer = "alive" if services.ledger.is_alive else "stopped"
    state = {"database": database, "writer": writer, "temporal": await temporal_state(request, services)}
    if database != "current" or writer != "alive":
        title = "Not ready."
        return problem_response(problem_body(503, "not-ready", title, **state), {"Retry-After": "2"})
    return {"status": "ready", **state}


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        404: responses()[404],
        503: responses()[503],
    },
    summary="Numbers in Prometheus' text format",
)
def metrics(request: Request, services: ServicesDep) -> Response:
    """Answered on the machine itself only; to everybody else it is `404`. Let the collector run beside it,
    or give it a path through a proxy of your own.
    """
    if not _is_local(request):
        raise Problem("not-found")
    with services.reading() as connection:
        _measure(_meters(request.app), connection)
    return Response(generate_latest(_meters(request.app).registry), media_type=CONTENT_TYPE_LATEST)


class Meters:
    """The numbers of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "jenjang_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "jenjang_request_seconds",
            "Time to answer.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.events = Gauge("jenjang_events", "Events in the ledger.", registry=self.registry)
        self.commits = Gauge("jenjang_commits", "Commits of the ledger.", registry=self.registry)
        self.open_tasks = Gauge("jenjang_open_tasks", "Open tasks in all inboxes.", registry=self.registry)
        self.webhooks = Gauge("jenjang_webhooks", "Webhooks.", ["state"], registry=self.registry)
        self.webhooks_waiting = Gauge(
            "jenjang_webhook_events_waiting", "Events on their way to receivers.", registry=self.registry
        )


class Measured:
    """Counts and times each request under its route's template, never under its path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = "500"

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            meters = _meters(scope["app"])
            route = scope.get("route")
            path = route.path if isinstance(route, APIRoute) else "other"
            method = scope["method"] if scope["method"] in METHODS else "other"
            meters.requests.labels(method, path, status).inc()
            meters.seconds.labels(method, path).observe(time.perf_counter() - started)


def _meters(app: Any) -> Meters:
    if not hasattr(app.state, "meters"):
        app.state.meters = Meters()
    found: Meters = app.state.meters
    return found


def _measure(meters: Meters, connection: Connection) -> None:
    meters.events.set(read.size(connection))
    meters.commits.set(connection.execute(select(func.count()).select_from(checkpoints)).scalar_one())
    meters.open_tasks.set(inbox.count(connection))
    for state in (webhooks.ACTIVE, webhooks.PAUSED):
        meters.webhooks.labels(state).set(len(webhooks.in_state(connection, state)))
    meters.webhooks_waiting.set(webhook_outbox.waiting_count(connection))


def _database(services: Services) -> str:
    try:
        return "current" if is_current(services.reader.engine) else "another version"
    except (SQLAlchemyError, DatabaseUnavailable, OSError):
        return "unreachable"


async def temporal_state(request: Request, services: Services) -> str:
    """`reachable` or `degraded`: looked at ten seconds ago at most."""
    state = request.app.state
    at, known = getattr(state, "temporal_seen", (float("-inf"), "degraded"))
    if time.monotonic() - at < TEMPORAL_KEPT_S:
        return str(known)
    state.temporal_seen = (time.monotonic(), known)  # who comes meanwhile gets the last answer
    host, _, port = services.installation.settings.temporal_target.rpartition(":")
    found = "degraded"
    with suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(TEMPORAL_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            found = "reachable"
    state.temporal_seen = (time.monotonic(), found)
    return found


def _is_local(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
