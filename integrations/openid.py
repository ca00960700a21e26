"""Signing in by an OpenID provider: authorization code flow with PKCE, and nothing believed unproven.

OpenID Connect Core 1.0 section 3.1, Discovery 1.0 section 4, RFC 7636 (S256), RFC 9700 (state, issuer,
exact redirect address). Threads may share a provider.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from integrations.http_call import OutsideUnreachable

# Signatures by a key that only the provider has; never `none`, never one that the client secret makes.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
SECONDS_TO_ANSWER = 10.0
LARGEST_ANSWER = 1 << 18
KNOWN_FOR_SECONDS = 3600.0
# Keys are asked for again at most so often, whatever key ids tokens name.
KEYS_APART_SECONDS = 30.0
CLOCKS_APART_SECONDS = 60
# Anybody may ask to leave for the provider: while it is away they are not all let wait for it.
LEFT_ALONE_SECONDS = 5.0
HERE = ("127.0.0.1", "localhost", "::1")


class NotProven(Exception):
    """The provider's answer does not prove who signed in. The words hold nothing of it."""


@dataclass(frozen=True)
class Client:
    """This installation at the provider; `required` is a claim and the value that it has to have or hold."""

    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    scopes: str
    nip_claim: str
    required: tuple[str, str] | None
    label: str
    ca_file: Path | None


@dataclass(frozen=True)
class Request:
    """What is kept between leaving for the provider and coming back; secret from everybody but the browser
    that left.
    """

    state: str
    nonce: str
    verifier: str


class OpenIdProvider:
    """One provider, asked for its addresses and keys when they are first needed."""

    def __init__(self, client: Client, *, clock: Callable[[], float] = time.time) -> None:
        if not _is_safe(client.issuer):
            raise ValueError("JENJANG_OPENID_ISSUER is no https address")
        self._client = client
        self._clock = clock
        trusted = ssl.create_default_context(cafile=str(client.ca_file) if client.ca_file else None)
        timeout = httpx2.Timeout(SECONDS_TO_ANSWER)
        self._http = httpx2.Client(verify=trusted, timeout=timeout, follow_redirects=False, trust_env=False)
        self._lock = threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._away_until = 0.0
        self._keys: tuple[float, KeySet] | None = None

    @property
    def label(self) -> str:
        return self._client.label

    def close(self) -> None:
        self._http.close()

    def address(self, request: Request, redirect_uri: str) -> str:
        """Where the browser is sent. Raises OutsideUnreachable, NotProven."""
        digest = hashlib.sha256(request.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._client.scopes,
            "state": request.state,
            "nonce": request.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        where = self._endpoint("authorization_endpoint")
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    def nip(self, code: str, request: Request, redirect_uri: str) -> str:
        """The NIP of who signed in, for the code that came back. Raises OutsideUnreachable, NotProven."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": request.verifier,
        }
        secret, basic = self._client.secret, None
        if secret is None:
            form["client_id"] = self._client.client_id
        else:
            basic = httpx2.BasicAuth(_quoted(self._client.client_id), _quoted(secret))
        answer = self._asked("POST", self._endpoint("token_endpoint"), data=form, auth=basic)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotProven("the provider gave no ID token")
        claims = self._checked(token, request.nonce)
        if not _has(claims, self._client.required):
            raise NotProven("the provider does not say what is required")
        nip = claims.get(self._client.nip_claim)
        if not isinstance(nip, str) or not nip.strip():
            raise NotProven(f"the ID token has no {self._client.nip_claim}")
        return "".join(nip.split())

    def _checked(self, token: str, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token (Core 1.0 section 3.1.3.7)."""
        claims = self._signed(token, again=False)
        now = self._clock()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        mine = self._client.client_id in audiences
        party = claims.get("azp", self._client.client_id if len(audiences) == 1 else None)
        ends, begins = claims.get("exp"), claims.get("nbf", 0)
        in_time = (
            isinstance(ends, int | float)
            and now < ends + CLOCKS_APART_SECONDS
            and isinstance(begins, int | float)
            and begins - CLOCKS_APART_SECONDS <= now
            and isinstance(claims.get("iat"), int | float)
        )
        if claims.get("iss") != self._client.issuer or not mine or party != self._client.client_id:
            raise NotProven("the ID token is for somebody else")
        if not in_time or claims.get("nonce") != nonce:
            raise NotProven("the ID token is of another time or request")
        return claims

    def _signed(self, token: str, *, again: bool) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, self._key_set(again=again), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError) as error:
            if not again:
                return self._signed(token, again=True)  # the provider may have a new key
            raise NotProven(f"the ID token does not verify ({type(error).__name__})") from None

    def _key_set(self, *, again: bool) -> KeySet:
        with self._lock:
            now = self._clock()
            known = self._keys
            held_for = KEYS_APART_SECONDS if again else KNOWN_FOR_SECONDS
            if known is not None and now - known[0] < held_for:
                return known[1]
        found = self._asked("GET", self._endpoint("jwks_uri"))
        try:
            keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotProven(f"the provider's keys cannot be read ({type(error).__name__})") from None
        with self._lock:
            self._keys = (now, keys)
        return keys

    def _endpoint(self, name: str) -> str:
        with self._lock:
            known, now = self._metadata, self._clock()
            if now < self._away_until:
                raise OutsideUnreachable("the OpenID provider: away a moment ago")
        if known is None or now - known[0] > KNOWN_FOR_SECONDS:
            where = f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                known = (now, self._asked("GET", where))
            except OutsideUnreachable:
                with self._lock:
                    self._away_until = self._clock() + LEFT_ALONE_SECONDS
                raise
            if known[1].get("issuer") != self._client.issuer:
                raise NotProven("the provider calls itself by another name")
            with self._lock:
                self._metadata = known
        found = known[1].get(name)
        if not isinstance(found, str) or not _is_safe(found):
            raise NotProven(f"the provider's {name} is no https address")
        return found

    def _asked(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            with self._http.stream(method, url, headers={"Accept": "application/json"}, **more) as answer:
                body = b""
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST_ANSWER:
                        raise NotProven("the provider's answer is too long")
                status = answer.status_code
                parsed = httpx2.Response(200, content=body).json() if status == 200 else None
        except httpx2.HTTPError as error:
            raise OutsideUnreachable(f"the OpenID provider: {type(error).__name__}") from None
        except ValueError:
            raise NotProven("the provider's answer is no JSON") from None
        if status >= 500:
            raise OutsideUnreachable(f"the OpenID provider answers {status}")
        if not isinstance(parsed, dict):
            raise NotProven(f"the provider answers {status}")
        return parsed


def _has(claims: Mapping[str, Any], required: tuple[str, str] | None) -> bool:
    if required is None:
        return True
    found = claims.get(required[0])
    return required[1] in found if isinstance(found, list) else found == required[1]


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)


def _quoted(text: str) -> str:
    """As RFC 6749 section 2.3.1 has identifiers in the Authorization header."""
    return urlencode({"": text})[1:]
