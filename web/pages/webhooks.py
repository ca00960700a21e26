"""For operators: who is sent what of the cases, how that stands, and what can be done about it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

HERE = "/administrasi/webhook"
ROOT = "/v1/webhooks"
SHOWN = 20
TRIAL = "id.jenjang.test"
POSITION = re.compile(r"-?[0-9]{1,16}")
# What the buttons ask of the API; ending is a call of another kind.
ACTS = ("pause", "resumption", "secret", "replay", "test")


async def listed(page: Page) -> Response:
    return await _listed(page)


async def _listed(page: Page, refused: Answer | None = None, made: dict[str, Any] | None = None) -> Response:
    cursor = page.request.query_params.get("cursor")
    found, described = await asyncio.gather(
        page.api.get(ROOT, limit=50, cursor=cursor), page.api.get("/asyncapi.json")
    )
    types = [message["name"] for message in described["components"]["messages"].values()]
    return await page.show(
        "webhooks.html",
        refused.status if refused else 200,
        items=found["items"],
        next=found["next"],
        types=[name for name in types if name != TRIAL],
        made=made,
        problem=refused.body if refused else None,
    )


async def subscribe(page: Page) -> Response:
    """The new subscription with its secret, shown this once."""
    fields = await page.fields()
    one = dict(fields)
    body = {
        "label": one.get("label", ""),
        "url": one.get("url", "").strip(),
        "event_types": [value for name, value in fields if name == "type"],
        "kinds": [value for name, value in fields if name == "kind"],
        "unit_ids": one.get("units", "").split(),
    }
    answer = await page.api.post(ROOT, body, key=one.get("key"))
    return await _listed(page, made=answer.body) if answer.ok else await _listed(page, answer)


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None, **told: Any) -> Response:
    here = f"{ROOT}/{segment(page.request.path_params['webhook_id'])}"
    item, waiting, arrived = await asyncio.gather(
        page.api.get(here),
        page.api.get(f"{here}/deliveries", limit=SHOWN),
        page.api.get(f"{here}/deliveries", limit=SHOWN, state="delivered"),
    )
    return await page.show(
        "webhook.html",
        refused.status if refused else 200,
        item=item,
        waiting=waiting["items"],
        arrived=arrived["items"],
        told=told,
        problem=refused.body if refused else None,
    )


async def act(page: Page) -> Response:
    """Pause, go on, another secret, replay, or a try; what came of the last three is shown."""
    form = await page.form()
    webhook_id, name = (
        segment(page.request.path_params["webhook_id"]),
        page.request.url.path.rpartition("/")[2],
    )
    body: Any = None
    if name == "secret":
        body = {"overlap_hours": 24}
    elif name == "replay":
        body = {"after": _number(form.get("after", "").strip())}
    answer = await page.api.post(f"{ROOT}/{webhook_id}/{name}", body, key=form.get("key"))
    if not answer.ok:
        return await _one(page, answer)
    if name in ("secret", "test"):
        return await _one(page, **{name: answer.body})
    return redirect(f"{HERE}/{webhook_id}")


def _number(text: str) -> int | str:
    """The number that was typed; what is none goes to the API as it is, which says so."""
    return int(text) if POSITION.fullmatch(text) else text


async def end(page: Page) -> Response:
    webhook_id = segment(page.request.path_params["webhook_id"])
    answer = await page.api.call("DELETE", f"{ROOT}/{webhook_id}")
    return redirect(HERE) if answer.ok else await _one(page, answer)


routes = [
    page_route(HERE, listed),
    page_route(HERE, subscribe, ("POST",)),
    page_route(f"{HERE}/{{webhook_id}}", one),
    page_route(f"{HERE}/{{webhook_id}}/akhiri", end, ("POST",)),
    *(page_route(f"{HERE}/{{webhook_id}}/{name}", act, ("POST",)) for name in ACTS),
]
