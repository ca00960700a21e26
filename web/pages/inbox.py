"""The inbox: what waits for me, and many decisions at once with a preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from web.rendering import Page, page_route, redirect

PAGE_SIZE = 50


async def show(page: Page) -> Response:
    asked = page.request.query_params
    found = await page.api.get(
        "/v1/tasks", limit=PAGE_SIZE, cursor=asked.get("cursor"), state=asked.get("state")
    )
    reminders = await page.api.get("/v1/talent/reminders")
    me = await page.me()
    return await page.show(
        "inbox.html", me=me, tasks=found["items"], next=found["next"], reminders=reminders["items"]
    )


async def decide_many(page: Page) -> Response:
    """First the preview; then, when it is confirmed, the decisions themselves."""
    fields = await page.fields()
    chosen = [value for name, value in fields if name == "task"]
    form = dict(fields)
    outcome, comment = form.get("outcome", "approve"), form.get("comment", "")
    if not chosen:
        return redirect("/")
    items = [{"task_id": task, "outcome": outcome, "comment": comment} for task in chosen]
    confirmed = form.get("confirmed") == "yes"
    body: dict[str, Any] = {"items": items, "preview": not confirmed}
    if confirmed and form.get("password"):
        body["password"] = form["password"]
    answer = await page.api.post("/v1/tasks/decisions", body, key=form.get("key"))
    if not answer.ok:
        return await page.show("problem.html", answer.status, problem=answer.body)
    results = answer.body["items"]
    known = await _tasks(page, chosen)
    possible = [item["task_id"] for item in results if item["status"] == 200]
    return await page.show(
        "bulk.html", results=results, known=known, outcome=outcome, comment=comment,
        possible=possible, confirmed=confirmed,
    )  # fmt: skip


async def _tasks(page: Page, ids: list[str]) -> Mapping[str, Any]:
    """What the inbox knows of these tasks; those that have left it are not named again."""
    found = await page.api.get("/v1/tasks", limit=200)
    return {item["id"]: item for item in found["items"] if item["id"] in ids}


routes = [page_route("/", show), page_route("/keputusan", decide_many, ("POST",))]
