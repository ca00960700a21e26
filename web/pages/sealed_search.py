"""Words in what is sealed, for auditors with a purpose. The words travel in the form, never in an address."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer
from web.pages.audit import choices_of, filter_of
from web.rendering import Page, page_route

HERE = "/audit/tersegel"


async def ask(page: Page) -> Response:
    return await _shown(page, {})


async def _shown(
    page: Page, posted: dict[str, str], found: dict[str, Any] | None = None, refused: Answer | None = None
) -> Response:
    return await page.show(
        "sealed_search.html",
        refused.status if refused else 200,
        choices=await choices_of(page),
        posted=posted,
        found=found,
        problem=refused.body if refused else None,
    )


async def search(page: Page) -> Response:
    form = await page.form()
    body: dict[str, Any] = {
        "words": form.get("words", "").strip(),
        "purpose": form.get("purpose", "").strip(),
        "filter": await filter_of(page, form),
    }
    if form.get("cursor"):
        body["cursor"] = form["cursor"]
    answer = await page.api.post("/v1/audit/events/search", body)
    if not answer.ok:
        return await _shown(page, form, refused=answer)
    return await _shown(page, form, answer.body)


routes = [page_route(HERE, ask), page_route(HERE, search, ("POST",))]
