"""Cycles of evaluations: opened, watched unit by unit, closed."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect


async def listed(page: Page) -> Response:
    return await _listed(page, {})


async def _listed(page: Page, posted: dict[str, str], refused: Answer | None = None) -> Response:
    found = await page.api.get("/v1/evaluation-cycles", cursor=page.request.query_params.get("cursor"))
    return await page.show(
        "cycles.html",
        refused.status if refused else 200,
        cycles=found["items"],
        next=found["next"],
        posted=posted,
        problem=refused.body if refused else None,
    )


async def open_(page: Page) -> Response:
    form = await page.form()
    body: dict[str, Any] = {name: form.get(name, "") for name in ("period_start", "period_end")}
    body["unit_ids"] = form.get("unit_ids", "").split()
    answer = await page.api.post("/v1/evaluation-cycles", body, key=form.get("key"))
    if not answer.ok:
        return await _listed(page, form, answer)
    return redirect(f"/siklus/{segment(answer.body['id'])}")


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None) -> Response:
    found = await page.api.get(f"/v1/evaluation-cycles/{segment(page.request.path_params['cycle_id'])}")
    return await page.show(
        "cycle.html",
        refused.status if refused else 200,
        cycle=found,
        problem=refused.body if refused else None,
    )


async def close(page: Page) -> Response:
    cycle_id, form = segment(page.request.path_params["cycle_id"]), await page.form()
    answer = await page.api.post(f"/v1/evaluation-cycles/{cycle_id}/closure", {}, key=form.get("key"))
    return redirect(f"/siklus/{cycle_id}") if answer.ok else await _one(page, answer)


routes = [
    page_route("/siklus", listed),
    page_route("/siklus", open_, ("POST",)),
    page_route("/siklus/{cycle_id}", one),
    page_route("/siklus/{cycle_id}/penutupan", close, ("POST",)),
]
