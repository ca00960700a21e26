"""The nine boxes of a unit as a picture, who stands in each, and how far profiling has come."""

from __future__ import annotations

from starlette.responses import Response

from web.api_client import segment
from web.rendering import Page, page_route

ROWS = ("above", "as_expected", "below")
COLUMNS = ("low", "middle", "high")
NAMED = 50


async def grid(page: Page) -> Response:
    unit = page.request.query_params.get("unit", "")
    found = await page.api.get("/v1/talent/grid", unit=unit, limit=NAMED)
    campaign = await page.api.get("/v1/talent/campaign", unit=unit)
    boxes = {(box["performance"], box["potential"]): box for box in found["boxes"]}
    rows = [[boxes[performance, potential] for potential in COLUMNS] for performance in ROWS]
    return await page.show("talent.html", grid=found, rows=rows, campaign=campaign, named=NAMED)


async def person(page: Page) -> Response:
    found = await page.api.get(f"/v1/employees/{segment(page.request.path_params['nip'])}/talent")
    return await page.show("person_talent.html", talent=found)


routes = [page_route("/talenta", grid), page_route("/talenta/{nip}", person)]
