"""Notes and findings of auditors: written, answered by the unit, reopened, closed."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.pages.boards import all_units
from web.rendering import Page, page_route, redirect

HERE = "/audit/temuan"
REVIEWS = "/v1/reviews"
STATES = ("open", "answered", "closed", "note")
GIVEN = ("action_id", "unit_id", "question", "sample_id")
# What may be said on a review: the end of the page's address, and the API's.
ACTS = {"catatan": "notes", "jawaban": "answer", "buka-lagi": "reopening", "penutupan": "closing"}


async def listed(page: Page) -> Response:
    query = page.request.query_params
    asked = {name: query.get(name, "") for name in ("state", "unit", "action_id", "cursor")}
    found = await page.api.get(REVIEWS, limit=50, **asked)
    return await page.show(
        "findings.html", items=found["items"], next=found["next"], asked=asked, states=STATES,
        unit_names={unit["id"]: unit["name"] for unit in await all_units(page)},
    )  # fmt: skip


async def ask(page: Page) -> Response:
    return await _asked(page, dict(page.request.query_params))


async def _asked(page: Page, posted: dict[str, str], refused: Answer | None = None) -> Response:
    units = await all_units(page)
    tops = [unit for unit in units if unit["apparatus_id"] == unit["id"]]
    return await page.show(
        "finding_new.html",
        refused.status if refused else 200,
        units=sorted(tops, key=lambda unit: str(unit["name"])),
        posted=posted,
        problem=refused.body if refused else None,
    )


async def create(page: Page) -> Response:
    """A note, or with a unit that has to answer a finding; refused, the form again with what was typed."""
    form = await page.form()
    body: dict[str, Any] = {"kind": form.get("kind", "note"), "text": form.get("text", "").strip()}
    given = GIVEN if body["kind"] == "finding" else GIVEN[:1]
    body |= {name: form[name].strip() for name in given if form.get(name, "").strip()}
    position = form.get("position", "").strip()
    if position:
        body["position"] = int(position) if position.isascii() and position.isdigit() else position
    answer = await page.api.post(REVIEWS, body, key=form.get("key"))
    return redirect(f"{HERE}/{segment(answer.body['id'])}") if answer.ok else await _asked(page, form, answer)


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None, posted: dict[str, str] | None = None) -> Response:
    review = await page.api.get(f"{REVIEWS}/{segment(page.request.path_params['review_id'])}")
    return await page.show(
        "finding.html",
        refused.status if refused else 200,
        review=review,
        unit_names={unit["id"]: unit["name"] for unit in await all_units(page)},
        posted=posted or {},
        problem=refused.body if refused else None,
    )


async def act(page: Page) -> Response:
    """A further note, the unit's answer, the reopening or the close."""
    known, what = segment(page.request.path_params["review_id"]), page.request.path_params["what"]
    form = await page.form()
    if what not in ACTS:
        return redirect(f"{HERE}/{known}")
    body = {"text": form.get("text", "").strip()}
    if what == "penutupan":
        body["outcome"] = form.get("outcome", "")
    answer = await page.api.post(f"{REVIEWS}/{known}/{ACTS[what]}", body, key=form.get("key"))
    return redirect(f"{HERE}/{known}") if answer.ok else await _one(page, answer, form | {"what": what})


routes = [
    page_route(HERE, listed),
    page_route(f"{HERE}/baru", ask),
    page_route(f"{HERE}/baru", create, ("POST",)),
    page_route(f"{HERE}/{{review_id}}", one),
    page_route(f"{HERE}/{{review_id}}/{{what}}", act, ("POST",)),
]
