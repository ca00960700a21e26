"""Posts to be filled by promotion: the vacancies, a frozen list of candidates, the chain of posts."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect


async def listed(page: Page) -> Response:
    return await _listed(page, {}, page.request.query_params.get("q", ""))


async def _listed(page: Page, posted: dict[str, str], text: str, refused: Answer | None = None) -> Response:
    found = await page.api.get("/v1/vacancies", cursor=page.request.query_params.get("cursor"))
    free = await page.api.call("GET", "/v1/positions", query={"vacant": "true", "q": text, "limit": 50})
    return await page.show(
        "vacancies.html",
        refused.status if refused else 200,
        vacancies=found["items"],
        next=found["next"],
        posts=free.body["items"] if free.ok else [],
        posted=posted,
        text=text,
        problem=refused.body if refused else None,
    )


async def open_(page: Page) -> Response:
    form = await page.form()
    body: dict[str, Any] = {"position_id": form.get("position_id", "").strip()}
    if form.get("vacant_from"):
        body["vacant_from"] = form["vacant_from"]
    names = [line.strip() for line in form.get("nips", "").splitlines() if line.strip()]
    if names or form.get("letter_number"):
        body["selection"] = {"letter_number": form.get("letter_number", ""), "nips": names}
    answer = await page.api.post("/v1/vacancies", body, key=form.get("key"))
    if not answer.ok:
        return await _listed(page, form, form.get("q", ""), answer)
    return redirect(f"/jabatan-lowong/{segment(answer.body['id'])}")


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None) -> Response:
    address = f"/v1/vacancies/{segment(page.request.path_params['vacancy_id'])}"
    return await page.show(
        "vacancy.html",
        refused.status if refused else 200,
        vacancy=await page.api.get(address),
        candidates=(await page.api.get(f"{address}/candidates"))["items"],
        problem=refused.body if refused else None,
    )


async def start(page: Page) -> Response:
    """Begin the promotion on the frozen list."""
    form = await page.form()
    body = {"kind": "promotion", "vacancy_id": page.request.path_params["vacancy_id"]}
    answer = await page.api.post("/v1/personnel-actions", body, key=form.get("key"))
    return redirect(f"/perkara/{answer.body['id']}") if answer.ok else await _one(page, answer)


routes = [
    page_route("/jabatan-lowong", listed),
    page_route("/jabatan-lowong", open_, ("POST",)),
    page_route("/jabatan-lowong/{vacancy_id}", one),
    page_route("/jabatan-lowong/{vacancy_id}/promosi", start, ("POST",)),
]
