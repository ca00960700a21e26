"""Both tokens that every call carries: the gateway's by client credentials, the person's by single sign-on.

A token is taken for as long as it says itself (`exp` of a JWT, RFC 7519 §4.1.4) or its issuer does
(`expires_in`, RFC 6749 §5.1); where neither does, for five minutes.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx2

from integrations.siasn.faults import SiasnUnauthorised, SiasnUnreachable

UNSAID_SECONDS = 300.0
# A token is not begun with that would end on the way.
MARGIN_SECONDS = 30.0


@dataclass(frozen=True)
class Token:
    """A bearer token and the moment (seconds since 1970) at which it ends."""

    text: str = field(repr=False)
    expires_at: float


class TokenSource(Protocol):
    """Where one of the two tokens comes from."""

    def obtain(self, now: float) -> Token:
        """A token. Raises SiasnUnreachable, SiasnUnauthorised."""
        ...


@dataclass(frozen=True)
class ClientCredentials:
    """The gateway's token (RFC 6749 §4.4); it knows the agency's application."""

    http: httpx2.Client
    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)

    def obtain(self, now: float) -> Token:
        form = {"grant_type": "client_credentials"}
        return _granted(self.http, self.url, form, now, what="APIM token", auth=(self.key, self.secret))


@dataclass(frozen=True)
class PasswordLogin:
    """The person's token by the password of the account that the agency was given."""

    http: httpx2.Client
    url: str
    client_id: str
    username: str = field(repr=False)
    password: str = field(repr=False)

    def obtain(self, now: float) -> Token:
        form = {
            "grant_type": "password",
            "client_id": self.client_id,
            "username": self.username,
            "password": self.password,
        }
        return _granted(self.http, self.url, form, now, what="SSO token")


@dataclass(frozen=True)
class TokenFile:
    """The person's token as somebody signed in and pasted it; the file is read each time."""

    path: Path

    def obtain(self, now: float) -> Token:
        try:
            text = self.path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SiasnUnauthorised("SSO token", f"file-{type(error).__name__}") from None
        expires_at = expiry_of(text)
        if expires_at is not None and expires_at <= now:
            raise SiasnUnauthorised("SSO token", "expired-in-file")
        return Token(text, expires_at if expires_at is not None else now + UNSAID_SECONDS)


def expiry_of(token: str) -> float | None:
    """The `exp` of a JWT, unverified: it only says when to ask anew. None where there is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return float(claims["exp"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None


class Tokens:
    """Both tokens, kept while they last. Threads may share it."""

    def __init__(self, apim: TokenSource, sso: TokenSource, clock: Callable[[], float] = time.time) -> None:
        self._sources = {"apim": apim, "sso": sso}
        self._clock = clock
        self._kept: dict[str, Token] = {}
        self._lock = threading.Lock()

    def apim(self) -> str:
        return self._current("apim")

    def sso(self) -> str:
        return self._current("sso")

    def refresh(self, used: tuple[str, ...]) -> None:
        """Forget both, unless another thread has done so since `used` were read."""
        with self._lock:
            self._kept = {name: token for name, token in self._kept.items() if token.text not in used}

    def _current(self, name: str) -> str:
        with self._lock:
            now = self._clock()
            kept = self._kept.get(name)
            if kept is None or kept.expires_at - MARGIN_SECONDS <= now:
                kept = self._kept[name] = self._sources[name].obtain(now)
            return kept.text


def _granted(
    http: httpx2.Client, url: str, form: dict[str, str], now: float, what: str, auth: Any = None
) -> Token:
    try:
        answer = http.post(url, data=form, auth=auth)
    except httpx2.HTTPError as error:
        raise SiasnUnreachable(what, type(error).__name__) from None
    if answer.status_code in (400, 401, 403):
        raise SiasnUnauthorised(what, f"status-{answer.status_code}")
    try:
        granted = answer.json()
        text = str(granted["access_token"])
        lasts = float(granted.get("expires_in", UNSAID_SECONDS))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SiasnUnreachable(what, f"status-{answer.status_code}") from None
    expires_at = expiry_of(text)
    return Token(text, expires_at if expires_at is not None else now + lasts)
