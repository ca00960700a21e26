"""The stream of news behind the badge: the API's own, opened with the visitor's cookie."""

from __future__ import annotations

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from web.visitor import visitor_of

SOURCE = "/v1/tasks/live"


class News:
    """Answers with the API's stream for the visitor. Only pages of this site can read it: another site's
    script gets no credential along (SameSite) and no leave to read (no CORS).
    """

    def __init__(self, api: ASGIApp) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = visitor_of(Request(scope))
        headers = [(b"accept", b"text/event-stream"), (b"accept-language", visitor.language.encode())]
        if visitor.token:
            headers.append((b"authorization", b"Bearer " + visitor.token.encode("latin-1", "replace")))
        kept = ("type", "asgi", "http_version", "scheme", "client", "server", "extensions")
        inner = {name: scope[name] for name in kept if name in scope}
        inner |= {
            "method": "GET",
            "path": SOURCE,
            "raw_path": SOURCE.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
        }
        await self._api(inner, receive, send)


def news_route(api: ASGIApp) -> Route:
    return Route("/kabar", News(api))
