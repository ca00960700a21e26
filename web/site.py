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
    audit,
    boards,
    case,
    cycles,
    decrees,
    evaluations,
    inbox,
    mine,
    questions,
    register,
    second_factor,
    sign_in,
    start,
    talent,
    task,
    vacancies,
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
        *inbox.routes,
        *task.routes,
        *register.routes,
        *case.routes,
        *decrees.routes,
        *mine.routes,
        *start.routes,
        *vacancies.routes,
        *cycles.routes,
        *evaluations.routes,
        *talent.routes,
        *boards.routes,
        *audit.routes,
        *questions.routes,
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
