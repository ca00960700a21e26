"""Rank promotion: the lists of the periods, who is due, what officers do with a list, one's own way up."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.pages.rank_acts import body_of
from web.rendering import Page, page_route, redirect

RANKS = "/v1/rank-promotions"
HERE = "/kenaikan-pangkat"
AT_ONCE = 30
# What an act is about: the standing of the people whom it takes.
TAKES: dict[str, tuple[str, ...]] = {
    "answers": ("proposed", "returned"),
    "decrees": ("approved",),
    "outside-decrees": ("approved",),
    "write-backs": ("effective", "to_correct"),
}
ALL = "all"
AWAITED = ("proposed", "returned", "approved", "decreed", "effective", "to_correct")
ACTS = (*TAKES, "dispatch", "withdrawal", "annulments")


async def listed(page: Page) -> Response:
    found = await page.api.get(RANKS, limit=AT_ONCE, cursor=page.request.query_params.get("cursor"))
    return await page.show("ranks.html", lists=found["items"], next=found["next"])


async def due(page: Page) -> Response:
    return await _due(page, {})


async def _due(page: Page, posted: dict[str, str], refused: Answer | None = None) -> Response:
    asked = page.request.query_params
    only = asked.get("only", "proposable")
    wanted = {"period": asked.get("period"), "limit": AT_ONCE, "cursor": asked.get("cursor")}
    found = await page.api.get(f"{RANKS}/due", only=only, **wanted)
    if found["list_id"] and "only" not in asked:
        # Whoever could be proposed is on the list; what is left are those who lack something.
        only = "barred"
        found = await page.api.get(f"{RANKS}/due", only=only, **wanted)
    return await page.show(
        "rank_due.html",
        refused.status if refused else 200,
        due=found,
        only=only,
        posted=posted,
        problem=refused.body if refused else None,
    )


async def freeze(page: Page) -> Response:
    """Make and freeze the list. Whom the officer leaves off is told in the people's own boxes, or by NIP."""
    form = await page.form()
    left = [
        {"nip": name.removeprefix("off."), "reason": text.strip()}
        for name, text in form.items()
        if name.startswith("off.") and text.strip()
    ]
    for line in form.get("others", "").splitlines():
        nip, _, reason = line.strip().partition(" ")
        left += [{"nip": nip, "reason": reason.strip()}] if nip else []
    body = {"period": form.get("period", ""), "left_off": left}
    answer = await page.api.post(RANKS, body, key=form.get("key"))
    if not answer.ok:
        return await _due(page, form, answer)
    return redirect(f"{HERE}/{segment(answer.body['id'])}")


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None, posted: dict[str, str] | None = None) -> Response:
    address = f"{RANKS}/{segment(page.request.path_params['list_id'])}"
    asked = page.request.query_params
    found = await page.api.get(address)
    # First those of whom something is to come.
    wanted = asked.get("status") or next((each for each in AWAITED if each in found["progress"]), ALL)
    people = await page.api.get(
        f"{address}/entries",
        status="" if wanted == ALL else wanted,
        cursor=asked.get("cursor"),
        limit=AT_ONCE,
    )
    return await page.show(
        "rank_list.html",
        refused.status if refused else 200,
        list=found,
        wanted=wanted,
        people=people["items"],
        next=people["next"],
        posted=posted or {},
        problem=refused.body if refused else None,
    )


async def ask(page: Page) -> Response:
    """The page of an act that names people."""
    act = page.request.path_params["act"]
    if act not in TAKES:
        return redirect(f"{HERE}/{segment(page.request.path_params['list_id'])}")
    return await _asked(page, act)


async def _asked(
    page: Page, act: str, refused: Answer | None = None, posted: dict[str, str] | None = None
) -> Response:
    address = f"{RANKS}/{segment(page.request.path_params['list_id'])}"
    people: list[dict[str, Any]] = []
    for status in TAKES[act]:
        people += (await page.api.get(f"{address}/entries", status=status, limit=200))["items"]
    return await page.show(
        "rank_act.html",
        refused.status if refused else 200,
        list=await page.api.get(address),
        act=act,
        people=people,
        posted=posted or {},
        problem=refused.body if refused else None,
    )


async def act(page: Page) -> Response:
    """One of the acts; refused, the page again with what was typed."""
    what, form = page.request.path_params["act"], await page.form()
    here = f"{HERE}/{segment(page.request.path_params['list_id'])}"
    if what not in ACTS:
        return redirect(here)
    address = f"{RANKS}/{segment(page.request.path_params['list_id'])}/{what}"
    answer = await page.api.post(address, body_of(what, form), key=form.get("key"))
    if answer.ok:
        return redirect(here)
    if what in TAKES:
        return await _asked(page, what, answer, form)
    return await _one(page, answer, form)


async def mine(page: Page) -> Response:
    me = await page.me()
    return await _person(page, me["nip"] or "", me=me)


async def person(page: Page) -> Response:
    return await _person(page, page.request.path_params["nip"])


async def _person(page: Page, nip: str, **known: Any) -> Response:
    file = await page.api.get(f"/v1/employees/{segment(nip)}")
    found = await page.api.get(f"/v1/employees/{segment(nip)}/rank-promotion")
    return await page.show("rank_person.html", file=file, rank=found, **known)


routes = [
    page_route(HERE, listed),
    page_route(f"{HERE}/jatuh-tempo", due),
    page_route(f"{HERE}/jatuh-tempo", freeze, ("POST",)),
    page_route(f"{HERE}/saya", mine),
    page_route(f"{HERE}/pegawai/{{nip}}", person),
    page_route(f"{HERE}/{{list_id}}", one),
    page_route(f"{HERE}/{{list_id}}/{{act}}", ask),
    page_route(f"{HERE}/{{list_id}}/{{act}}", act, ("POST",)),
]
