"""One personnel action, now or as it stood after any of its events."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

LONGEST_NUMBER = 6


async def show(page: Page, refused: Answer | None = None) -> Response:
    case_id = segment(page.request.path_params["action_id"])
    history = await page.api.call("GET", f"/v1/personnel-actions/{case_id}/events")
    events = history.body["items"] if history.ok else []
    position = _position(page, events)
    asked = {"at_position": position} if position.isdigit() else {}
    case = await page.api.get(f"/v1/personnel-actions/{case_id}", **asked)
    return await page.show(
        "case.html", refused.status if refused else 200, case=case, events=events, problem=None
        if refused is None else refused.body, at=int(position) if position.isdigit() else None,
    )  # fmt: skip


def _position(page: Page, events: list[dict[str, Any]]) -> str:
    """After which event the case is wanted: by its position, or counted along the slider."""
    stop = page.request.query_params.get("langkah", "")
    if stop.isascii() and stop.isdigit() and len(stop) < LONGEST_NUMBER and int(stop) < len(events) - 1:
        return str(events[int(stop)]["position"])
    position = page.request.query_params.get("position", "")
    return position if position.isascii() else ""


async def end(page: Page) -> Response:
    """Withdraw or annul."""
    form = await page.form()
    case_id = segment(page.request.path_params["action_id"])
    what = {"penarikan": "withdrawal", "pembatalan": "annulment"}.get(page.request.path_params["what"])
    if what is None:
        return redirect(f"/perkara/{case_id}")
    body = {"reason": form.get("reason", "")}
    if what == "annulment":
        body |= {"authority": form.get("authority", "PPK"), "letter_number": form.get("letter_number", "")}
    answer = await page.api.post(f"/v1/personnel-actions/{case_id}/{what}", body, key=form.get("key"))
    return redirect(f"/perkara/{case_id}") if answer.ok else await show(page, answer)


routes = [
    page_route("/perkara/{action_id}", show),
    page_route("/perkara/{action_id}/{what}", end, ("POST",)),
]
