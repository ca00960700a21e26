"""Personnel files as officers see them: how complete units and people are, and an officer's verdict."""

from __future__ import annotations

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

FILTERS = ("unit", "only", "cursor")


async def units(page: Page) -> Response:
    return await page.show("files.html", totals=await page.api.get("/v1/documents/completeness"))


async def people(page: Page) -> Response:
    asked = {name: page.request.query_params.get(name, "") for name in FILTERS}
    found = await page.api.get("/v1/documents/people", limit=50, **asked)
    total = await page.api.get("/v1/documents/completeness", unit=asked["unit"]) if asked["unit"] else None
    return await page.show(
        "file_people.html", people=found["items"], next=found["next"], asked=asked, totals=total
    )


async def person(page: Page) -> Response:
    return await _person(page)


async def _person(
    page: Page, refused: Answer | None = None, posted: dict[str, str] | None = None
) -> Response:
    nip = segment(page.request.path_params["nip"])
    documents = await page.api.get(f"/v1/employees/{nip}/documents")
    return await page.show(
        "file.html",
        refused.status if refused else 200,
        file=await page.api.get(f"/v1/employees/{nip}"),
        documents=documents["items"],
        completeness=documents["completeness"],
        posted=posted or {},
        problem=refused.body if refused else None,
    )


async def verify(page: Page) -> Response:
    """An officer's verdict on one document."""
    form = await page.form()
    body = {name: form[name] for name in ("outcome", "reason", "valid_until") if form.get(name, "").strip()}
    address = f"/v1/documents/{segment(page.request.path_params['document_id'])}/verification"
    answer = await page.api.post(address, body, key=form.get("key"))
    if answer.ok:
        return redirect(f"/berkas/{segment(page.request.path_params['nip'])}")
    kept = form | {"document": page.request.path_params["document_id"]}
    return await _person(page, answer, kept)


routes = [
    page_route("/berkas", units),
    page_route("/berkas/pegawai", people),
    page_route("/berkas/{nip}", person),
    page_route("/berkas/{nip}/{document_id}/verifikasi", verify, ("POST",)),
]
