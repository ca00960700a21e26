"""The questions that auditors ask: what each means, how many answers it has, and the answers themselves."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from web.api_client import segment
from web.pages.boards import all_units
from web.rendering import Page, page_route


async def listed(page: Page) -> Response:
    found = await page.api.get("/v1/audit/questions")
    return await page.show("questions.html", items=found["items"])


async def one(page: Page) -> Response:
    """One question with its counts and answers, of the days asked about."""
    query = page.request.query_params
    asked = {name: query.get(name, "") for name in ("from", "to")}
    path = f"/v1/audit/questions/{segment(page.request.path_params['name'])}"
    summary, answers = await asyncio.gather(
        page.api.get(f"{path}/summary", **asked),
        page.api.get(path, limit=50, cursor=query.get("cursor"), **asked),
    )
    groups = {name: _named(rows, answers["items"], name) for name, rows in summary["groups"].items() if rows}
    if "unit_id" in groups:
        names = {unit["id"]: unit["name"] for unit in await all_units(page)}
        groups["unit_id"] = [row | {"shown": names.get(row["key"], row["key"])} for row in groups["unit_id"]]
    return await page.show("question.html", question=summary, answers=answers, asked=asked, groups=groups)


def _named(rows: list[dict[str, Any]], answers: list[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Counts under a heading; people by the names that the answers on this page have for them."""
    people = {
        answer[field]["id"]: answer[field]["name"]
        for answer in answers
        if isinstance(answer.get(field), dict) and answer[field].get("name")
    }
    return [row | {"shown": people.get(row["key"], row["key"])} for row in rows]


routes = [page_route("/audit/pertanyaan", listed), page_route("/audit/pertanyaan/{name}", one)]
