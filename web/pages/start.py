"""Asking for a transfer."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.rendering import Page, page_route, redirect

FIELDS = ("variant", "subject_nip", "target_position_id", "effective_date", "reason", "suggested_by_nip")


async def ask(page: Page) -> Response:
    text = page.request.query_params.get("q", "")
    return await _shown(page, {}, text)


async def _shown(
    page: Page, posted: dict[str, str], text: str, status: int = 200, problem: Any = None
) -> Response:
    found = await page.api.call("GET", "/v1/positions", query={"vacant": "true", "q": text, "limit": 50})
    posts = found.body["items"] if found.ok else []
    return await page.show("start.html", status, posts=posts, posted=posted, text=text, problem=problem)


async def submit(page: Page) -> Response:
    form = await page.form()
    body = {"kind": "mutation"} | {name: form[name].strip() for name in FIELDS if form.get(name, "").strip()}
    answer = await page.api.post("/v1/personnel-actions", body, key=form.get("key"))
    if not answer.ok:
        return await _shown(page, form, form.get("q", ""), answer.status, answer.body)
    return redirect(f"/perkara/{answer.body['id']}")


routes = [page_route("/mutasi", ask), page_route("/mutasi", submit, ("POST",))]
