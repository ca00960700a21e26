"""The agency's policies: read by everybody, proposed by one official, adopted by another, simulated."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from web.api_client import Answer, segment
from web.language import ZONE
from web.policy_text import Unreadable, as_text, from_text
from web.rendering import Page, page_route, redirect

POLICIES = "/v1/policies"
A_YEAR = timedelta(days=365)
CHANGES_SHOWN = 100


def _address(page: Page) -> str:
    agency, version = (segment(page.request.path_params[name]) for name in ("agency", "version"))
    return f"{agency}/{version}"


async def listed(page: Page) -> Response:
    found = await page.api.get(POLICIES, cursor=page.request.query_params.get("cursor"))
    return await page.show("policies.html", policies=found["items"], next=found["next"])


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None) -> Response:
    found = await page.api.get(f"{POLICIES}/{_address(page)}")
    part = page.request.query_params.get("bagian", "")
    document = found["document"]
    text = await run_in_threadpool(as_text, {part: document[part]}) if part in document else ""
    return await page.show(
        "policy.html",
        refused.status if refused else 200,
        policy=found,
        part=part if part in document else "",
        text=text,
        problem=refused.body if refused else None,
    )


async def adopt(page: Page) -> Response:
    form = await page.form()
    address = f"{POLICIES}/{_address(page)}"
    answer = await page.api.post(f"{address}/adoption", {"hash": form.get("hash", "")}, key=form.get("key"))
    return redirect(f"/kebijakan/{_address(page)}") if answer.ok else await _one(page, answer)


async def ask_text(page: Page) -> Response:
    """The form of a proposal; with `dari`, begun from that policy's text."""
    begun, text = page.request.query_params.get("dari", ""), ""
    if begun:
        found = await page.api.get(f"{POLICIES}/{'/'.join(map(segment, begun.split('/')))}")
        text = await run_in_threadpool(as_text, found["document"])
    known = await page.api.get(POLICIES)
    return await page.show("policy_proposal.html", text=text, policies=known["items"], problem=None)


async def propose(page: Page) -> Response:
    form = await page.form()
    text = form.get("text", "")
    try:
        body = {"document": await run_in_threadpool(from_text, text)}
    except Unreadable as unreadable:
        problem = {"title": page.words.gettext("Teks ini bukan YAML."), "detail": str(unreadable)}
        return await page.show("policy_proposal.html", 422, text=text, policies=[], problem=problem)
    answer = await page.api.post(POLICIES, body, key=form.get("key"))
    if not answer.ok:
        return await page.show(
            "policy_proposal.html", answer.status, text=text, policies=[], problem=answer.body
        )
    return redirect(f"/kebijakan/{answer.body['id']}")


async def ask_simulation(page: Page) -> Response:
    return await _simulation(page, dict(page.request.query_params))


def _last_year() -> dict[str, str]:
    today = datetime.now(ZONE).date()
    return {"from": (today - A_YEAR).isoformat(), "to": today.isoformat()}


async def _simulation(
    page: Page,
    posted: dict[str, Any],
    told: Any = None,
    problem: Any = None,
    status: int = 200,
) -> Response:
    known = await page.api.get(POLICIES, limit=200)
    return await page.show(
        "policy_simulation.html",
        status,
        policies=known["items"],
        posted=_last_year() | posted,
        told=told,
        problem=problem,
    )


async def simulate(page: Page) -> Response:
    """A known policy, or the text that somebody is about to propose."""
    form = await page.form()
    window = {name: form.get(name, day) for name, day in _last_year().items()}
    body: dict[str, Any] = {"limit": CHANGES_SHOWN} | window
    try:
        if form.get("text"):
            body["document"] = await run_in_threadpool(from_text, form["text"])
        else:
            body["policy_id"] = form.get("policy_id", "")
    except Unreadable as unreadable:
        problem = {"title": page.words.gettext("Teks ini bukan YAML."), "detail": str(unreadable)}
        return await _simulation(page, form, problem=problem, status=422)
    answer = await page.api.post(f"{POLICIES}/simulation", body)
    if not answer.ok:
        return await _simulation(page, form, problem=answer.body, status=answer.status)
    return await _simulation(page, form, told=answer.body)


routes = [
    page_route("/kebijakan", listed),
    page_route("/kebijakan/usul", ask_text),
    page_route("/kebijakan/usul", propose, ("POST",)),
    page_route("/kebijakan/simulasi", ask_simulation),
    page_route("/kebijakan/simulasi", simulate, ("POST",)),
    page_route("/kebijakan/{agency}/{version}", one),
    page_route("/kebijakan/{agency}/{version}/pengesahan", adopt, ("POST",)),
]
