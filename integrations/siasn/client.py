"""Calls to SIASN: both tokens on each, one refresh of both when they are not taken, an envelope back."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import quote

import httpx2

from integrations.siasn import envelope
from integrations.siasn.connection import Addresses
from integrations.siasn.faults import SiasnRefused, SiasnUnanswered, SiasnUnauthorised, SiasnUnreachable
from integrations.siasn.tokens import Tokens

SECONDS_TO_CONNECT = 10.0

# They would log addresses, which hold NIPs, and headers, which hold tokens.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def http_client(trusted: ssl.SSLContext, seconds: float) -> httpx2.Client:
    """The connections of one SIASN: `seconds` for an answer, no redirects, no proxy of the environment."""
    timeout = httpx2.Timeout(seconds, connect=min(seconds, SECONDS_TO_CONNECT))
    return httpx2.Client(verify=trusted, timeout=timeout, follow_redirects=False, trust_env=False)


class SiasnClient:
    """The main and the reference API. Threads may share it. Every call raises SiasnUnreachable and
    SiasnRefused; one that stores something raises SiasnUnanswered when its reply was lost.
    """

    def __init__(self, http: httpx2.Client, addresses: Addresses, tokens: Tokens) -> None:
        self._http = http
        self._addresses = addresses
        self._tokens = tokens

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def read(self, path: str, *ids: str, **params: Any) -> Any:
        """The data under `path` of the main API, `ids` as further segments; None where there is none."""
        return self._read(self._addresses.main, path, ids, params, both=True)

    def read_reference(self, name: str, limit: int, offset: int) -> Any:
        """A page of a reference list, which asks for the gateway's token only."""
        page = {"limit": limit, "offset": offset}
        return self._read(self._addresses.reference, f"/{name}/search", (), page, both=False)

    def document(self, uri: str) -> bytes:
        """The bytes of a document by its `dok_uri`."""
        what = "/download-dok"
        answer = self._send(
            what, lambda headers: self._get(self._addresses.main, what, (), {"filePath": uri}, headers)
        )
        if answer.status_code != 200:
            raise SiasnRefused(what, f"status-{answer.status_code}")
        return answer.content

    def store(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        """What SIASN answers to a save: its `mapData`."""
        url = self._addresses.main + path
        return self._stored(path, lambda headers: self._http.post(url, json=payload, headers=headers))

    def upload(
        self, path: str, fields: dict[str, str], content: bytes, media_type: str, name: str
    ) -> dict[str, Any]:
        """What SIASN answers to a document: its `dok_uri` and the like."""
        url, files = self._addresses.main + path, {"file": (name, content, media_type)}
        return self._stored(
            path, lambda headers: self._http.post(url, data=fields, files=files, headers=headers)
        )

    def remove(self, path: str, record_id: str) -> None:
        """Remove one line of a history."""
        url = f"{self._addresses.main}{path}/{_segment(record_id)}"
        self._stored(path, lambda headers: self._http.delete(url, headers=headers))

    def trigger(self, path: str, **params: Any) -> None:
        """A GET that changes something, such as `jabatansync`; it may be repeated."""
        answer = self._send(path, lambda headers: self._get(self._addresses.main, path, (), params, headers))
        opened = envelope.opened(path, answer.status_code, answer.content)
        envelope.stored(path, answer.status_code, opened)

    def _read(self, root: str, path: str, ids: tuple[str, ...], params: dict[str, Any], *, both: bool) -> Any:
        answer = self._send(path, lambda headers: self._get(root, path, ids, params, headers), both=both)
        return envelope.found(
            path, answer.status_code, envelope.opened(path, answer.status_code, answer.content)
        )

    def _get(
        self, root: str, path: str, ids: tuple[str, ...], params: dict[str, Any], headers: dict[str, str]
    ) -> httpx2.Response:
        url = root + "/".join((path, *map(_segment, ids)))
        return self._http.get(url, params=params or None, headers=headers)

    def _stored(self, path: str, send: Callable[[dict[str, str]], httpx2.Response]) -> dict[str, Any]:
        """From the moment at which something was sent, whatever is no clear answer may hide a commit."""
        try:
            answer = self._send(path, send)
            opened = envelope.opened(path, answer.status_code, answer.content)
        except SiasnUnauthorised:
            raise
        except SiasnUnreachable as error:
            raise SiasnUnanswered(path, error.why) from None
        return envelope.stored(path, answer.status_code, opened)

    def _send(
        self, what: str, send: Callable[[dict[str, str]], httpx2.Response], *, both: bool = True
    ) -> httpx2.Response:
        for attempt in (1, 2):
            apim = self._tokens.apim()
            sso = self._tokens.sso() if both else ""
            headers = {"Authorization": f"Bearer {apim}", "Accept": "application/json"}
            if both:
                headers["Auth"] = f"bearer {sso}"
            try:
                answer = send(headers)
            except httpx2.HTTPError as error:
                raise SiasnUnreachable(what, type(error).__name__) from None
            if not envelope.wants_new_tokens(answer.status_code, answer.content):
                return answer
            if attempt == 1:
                self._tokens.refresh((apim, sso))
        raise SiasnUnauthorised(what, "tokens-not-taken")


def _segment(text: str) -> str:
    return quote(text, safe="")
