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
    return _public(page, (case["decree"] or {}).get("code"))


def _public(page: Page, code: str | None) -> str | None:
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


async def rank_sheet(page: Page) -> Response:
    """The same for the decree of one person's rank."""
    entry, file = await _ranked(page)
    address = _public(page, entry["decree_code"]) if entry else None
    if entry is None or address is None:
        title = page.words.gettext("Kenaikan pangkat ini belum mempunyai SK dari instansi ini.")
        return await page.show("problem.html", 404, problem={"title": title})
    return await page.show("rank_decree.html", entry=entry, file=file, address=address)


async def rank_picture(page: Page) -> Response:
    entry, _ = await _ranked(page)
    address = _public(page, entry["decree_code"]) if entry else None
    if address is None:
        return Response(status_code=404)
    return Response(svg(address), media_type="image/svg+xml")


async def _ranked(page: Page) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Where the person stands on that list, and their file."""
    nip, known = segment(page.request.path_params["nip"]), page.request.path_params["list_id"]
    rank = await page.api.get(f"/v1/employees/{nip}/rank-promotion")
    file = await page.api.get(f"/v1/employees/{nip}")
    return next((entry for entry in rank["lists"] if entry["list_id"] == known), None), file


async def signed(page: Page) -> Response:
    """The decree's signed file, as a download."""
    case_id = segment(page.request.path_params["action_id"])
    answer = await page.api.call("GET", f"/v1/decrees/{case_id}/document")
    if not answer.ok:
        return page.show_to_anybody("problem.html", answer.status, problem=answer.body or {})
    kept = ("content-type", "content-disposition")
    return Response(
        answer.raw, headers={name: answer.headers[name] for name in kept if name in answer.headers}
    )


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
    page_route("/perkara/{action_id}/sk.pdf", signed),
    page_route("/kenaikan-pangkat/{list_id}/sk/{nip}", rank_sheet),
    page_route("/kenaikan-pangkat/{list_id}/sk/{nip}/qr.svg", rank_picture),
    page_route("/sk/{code}", public),
]
