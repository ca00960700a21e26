"""The whole site: pages for people in front, the API behind, in one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from web.live import news_route
from web.pages import (
    administration,
    audit,
    boards,
    case,
    cycle_unit,
    cycles,
    decrees,
    delegations,
    doctor,
    evaluations,
    files,
    findings,
    imports,
    inbox,
    menu,
    mine,
    notifications,
    policies,
    questions,
    rank,
    register,
    replacement,
    results,
    review_queries,
    review_samples,
    sealed_search,
    second_factor,
    siasn,
    sign_in,
    start,
    talent,
    task,
    vacancies,
    webhooks,
)
from web.rendering import FORM_LIMIT, Headers, compressed

STATIC = Path(__file__).parent / "static"


def create_site(api: FastAPI, upload_limit: int) -> Starlette:
    """Pages over `api`. Whatever is no page is the API's to answer. `upload_limit` is in bytes."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with api.router.lifespan_context(api):
            yield

    pages = [
        *sign_in.routes,
        *second_factor.routes,
        *notifications.routes,
        *administration.routes,
        *webhooks.routes,
        *doctor.routes,
        *imports.routes,
        *inbox.routes,
        *task.routes,
        *register.routes,
        # Before the cases, whose own acts take any last part of an address.
        *replacement.routes,
        *case.routes,
        *decrees.routes,
        *delegations.routes,
        *mine.routes,
        *start.routes,
        *vacancies.routes,
        *cycles.routes,
        *evaluations.routes,
        *cycle_unit.routes,
        *rank.routes,
        *talent.routes,
        *boards.routes,
        *results.routes,
        *files.routes,
        *siasn.routes,
        *policies.routes,
        *menu.routes,
        *audit.routes,
        *questions.routes,
        *review_queries.routes,
        *review_samples.routes,
        *findings.routes,
        *sealed_search.routes,
    ]
    site = Starlette(
        routes=[
            *(Headers.page(route) for route in pages),
            Headers.page(news_route(api)),
            Mount("/static", compressed(Headers(StaticFiles(directory=STATIC)))),
            Mount("/", api),
        ],
        lifespan=lifespan,
    )
    site.state.api = api
    site.state.upload_limit = upload_limit + FORM_LIMIT
    return site
