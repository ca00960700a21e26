"""For operators: what is stuck, and the repairs that harm nothing."""

from __future__ import annotations

from starlette.responses import Response

from web.api_client import Answer
from web.rendering import Page, page_route

HERE = "/administrasi/tersangkut"
DOCTOR = "/v1/administration/doctor"


async def show(page: Page) -> Response:
    return await _shown(page, await page.api.call("GET", DOCTOR))


async def repair(page: Page) -> Response:
    form = await page.form()
    return await _shown(page, await page.api.post(f"{DOCTOR}/repairs", {}, key=form.get("key")), done=True)


async def _shown(page: Page, answer: Answer, *, done: bool = False) -> Response:
    if not answer.ok:
        return await page.show("problem.html", answer.status, problem=answer.body)
    return await page.show("doctor.html", found=answer.body, done=done)


routes = [page_route(HERE, show), page_route(HERE, repair, ("POST",))]
