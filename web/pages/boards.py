"""Boards of a unit or the agency: pictures and tables of what waits, how fast is decided, and how far files
and profiling have come; behind every figure its list, and each as a workbook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from web.rendering import Handler, Page, page_route

FILTERS = ("unit", "kind", "step", "office", "age", "overdue")
PERIODS = (30, 90, 365)
DAYS = 90
# The name of a list here and in the API; the same for workbooks.
LISTS = {"menunggu": "waiting", "diputuskan": "decided"}
BOOKS = {"papan": "workbook", "belum-terpetakan": "unmapped/workbook"} | {
    name: f"{source}/workbook" for name, source in LISTS.items()
}


async def board(page: Page) -> Response:
    unit = page.request.query_params.get("unit", "")
    days = _days(page)
    waiting, decided, files, talent, units, me = await asyncio.gather(
        page.api.get("/v1/boards/waiting", unit=unit),
        page.api.get("/v1/boards/decided", unit=unit, days=days),
        page.api.get("/v1/documents/completeness", unit=unit),
        page.api.get("/v1/talent/campaign", unit=unit),
        _apparatuses(page),
        page.me(),
    )
    return await page.show(
        "board.html", me=me, waiting=waiting, decided=decided, files=files, talent=talent, units=units,
        unit=unit, days=days, periods=PERIODS, rows=_by_unit(talent["units"], files["items"]),
        listed=lambda name, **filters: _address(f"/papan/{name}", {"unit": unit, **filters}),
        saved=lambda name, **filters: _address(f"/papan/{name}.xlsx", {"unit": unit, **filters}),
    )  # fmt: skip


def _by_unit(mapped: list[dict[str, Any]], files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Profiling and files of each apparatus in one row, the most unmapped first."""
    nothing = {"people": 0, "mapped": 0, "unmapped": 0}
    rows = {
        unit["id"]: {"id": unit["id"], "name": unit["name"], "talent": unit, "files": None} for unit in mapped
    }
    for unit in files:
        key, name = unit["unit_id"], unit["unit_name"] or "–"
        rows.setdefault(key, {"id": key, "name": name, "talent": nothing})["files"] = unit
    return list(rows.values())


def _days(page: Page) -> int:
    asked = page.request.query_params.get("days", "")
    return int(asked) if asked in map(str, PERIODS) else DAYS


def _address(path: str, filters: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in filters.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


async def _apparatuses(page: Page) -> list[dict[str, Any]]:
    """The regional apparatuses by name, to choose from."""
    tops = [unit for unit in await all_units(page) if unit["apparatus_id"] == unit["id"]]
    return sorted(tops, key=lambda unit: str(unit["name"]))


async def all_units(page: Page) -> list[dict[str, Any]]:
    """Every unit of the agency, by id."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await page.api.get("/v1/units", limit=200, cursor=cursor)
        found += answer["items"]
        cursor = answer["next"]
    return found


def _asked(page: Page) -> dict[str, str]:
    query = page.request.query_params
    return {name: query[name] for name in FILTERS if query.get(name)}


def _tasks_of(name: str) -> Handler:
    """The page of the tasks behind a figure."""

    async def tasks(page: Page) -> Response:
        return await _tasks(page, name)

    return tasks


async def _tasks(page: Page, name: str) -> Response:
    asked = _asked(page)
    if name == "diputuskan":
        asked["days"] = str(_days(page))
    found = await page.api.get(
        f"/v1/boards/{LISTS[name]}/tasks", limit=50, cursor=page.request.query_params.get("cursor"), **asked
    )
    return await page.show(
        "board_tasks.html", name=name, items=found["items"], next=found["next"], asked=asked,
        saved=_address(f"/papan/{name}.xlsx", asked), back=_address("/papan", {"unit": asked.get("unit")}),
    )  # fmt: skip


async def unmapped(page: Page) -> Response:
    """Who is not in the nine boxes yet."""
    asked = {name: page.request.query_params.get(name, "") for name in ("unit", "reason")}
    found = await page.api.get(
        "/v1/talent/unmapped", limit=50, cursor=page.request.query_params.get("cursor"), **asked
    )
    back = _address("/papan", {"unit": asked["unit"]})
    return await page.show(
        "board_people.html", items=found["items"], next=found["next"], asked=asked, back=back,
        saved=_address("/papan/belum-terpetakan.xlsx", asked),
    )  # fmt: skip


def _workbook_of(name: str, source: str) -> Handler:
    """The board, or one of its lists, as the API's workbook."""

    async def workbook(page: Page) -> Response:
        query = page.request.query_params
        others = ("days", "reason", "purpose")
        asked = _asked(page) | {more: query[more] for more in others if query.get(more)}
        answer = await page.api.call("GET", f"/v1/boards/{source}", query=asked)
        if not answer.ok:
            return await page.show("problem.html", answer.status, problem=answer.body or {})
        headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
        return Response(answer.raw, media_type=answer.headers["content-type"], headers=headers)

    return workbook


routes = [
    page_route("/papan", board),
    page_route("/papan/belum-terpetakan", unmapped),
    *(page_route(f"/papan/{name}", _tasks_of(name)) for name in LISTS),
    *(page_route(f"/papan/{name}.xlsx", _workbook_of(name, source)) for name, source in BOOKS.items()),
]
