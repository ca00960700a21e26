"""A decree's sheet with its QR code, and the public page behind that code."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Refused, segment
from web.qr_code import svg
from web.rendering import Page, page_route


async def _decreed(page: Page) -> dict[str, Any]:
    case_id = segment(page.request.path_params["action_id"])
    case: dict[str, Any] = await page.api.get(f"/v1/personnel-actions/{case_id}")
    return case


def _address(page: Page, case: dict[str, Any]) -> str | None:
    """Where the QR code leads, on the host under which this page was asked for."""
    code = (case["decree"] or {}).get("code")
    return str(page.request.base_url.replace(path=f"/sk/{code}")) if code else None


async def sheet(page: Page) -> Response:
    """For printing beside the decree: what it decides, and the code."""
    case = await _decreed(page)
    address = _address(page, case)
    if address is None:
        title = page.words.gettext("Perkara ini belum mempunyai SK.")
        return await page.show("problem.html", 404, problem={"title": title})
    return await page.show("decree.html", case=case, address=address)


async def picture(page: Page) -> Response:
    address = _address(page, await _decreed(page))
    if address is None:
        return Response(status_code=404)
    return Response(svg(address), media_type="image/svg+xml")


async def public(page: Page) -> Response:
    """For whoever scans the code: no sign-in, nothing but what the decree shows."""
    try:
        found = await page.api.get(f"/v1/decrees/{segment(page.request.path_params['code'])}")
    except Refused as refused:
        return page.show_to_anybody("problem.html", refused.answer.status, problem=refused.answer.body)
    response = page.show_to_anybody("decree_public.html", decree=found)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


routes = [
    page_route("/perkara/{action_id}/sk", sheet),
    page_route("/perkara/{action_id}/sk.svg", picture),
    page_route("/sk/{code}", public),
]
