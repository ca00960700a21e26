"""Queries that auditors keep: saved from a search, revised, retired; what they find, and samples of it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.language import local_day
from web.pages.audit import choices_of, filter_of
from web.rendering import Page, page_route, redirect

HERE = "/audit/kueri"
QUERIES = "/v1/reviews/queries"


async def listed(page: Page) -> Response:
    found = await page.api.get(QUERIES, limit=50, cursor=page.request.query_params.get("cursor"))
    return await page.show("review_queries.html", items=found["items"], next=found["next"])


async def save(page: Page) -> Response:
    """A new query out of a search."""
    form = await page.form()
    answer = await page.api.post(QUERIES, await _body(page, form), key=form.get("key"))
    if not answer.ok:
        return await page.show("problem.html", answer.status, problem=answer.body)
    return redirect(f"{HERE}/{segment(answer.body['id'])}")


async def _body(page: Page, form: dict[str, str]) -> dict[str, Any]:
    return {
        "title": form.get("title", "").strip(),
        "filter": await filter_of(page, form),
        "words": form.get("q", "").strip(),
        "shared": form.get("shared") == "yes",
    }


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None, posted: dict[str, str] | None = None) -> Response:
    address, asked = _address(page), page.request.query_params
    revision = asked.get("revision")
    query, results, choices = await asyncio.gather(
        page.api.get(address),
        page.api.call(
            "GET", f"{address}/results", query={"revision": revision, "cursor": asked.get("cursor")}
        ),
        choices_of(page),
    )
    return await page.show(
        "review_query.html",
        refused.status if refused else 200,
        query_=query,
        results=results.body if results.ok else None,
        shown=_revision(query, revision),
        choices=choices,
        asked=posted or _asked(query),
        problem=refused.body if refused else None,
    )


def _asked(query: dict[str, Any]) -> dict[str, str]:
    """The newest revision as a form has it."""
    filter_ = query["filter"]
    days = {name: local_day(filter_.get(moment)) for name, moment in (("from", "first"), ("to", "last"))}
    return {**filter_, **days, "q": query["words"] or "", "title": query["title"] or ""}


def _revision(query: dict[str, Any], wanted: str | None) -> dict[str, Any]:
    known: list[dict[str, Any]] = query["revisions"]
    return next((each for each in known if str(each["revision"]) == wanted), known[-1])


async def revise(page: Page) -> Response:
    form = await page.form()
    body = await _body(page, form)
    answer = await page.api.post(f"{_address(page)}/revisions", body, key=form.get("key"))
    return redirect(_here(page)) if answer.ok else await _one(page, answer, form)


async def retire(page: Page) -> Response:
    form = await page.form()
    answer = await page.api.post(f"{_address(page)}/retirement", {}, key=form.get("key"))
    return redirect(HERE) if answer.ok else await _one(page, answer)


def _address(page: Page) -> str:
    return f"{QUERIES}/{segment(page.request.path_params['query_id'])}"


def _here(page: Page) -> str:
    return f"{HERE}/{segment(page.request.path_params['query_id'])}"


routes = [
    page_route(HERE, listed),
    page_route(HERE, save, ("POST",)),
    page_route(f"{HERE}/{{query_id}}", one),
    page_route(f"{HERE}/{{query_id}}/ubah", revise, ("POST",)),
    page_route(f"{HERE}/{{query_id}}/akhiri", retire, ("POST",)),
]
