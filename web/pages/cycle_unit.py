"""An apparatus within a cycle of evaluations: its achievement, and its ratings beside the pattern."""

from __future__ import annotations

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

ACTS = {
    "pencapaian": ("achievement", ("achievement", "document_number")),
    "pertimbangan": ("consideration", ("reason",)),
}


def _paths(page: Page) -> tuple[str, str]:
    cycle, unit = (segment(page.request.path_params[name]) for name in ("cycle_id", "unit_id"))
    return f"/siklus/{cycle}/unit/{unit}", f"/v1/evaluation-cycles/{cycle}/units/{unit}"


async def show(page: Page) -> Response:
    return await _shown(page)


async def _shown(page: Page, refused: Answer | None = None, posted: dict[str, str] | None = None) -> Response:
    here, address = _paths(page)
    found = await page.api.get(f"{address}/distribution")
    return await page.show(
        "cycle_unit.html",
        refused.status if refused else 200,
        own_path=here,
        found=found,
        most=max((found["counts"] or {}).values(), default=0),
        posted=posted or {},
        problem=refused.body if refused else None,
    )


async def act(page: Page) -> Response:
    here, address = _paths(page)
    what, form = page.request.path_params["what"], await page.form()
    if what not in ACTS:
        return redirect(here)
    act, names = ACTS[what]
    body = {name: form.get(name, "").strip() for name in names}
    answer = await page.api.post(f"{address}/{act}", body, key=form.get("key"))
    return redirect(here) if answer.ok else await _shown(page, answer, form)


routes = [
    page_route("/siklus/{cycle_id}/unit/{unit_id}", show),
    page_route("/siklus/{cycle_id}/unit/{unit_id}/{what}", act, ("POST",)),
]
