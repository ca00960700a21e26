"""Where I am told that something waits: channel, address, when; and the code that confirms it."""

from __future__ import annotations

from starlette.responses import Response

from web.api_client import Answer
from web.rendering import Page, page_route, redirect

HERE = "/pemberitahuan"
HOURS = ("digest_hour", "quiet_from", "quiet_until")


async def show(page: Page) -> Response:
    return await _shown(page)


async def _shown(page: Page, refused: Answer | None = None, typed: dict[str, str] | None = None) -> Response:
    return await page.show(
        "notifications.html",
        refused.status if refused else 200,
        settings=await page.api.get("/v1/notification-settings"),
        typed=typed,
        problem=refused.body if refused else None,
    )


async def put(page: Page) -> Response:
    form = await page.form()
    hours = {name: form.get(name, "") for name in HOURS}
    asked = {name: form.get(name, "") for name in ("channel", "address", "language", "mode")} | {
        name: int(hour) if hour.isdecimal() and len(hour) <= 2 else None for name, hour in hours.items()
    }
    answer = await page.api.put("/v1/notification-settings", asked)
    return redirect(HERE) if answer.ok else await _shown(page, answer, {**form})


async def confirm(page: Page) -> Response:
    form = await page.form()
    answer = await page.api.post("/v1/notification-settings/confirmation", {"code": form.get("code", "")})
    return redirect(HERE) if answer.ok else await _shown(page, answer)


async def forget(page: Page) -> Response:
    await page.api.call("DELETE", "/v1/notification-settings")
    return redirect(HERE)


routes = [
    page_route(HERE, show),
    page_route(HERE, put, ("POST",)),
    page_route(f"{HERE}/konfirmasi", confirm, ("POST",)),
    page_route(f"{HERE}/berhenti", forget, ("POST",)),
]
