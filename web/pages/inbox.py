"""The inbox: what waits for me, filtered by the address, and many decisions at once with a preview."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from web.rendering import Page, page_route, redirect

PAGE_SIZE = 50
FILTERS = ("state", "kind", "step", "overdue")


async def show(page: Page) -> Response:
    asked = _asked(page.request.query_params)
    found, summary, views, reminders, work, me = await asyncio.gather(
        page.api.get("/v1/tasks", limit=PAGE_SIZE, cursor=page.request.query_params.get("cursor"), **asked),
        page.api.get("/v1/tasks/summary"),
        page.api.get("/v1/saved-views"),
        page.api.get("/v1/talent/reminders"),
        page.api.get("/v1/work"),
        page.me(),
    )
    grouped = page.request.query_params.get("group") == "kind"
    return await page.show(
        "inbox.html", me=me, tasks=found["items"], next=found["next"], reminders=reminders["items"],
        work=work["items"], summary=summary, views=views["items"], asked=asked, grouped=grouped,
        address=_address(asked, grouped),
        with_filter=lambda **changes: "/?" + _address(asked | changes, grouped),
    )  # fmt: skip


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query[name] for name in FILTERS if query.get(name)}


def _address(asked: Mapping[str, str], grouped: bool) -> str:  # noqa: FBT001  (part of the address)
    """What stands after the question mark for these filters."""
    kept = {name: value for name, value in asked.items() if value}
    return urlencode(kept | ({"group": "kind"} if grouped else {}))


async def keep_view(page: Page) -> Response:
    """Save what the address asks for under a name, or forget such a view."""
    form = await page.form()
    query = form.get("query", "")
    if form.get("forget"):
        await page.api.call("DELETE", "/v1/saved-views", query={"name": form["forget"]})
        return redirect(f"/?{query}" if query else "/")
    answer = await page.api.post("/v1/saved-views", {"name": form.get("name", "").strip(), "query": query})
    if not answer.ok:
        return await page.show("problem.html", answer.status, problem=answer.body)
    return redirect(f"/?{query}")


async def decide_many(page: Page) -> Response:
    """First the preview; then, when it is confirmed, the decisions themselves."""
    fields = await page.fields()
    chosen = [value for name, value in fields if name == "task"]
    form = dict(fields)
    outcome, comment = form.get("outcome", "approve"), form.get("comment", "")
    if not chosen:
        problem = {
            "title": page.words.gettext("Belum ada tugas yang dipilih."),
            "detail": page.words.gettext("Beri tanda pada kotak di depan tugas, lalu tinjau lagi."),
        }
        return await page.show("problem.html", 422, problem=problem)
    items = [{"task_id": task, "outcome": outcome, "comment": comment} for task in chosen]
    confirmed = form.get("confirmed") == "yes"
    # Named before they are decided: what is done has left the inbox.
    known = await _tasks(page, chosen)
    body: dict[str, Any] = {"items": items, "preview": not confirmed}
    if confirmed and form.get("password"):
        body["password"] = form["password"]
    answer = await page.api.post("/v1/tasks/decisions", body, key=form.get("key"))
    if not answer.ok:
        return await page.show("problem.html", answer.status, problem=answer.body)
    results = answer.body["items"]
    possible = [item["task_id"] for item in results if item["status"] == 200]
    return await page.show(
        "bulk.html", results=results, known=known, outcome=outcome, comment=comment,
        possible=possible, confirmed=confirmed,
    )  # fmt: skip


async def _tasks(page: Page, ids: list[str]) -> Mapping[str, Any]:
    """What the inbox knows of these tasks; those that have left it are not named again."""
    found = await page.api.get("/v1/tasks", limit=200)
    return {item["id"]: item for item in found["items"] if item["id"] in ids}


routes = [
    page_route("/", show),
    page_route("/keputusan", decide_many, ("POST",)),
    page_route("/tampilan", keep_view, ("POST",)),
]
