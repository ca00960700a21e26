"""The questions that auditors ask: what each means, how many answers it has, and the answers themselves."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from web.api_client import segment
from web.pages.audit import midnight
from web.rendering import Page, page_route


async def listed(page: Page) -> Response:
    found = await page.api.get("/v1/audit/questions")
    return await page.show("questions.html", items=found["items"])


async def one(page: Page) -> Response:
    """One question with its counts and answers, of the days asked about."""
    query = page.request.query_params
    asked = {name: query.get(name, "") for name in ("from", "to")}
    wanted = {name: midnight(day) for name, day in asked.items()}
    path = f"/v1/audit/questions/{segment(page.request.path_params['name'])}"
    summary, answers = await asyncio.gather(
        page.api.get(f"{path}/summary", **wanted),
        page.api.get(path, limit=50, cursor=query.get("cursor"), **wanted),
    )
    groups = {name: rows for name, rows in summary["groups"].items() if rows}
    return await page.show("question.html", question=summary, answers=answers, asked=asked, groups=groups)


routes = [page_route("/audit/pertanyaan", listed), page_route("/audit/pertanyaan/{name}", one)]
