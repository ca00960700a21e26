"""The register of personnel actions, and the override register."""

from __future__ import annotations

from starlette.responses import Response

from web.rendering import Page, page_route

FILTERS = ("kind", "status", "unit", "q", "cursor")


async def show(page: Page) -> Response:
    asked = {name: page.request.query_params.get(name, "") for name in FILTERS}
    found = await page.api.get("/v1/personnel-actions", limit=50, **asked)
    return await page.show("register.html", actions=found["items"], next=found["next"], asked=asked)


async def overrides(page: Page) -> Response:
    found = await page.api.get("/v1/overrides", limit=50, cursor=page.request.query_params.get("cursor"))
    return await page.show("overrides.html", items=found["items"], next=found["next"])


routes = [page_route("/perkara", show), page_route("/pengesampingan", overrides)]
