"""What every page shares: the visitor, their way to the API, templates, refusals, security headers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.api_client import Api, Refused
from web.labels import catalogue as labels
from web.language import ZONE, Words, words
from web.route_picture import route_picture
from web.visitor import Visitor, forget_session, is_from_here, visitor_of

log = logging.getLogger(__name__)

FORM_LIMIT = 256 * 1024
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    extensions=["jinja2.ext.i18n"],
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals.update(labels=labels, new_key=lambda: str(uuid4()), route_picture=route_picture)


@dataclass(frozen=True)
class Page:
    """One request for a page: who asks, their words, and their way to the API."""

    request: Request
    visitor: Visitor
    words: Words
    api: Api

    async def form(self) -> dict[str, str]:
        """The fields of a posted form; of a field sent twice, the last."""
        return dict(await self.fields())

    async def fields(self) -> list[tuple[str, str]]:
        """The fields of a posted form in order, repetitions kept."""
        body = await self.request.body()
        pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        return [(name, value.replace("\r\n", "\n").replace("\x00", "")) for name, value in pairs]

    async def me(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.api.get("/v1/me")
        return found

    async def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page. `me` is asked for where the handler has not."""
        if "me" not in values:
            values["me"] = await self.me() if self.visitor.token else None
        return self.show_to_anybody(template, status, **values)

    def show_to_anybody(self, template: str, status: int = 200, **values: Any) -> Response:
        found = TEMPLATES.get_template(template)
        text = self.words.gettext
        html = found.render(
            **{"me": None, **values},
            _=text,
            gettext=text,
            words=self.words,
            language=self.visitor.language,
            path=self.request.url.path,
            here=here_of(self.request),
            query=dict(self.request.query_params),
            now=datetime.now(UTC),
            today=datetime.now(ZONE).date(),
        )
        return HTMLResponse(html, status)


Handler = Callable[[Page], Awaitable[Response]]


class BodyTooLarge(Exception):
    """More was sent than the page takes; what is beyond was not read."""


def _limited(receive: Receive, limit: int) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise BodyTooLarge
        return message

    return counted


def page_route(
    path: str, handler: Handler, methods: tuple[str, ...] = ("GET",), *, upload: bool = False
) -> Route:
    """A page at `path`: forms come from our own pages only, refusals become pages or lead to sign-in.
    With `upload` a document may be sent, which the API limits; else a form.
    """

    async def answer(request: Request) -> Response:
        limit = request.app.state.upload_limit if upload else FORM_LIMIT
        request = Request(request.scope, _limited(request.receive, limit))
        visitor = visitor_of(request)
        page = Page(request, visitor, words(visitor.language), Api(request.app.state.api, request, visitor))
        if request.method == "POST" and not is_from_here(request):
            return page.show_to_anybody("problem.html", 403, problem=_foreign(page.words))
        try:
            return await handler(page)
        except Refused as refused:
            return _refusal(page, refused)
        except BodyTooLarge:
            title = page.words.gettext("Yang dikirim terlalu besar.")
            return page.show_to_anybody("problem.html", 413, problem={"title": title})
        except Exception:
            log.exception("a page failed: %s", path)
            title = page.words.gettext("Terjadi kesalahan pada sistem.")
            return page.show_to_anybody("problem.html", 500, problem={"title": title})

    return Route(path, answer, methods=list(methods))


def here_of(request: Request) -> str:
    """The page's own address on this site, with what is asked for; of a form its path alone."""
    query = request.url.query if request.method == "GET" else ""
    return f"{request.url.path}?{query}" if query else request.url.path


def redirect(to: str) -> RedirectResponse:
    return RedirectResponse(to, status_code=303)


def _refusal(page: Page, refused: Refused) -> Response:
    status, code = refused.answer.status, refused.code
    if status == 401:
        here = here_of(page.request)
        wanted = f"?next={quote(here)}" if page.request.method == "GET" and here != "/" else ""
        response = redirect(f"/masuk{wanted}")
        forget_session(response)
        return response
    if code == "second-factor-required":
        return redirect("/kode")
    if code == "password-change-required":
        return redirect("/kata-sandi")
    return page.show_to_anybody("problem.html", status, problem=refused.answer.body or {"status": status})


def _foreign(text: Words) -> Mapping[str, Any]:
    return {
        "title": text.gettext("Formulir ini tidak dikirim dari halaman Jenjang."),
        "detail": text.gettext("Buka halamannya kembali dan kirim dari sana."),
        "status": 403,
    }


def compressed(app: ASGIApp) -> ASGIApp:
    """`app` with its texts gzipped for who takes that: an inbox is a tenth then. No page holds a secret
    beside what a visitor can put into it, which compression would give away; streams go as they are.
    """
    return GZipMiddleware(app, minimum_size=1024, compresslevel=6)


class Headers:
    """Puts the security headers on every page and static file."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    @staticmethod
    def page(route: Route) -> Route:
        """A route like it, guarded; itself it would be guarded once more by each site that is made."""
        guarded = copy(route)
        guarded.app = compressed(Headers(route.app))
        return guarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = CSP
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static") else "no-store"
            await send(message)

        await self._app(scope, receive, guarded)
