"""For operators: rosters and results from a file, tried first; what came of it row by row."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import segment
from web.rendering import Page, page_route

HERE = "/administrasi/impor"


async def ask(page: Page) -> Response:
    return await page.show("imports.html", kind="", report=None, problem=None)


async def import_file(page: Page) -> Response:
    """The file goes to the API as it came, under the kind whose button was pressed."""
    kind = page.request.path_params["kind"]
    body = await page.request.body()
    media_type = page.request.headers.get("content-type", "")
    answer = await page.api.call(
        "POST", f"/v1/administration/imports/{segment(kind)}", body, media_type=media_type
    )
    report: dict[str, Any] | None = answer.body if answer.ok else None
    problem = None if answer.ok else answer.body
    return await page.show("imports.html", answer.status, kind=kind, report=report, problem=problem)


routes = [page_route(HERE, ask), page_route(f"{HERE}/{{kind}}", import_file, ("POST",), upload=True)]
