"""For auditors: the ledger's events, and the proof of one of them, checked in the browser."""

from __future__ import annotations

from starlette.responses import Response

from web.rendering import Page, page_route

FILTERS = ("actor", "type", "stream", "from", "to", "q", "cursor")


async def events(page: Page) -> Response:
    asked = {name: page.request.query_params.get(name, "") for name in FILTERS}
    found = await page.api.get("/v1/audit/events", limit=50, **asked)
    note = await page.api.call("GET", "/v1/audit/checkpoint")
    return await page.show(
        "events.html", items=found["items"], next=found["next"], asked=asked, note=note.raw.decode()
    )


async def proof(page: Page) -> Response:
    """Leaf, path and root of one event. The browser hashes them again by itself."""
    position = page.request.path_params["position"]
    note = (await page.api.call("GET", "/v1/audit/checkpoint")).raw.decode()
    size = int(note.split("\n")[1]) if note.count("\n") > 2 else 0
    path = await page.api.get("/v1/audit/proofs/inclusion", position=position, tree_size=size)
    return await page.show("proof.html", position=position, note=note, size=size, proof=path)


routes = [page_route("/audit", events), page_route("/audit/bukti/{position}", proof)]
