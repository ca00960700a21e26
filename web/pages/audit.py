"""For auditors: the ledger's events, and the proof of one of them, checked in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from web.api_client import segment
from web.pages.boards import all_units
from web.rendering import Page, page_route

CONDITIONS = ("person", "actor", "type", "office", "unit", "rule", "outcome")
FILTERS = (*CONDITIONS, "below", "stream", "from", "to", "q", "cursor")


async def events(page: Page) -> Response:
    asked = {name: page.request.query_params.get(name, "") for name in FILTERS}
    wanted = asked | {name: midnight(asked[name]) for name in ("from", "to")}
    found, note, choices = await asyncio.gather(
        page.api.get("/v1/audit/events", limit=50, **wanted),
        page.api.call("GET", "/v1/audit/checkpoint"),
        choices_of(page),
    )
    return await page.show(
        "events.html", items=found["items"], next=found["next"], asked=asked, note=note.raw.decode(),
        choices=choices, narrowed=any(asked[name] for name in (*CONDITIONS, "from", "to", "q")),
    )  # fmt: skip


async def choices_of(page: Page) -> dict[str, Any]:
    """What the conditions of a search may be: codes with their words, and the units."""
    codes, units = await asyncio.gather(page.api.get("/v1/audit/codes"), all_units(page))
    return {**codes, "units": sorted(units, key=lambda unit: str(unit["name"]))}


async def filter_of(page: Page, form: Mapping[str, str]) -> dict[str, str]:
    """The conditions of a form as saved queries have them: days as moments, people by id."""
    found = {name: form[name].strip() for name in CONDITIONS if form.get(name, "").strip()}
    if found.get("person", "").isdigit():
        known = await page.api.call("GET", f"/v1/employees/{segment(found['person'])}")
        found["person"] = known.body["id"] if known.ok else found["person"]
    moments = {"first": midnight(form.get("from", "")), "last": midnight(form.get("to", ""))}
    return found | {name: moment for name, moment in moments.items() if moment}


def midnight(day: str) -> str:
    """The beginning of that day here (WIB); what is no day is left for the API to refuse."""
    return f"{day}T00:00:00+07:00" if day else ""


async def proof(page: Page) -> Response:
    """Record, leaf, path and root of one event. The browser hashes them again by itself."""
    position = page.request.path_params["position"]
    note = (await page.api.call("GET", "/v1/audit/checkpoint")).raw.decode()
    size = int(note.split("\n")[1]) if note.count("\n") > 2 else 0
    path, key, record = await asyncio.gather(
        page.api.get("/v1/audit/proofs/inclusion", position=position, tree_size=size),
        page.api.call("GET", "/v1/audit/key"),
        page.api.call("GET", f"/v1/audit/records/{segment(position)}"),
    )
    return await page.show(
        "proof.html", position=position, note=note, size=size, proof=path, keys=key.raw.decode().split(),
        event=record.body if record.ok else None,
    )  # fmt: skip


routes = [page_route("/audit", events), page_route("/audit/bukti/{position}", proof)]
