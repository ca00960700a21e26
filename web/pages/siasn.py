"""Where SIASN and the register disagree: side by side, taken over or left, by an officer."""

from __future__ import annotations

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

HERE = "/siasn"
DIFFERENCES = "/v1/siasn/differences"
STATES = ("open", "accepted", "dismissed", "gone")


async def show(page: Page) -> Response:
    return await _shown(page)


async def _shown(page: Page, refused: Answer | None = None, posted: dict[str, str] | None = None) -> Response:
    asked = page.request.query_params
    state = asked.get("state", STATES[0])
    found = await page.api.get(DIFFERENCES, state=state, limit=50, cursor=asked.get("cursor"))
    return await page.show(
        "siasn.html",
        refused.status if refused else 200,
        items=found["items"],
        next=found["next"],
        state=state,
        states=STATES,
        posted=posted or {},
        problem=refused.body if refused else None,
    )


async def settle(page: Page) -> Response:
    """An officer's word on one difference; refused, the list again with what was typed."""
    form = await page.form()
    known = page.request.path_params["difference_id"]
    body = {name: form.get(name, "").strip() for name in ("outcome", "reason")}
    answer = await page.api.post(f"{DIFFERENCES}/{segment(known)}/settlement", body, key=form.get("key"))
    return redirect(HERE) if answer.ok else await _shown(page, answer, form | {"about": known})


routes = [
    page_route(HERE, show),
    page_route(f"{HERE}/{{difference_id}}", settle, ("POST",)),
]
