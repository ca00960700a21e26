"""Who looks at a page: their session's cookie and their language."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

SESSION = "__Host-jenjang"
LANGUAGE = "__Host-bahasa"
OPENID = "__Host-openid"
A_YEAR = 365 * 24 * 3600
LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class Visitor:
    token: str | None
    language: str


def visitor_of(request: Request) -> Visitor:
    """The visitor as their cookies say; Indonesian first where they say nothing."""
    language = request.cookies.get(LANGUAGE)
    if language not in LANGUAGES:
        language = _preferred(request.headers.get("accept-language", ""))
    return Visitor(request.cookies.get(SESSION), language)


def _preferred(accepted: str) -> str:
    for part in accepted.split(","):
        primary = part.partition(";")[0].strip().lower().partition("-")[0]
        if primary in LANGUAGES:
            return primary
    return LANGUAGES[0]


def keep_session(response: Response, token: str) -> None:
    """`__Host-` cookies are Secure: browsers keep them over TLS and, on their own machine, without."""
    response.set_cookie(SESSION, token, secure=True, httponly=True, samesite="lax", path="/")


def forget_session(response: Response) -> None:
    response.delete_cookie(SESSION, secure=True, httponly=True, samesite="lax", path="/")


def keep_request(response: Response, request: str) -> None:
    """What an OpenID provider's answer has to belong to: of this browser alone, for ten minutes."""
    response.set_cookie(OPENID, request, max_age=600, secure=True, httponly=True, samesite="lax", path="/")


def forget_request(response: Response) -> None:
    response.delete_cookie(OPENID, secure=True, httponly=True, samesite="lax", path="/")


def keep_language(response: Response, language: str) -> None:
    response.set_cookie(
        LANGUAGE, language, max_age=A_YEAR, secure=True, httponly=True, samesite="lax", path="/"
    )


def is_from_here(request: Request) -> bool:
    """Whether a form was sent from one of our own pages (Origin, or Sec-Fetch-Site where it is sent)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if origin is not None:
        return origin.partition("://")[2] == request.headers.get("host")
    return site == "same-origin"
