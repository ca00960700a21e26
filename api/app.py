"""The HTTP application: its endpoints, what stands in front of them, and its description."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi_offline import FastAPIOffline

from api import (
    account_acts,
    administration,
    asyncapi,
    audit,
    audit_codes,
    batches,
    board_workbooks,
    boards,
    bulk_decisions,
    bundles,
    codec,
    copies,
    cycle_units,
    decree_documents,
    decrees,
    delegations,
    doctor,
    document_people,
    document_verification,
    documents,
    employees,
    erasures,
    evaluation_cycles,
    events,
    feed,
    health,
    imports,
    inbox,
    key_terms,
    links,
    live,
    notifications,
    offices,
    openid,
    overrides,
    person_rank,
    personnel_actions,
    policies,
    policy_simulation,
    positions,
    problems,
    questions,
    rank_acts,
    rank_promotions,
    readings,
    receipts,
    replacements,
    review_queries,
    review_samples,
    reviews,
    saved_views,
    sealed_search,
    second_factor,
    sessions,
    siasn,
    talent,
    talent_reminders,
    talent_results,
    tasks,
    units,
    vacancies,
    waiting_times,
    webhook_acts,
    webhooks,
    work,
)
from api.gate import Gate
from api.refusals import RefusalWatch, refusals_of
from api.wiring import Services, open_services
from erasure.purge import finish_all
from installation import Installation

log = logging.getLogger(__name__)

ROUTERS = (
    # The router with most requests is asked first.
    bulk_decisions.router,
    inbox.router,
    live.router,
    tasks.router,
    sessions.router,
    openid.router,
    second_factor.router,
    receipts.router,
    personnel_actions.router,
    events.router,
    batches.router,
    replacements.router,
    links.router,
    employees.router,
    readings.router,
    copies.router,
    erasures.router,
    talent.router,
    talent_reminders.router,
    talent_results.router,
    siasn.router,
    documents.router,
    document_verification.router,
    delegations.router,
    saved_views.router,
    notifications.router,
    boards.router,
    board_workbooks.router,
    units.router,
    positions.router,
    vacancies.router,
    policies.router,
    policy_simulation.router,
    overrides.router,
    evaluation_cycles.router,
    cycle_units.router,
    rank_promotions.router,
    rank_acts.router,
    person_rank.router,
    audit.router,
    audit_codes.router,
    sealed_search.router,
    review_queries.router,
    review_samples.router,
    reviews.router,
    questions.router,
    waiting_times.router,
    work.router,
    document_people.router,
    bundles.router,
    codec.router,
    decrees.router,
    decree_documents.router,
    administration.router,
    webhooks.router,
    webhook_acts.router,
    feed.router,
    asyncapi.router,
    key_terms.router,
    doctor.router,
    offices.router,
    imports.router,
    account_acts.router,
    health.router,
)
# FastAPI finds out what each route of a router depends on when it is first asked for one: for all
# applications of a process together, because that takes a third of a second.
ROUTES = APIRouter()
for router in ROUTERS:
    ROUTES.include_router(router)

DESCRIPTION = """Personnel actions of a government agency, from request to effect, every step in a
signed, append-only ledger. Errors are RFC 9457 problems; lists are paged by `cursor`; every POST takes
`Idempotency-Key`; `ETag` is the version of a personnel action and `If-Match` is honoured."""


def create_app(installation: Installation) -> FastAPI:
    """The application on an installation that is set up. The caller closes the installation."""
    services = open_services(installation)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.ledger.prepare()
        # What a crash has left of an erasure is gone on with; nobody waits for it.
        finishing = threading.Thread(target=_go_on, args=(services,), name="left behind", daemon=True)
        finishing.start()
        yield
        await anyio.to_thread.run_sync(finishing.join, 10.0)
        await anyio.to_thread.run_sync(services.access_log.flush)
        await anyio.to_thread.run_sync(refusals_of(app).flush)
        services.access_log.close()

    app = FastAPIOffline(
        title="Jenjang",
        version="1",
        description=DESCRIPTION,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.services = services
    app.router.routes.extend(ROUTES.routes)
    problems.install(app)
    settings = installation.settings
    app.add_middleware(
        Gate, document_limit=settings.document_limit_mb * 2**20, batch_limit=settings.batch_limit_mb * 2**20
    )
    app.add_middleware(RefusalWatch)
    app.add_middleware(codec.CodecOrigin, origin=installation.settings.temporal_ui_origin)
    app.add_middleware(health.Measured)
    app.openapi = _description(app)  # type: ignore[method-assign]  # FastAPI's own way to change it
    return app


def _go_on(services: Services) -> None:
    """With what a process that was killed has left: reads to be recorded, erasures to be finished."""
    try:
        services.access_log.take_over()
    except Exception:
        log.exception("reads that a process before this one has answered are not recorded yet")
    finish_all(services.installation)


def _description(app: FastAPI) -> Callable[[], dict[str, Any]]:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                openapi_version="3.1.0",
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = problems.PROBLEM_SCHEMA
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            app.openapi_schema = schema
        return app.openapi_schema

    return openapi
