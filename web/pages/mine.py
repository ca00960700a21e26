"""My own file: data, documents, cases about me, sessions."""

from __future__ import annotations

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

LOOKED_AT = ("application/pdf", "image/jpeg", "image/png")


async def show(page: Page, refused: Answer | None = None) -> Response:
    me = await page.me()
    nip = segment(me["nip"] or "")
    file = await page.api.get(f"/v1/employees/{nip}")
    documents = await page.api.get(f"/v1/employees/{nip}/documents")
    talent = await page.api.get(f"/v1/employees/{nip}/talent")
    cases = await page.api.get("/v1/personnel-actions", subject_nip=me["nip"], limit=50)
    sessions = await page.api.get("/v1/sessions")
    receipts = await page.api.get("/v1/me/receipts", limit=10, cursor=page.request.query_params.get("cursor"))
    acts = await page.api.get("/v1/me/account-acts")
    readings = await page.api.call("GET", f"/v1/employees/{nip}/readings", query={"limit": 20})
    return await page.show(
        "mine.html", refused.status if refused else 200, me=me, file=file, documents=documents["items"],
        talent=talent, completeness=documents["completeness"], receipts=receipts,
        readings=readings.body if readings.ok else None,
        cases=cases["items"], sessions=sessions["items"], acts=acts["items"],
        problem=refused.body if refused else None,
    )  # fmt: skip


async def upload(page: Page) -> Response:
    """The file goes to the API as it came; what it is, its content says there."""
    me = await page.me()
    body = await page.request.body()
    media_type = page.request.headers.get("content-type", "")
    answer = await page.api.call(
        "POST", f"/v1/employees/{segment(me['nip'] or '')}/documents", body, media_type=media_type
    )
    return redirect("/saya") if answer.ok else await show(page, answer)


async def copy(page: Page) -> Response:
    """Everything held about me, as a zip; who asks for it is recorded, so it takes a form."""
    me = await page.me()
    return await page.api.download(f"/v1/employees/{segment(me['nip'] or '')}/copy")


async def readers(page: Page) -> Response:
    """Who read my file, all of it."""
    me = await page.me()
    found = await page.api.get(
        f"/v1/employees/{segment(me['nip'] or '')}/readings",
        limit=50,
        cursor=page.request.query_params.get("cursor"),
    )
    return await page.show("readers.html", me=me, readings=found)


async def readers_bundle(page: Page) -> Response:
    """The same with its proofs, to carry away."""
    me = await page.me()
    return await page.api.download(f"/v1/employees/{segment(me['nip'] or '')}/readings/bundle")


async def content(page: Page) -> Response:
    """A document's bytes, as a download."""
    answer = await page.api.call(
        "GET", f"/v1/documents/{segment(page.request.path_params['document_id'])}/content"
    )
    if not answer.ok:
        return page.show_to_anybody("problem.html", answer.status, problem=answer.body or {})
    kept = ("content-type", "content-disposition")
    return Response(
        answer.raw, headers={name: answer.headers[name] for name in kept if name in answer.headers}
    )


async def preview(page: Page) -> Response:
    """The same to be looked at in the browser: only what its content said is a picture or PDF."""
    answer = await content(page)
    if answer.headers.get("content-type") in LOOKED_AT:
        answer.headers["content-disposition"] = "inline"
    return answer


routes = [
    page_route("/saya", show),
    page_route("/saya/dokumen", upload, ("POST",), upload=True),
    page_route("/saya/salinan", copy, ("POST",)),
    page_route("/saya/pembaca", readers),
    page_route("/saya/pembaca/bukti", readers_bundle, ("POST",)),
    page_route("/dokumen/{document_id}", content),
    page_route("/dokumen/{document_id}/pratinjau", preview),
]
