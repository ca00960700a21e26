"""All pages that open to the visitor, each with what it is for."""

from __future__ import annotations

from starlette.responses import Response

from web.rendering import Page, page_route


async def show(page: Page) -> Response:
    return await page.show("menu.html")


routes = [page_route("/menu", show)]
