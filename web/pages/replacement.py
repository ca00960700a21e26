"""Replacing an official after a poor evaluation: another post for them, their own opened to promotion."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

FIELDS = ("variant", "target_position_id", "effective_date", "reason")
LETTER = ("letter_number", "letter_date")


async def ask(page: Page) -> Response:
    return await _asked(page, {}, page.request.query_params.get("q", ""))


async def _asked(page: Page, posted: dict[str, str], text: str, refused: Answer | None = None) -> Response:
    case_id = segment(page.request.path_params["action_id"])
    free = await page.api.call("GET", "/v1/positions", query={"vacant": "true", "q": text, "limit": 50})
    return await page.show(
        "replacement.html",
        refused.status if refused else 200,
        case=await page.api.get(f"/v1/personnel-actions/{case_id}"),
        posts=free.body["items"] if free.ok else [],
        posted=posted,
        text=text,
        problem=refused.body if refused else None,
    )


async def replace(page: Page) -> Response:
    case_id, form = segment(page.request.path_params["action_id"]), await page.form()
    body: dict[str, Any] = {name: form.get(name, "").strip() for name in FIELDS}
    body["coordination"] = {name: form.get(name, "").strip() for name in LETTER}
    answer = await page.api.post(f"/v1/personnel-actions/{case_id}/replacement", body, key=form.get("key"))
    if not answer.ok:
        return await _asked(page, form, form.get("q", ""), answer)
    return redirect(f"/perkara/{answer.body['id']}")


routes = [
    page_route("/perkara/{action_id}/penggantian", ask),
    page_route("/perkara/{action_id}/penggantian", replace, ("POST",)),
]
