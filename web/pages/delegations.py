"""Who acts for whom: a delegate of one's own post, acting holders by those who appoint, and their end."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

HERE = "/kuasa"
DELEGATIONS = "/v1/delegations"
FIELDS = ("capacity", "position_id", "delegate_nip", "first_day", "last_day", "letter_number", "reason")
APPOINTS = "appointments"
STANDS = ("running", "coming")


async def show(page: Page) -> Response:
    return await _shown(page, {}, page.request.query_params.get("q", ""))


async def _shown(page: Page, posted: dict[str, str], text: str, refused: Answer | None = None) -> Response:
    me, found = await asyncio.gather(
        page.me(), page.api.get(DELEGATIONS, limit=50, cursor=page.request.query_params.get("cursor"))
    )
    posts = (
        await page.api.get("/v1/positions", q=text, limit=50) if text and APPOINTS in me["opens"] else None
    )
    return await page.show(
        "delegations.html",
        refused.status if refused else 200,
        me=me,
        standing=[item for item in found["items"] if item["state"] in STANDS],
        ended=[item for item in found["items"] if item["state"] not in STANDS],
        next=found["next"],
        posts=posts["items"] if posts else [],
        text=text,
        posted=posted,
        problem=refused.body if refused else None,
    )


async def grant(page: Page) -> Response:
    form = await page.form()
    body: dict[str, Any] = {name: form[name].strip() for name in FIELDS if form.get(name, "").strip()}
    answer = await page.api.post(DELEGATIONS, body, key=form.get("key"))
    return redirect(HERE) if answer.ok else await _shown(page, form, form.get("q", ""), answer)


async def end(page: Page) -> Response:
    address = f"{DELEGATIONS}/{segment(page.request.path_params['delegation_id'])}"
    answer = await page.api.call("DELETE", address)
    return redirect(HERE) if answer.ok else await _shown(page, {}, "", answer)


routes = [
    page_route(HERE, show),
    page_route(HERE, grant, ("POST",)),
    page_route(f"{HERE}/{{delegation_id}}/akhiri", end, ("POST",)),
]
