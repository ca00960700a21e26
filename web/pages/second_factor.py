"""One's own second factor: shown to an authenticator as a QR code, confirmed with a code, taken off."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer
from web.qr_code import svg
from web.rendering import Page, page_route, redirect

HERE = "/faktor-kedua"


async def show(page: Page) -> Response:
    return await _shown(page)


async def _shown(page: Page, refused: Answer | None = None, codes: list[str] | None = None) -> Response:
    state: dict[str, Any] = await page.api.get("/v1/second-factor")
    seed = await page.api.get("/v1/second-factor/seed") if state["pending"] else None
    return await page.show(
        "second_factor.html",
        refused.status if refused else 200,
        state=state,
        seed=seed,
        codes=codes,
        problem=refused.body if refused else None,
    )


async def begin(page: Page) -> Response:
    form = await page.form()
    answer = await page.api.post("/v1/second-factor", {"password": form.get("password", "")})
    return redirect(HERE) if answer.ok else await _shown(page, answer)


async def picture(page: Page) -> Response:
    """The QR code of a seed that waits. Its address holds no secret and nobody keeps it."""
    found = await page.api.get("/v1/second-factor/seed")
    return Response(svg(found["address"]), media_type="image/svg+xml")


async def confirm(page: Page) -> Response:
    form = await page.form()
    answer = await page.api.post("/v1/second-factor/confirmation", {"code": form.get("code", "")})
    return (
        await _shown(page, codes=answer.body["recovery_codes"]) if answer.ok else await _shown(page, answer)
    )


async def remove(page: Page) -> Response:
    form = await page.form()
    asked = {name: form.get(name, "") for name in ("password", "code")}
    answer = await page.api.post("/v1/second-factor/removal", asked)
    return redirect(HERE) if answer.ok else await _shown(page, answer)


routes = [
    page_route(HERE, show),
    page_route(HERE, begin, ("POST",)),
    page_route(f"{HERE}/qr.svg", picture),
    page_route(f"{HERE}/konfirmasi", confirm, ("POST",)),
    page_route(f"{HERE}/lepas", remove, ("POST",)),
]
