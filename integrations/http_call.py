"""One bounded HTTP call to a party outside: no redirects, a deadline, and so many bytes and no more."""

from __future__ import annotations

import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

ANSWERS_WITHIN = 10.0
LARGEST_ANSWER = 1 << 18


class OutsideUnreachable(Exception):
    """The other party did not answer, or not in time; asking again later may help."""


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    body: bytes


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def call(method: str, url: str, body: bytes | None = None, media_type: str = "text/plain") -> HttpAnswer:
    """The answer of `url`, whatever its status. Raises OutsideUnreachable; ValueError for no http(s) URL."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"{url} is no http or https address")
    headers = {"Content-Type": media_type} if body is not None else {}
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310  (scheme checked above)
    try:
        try:
            with _OPENER.open(request, timeout=ANSWERS_WITHIN) as answer:
                return HttpAnswer(answer.status, answer.read(LARGEST_ANSWER))
        except HTTPError as answer:
            with answer:
                return HttpAnswer(answer.code, answer.read(LARGEST_ANSWER))
    except (OSError, HTTPException) as error:
        raise OutsideUnreachable(f"{url}: {error}") from error
