"""An ID token counts only if the provider signed it, for us, for this request and for now."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from integrations.http_call import OutsideUnreachable
from integrations.openid import Client, NotProven, OpenIdProvider, Request

REQUEST = Request("state", "nonce", "verifier-that-nobody-guesses")
SECRET = "rahasia-klien-yang-cukup-panjang-untuk-hmac"
NIP = "199001012015011001"
BACK = "https://jenjang.contoh.go.id/masuk/openid/kembali"


class Provider:
    """A provider that says whatever a test wants."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "satu", "use": "sig"})
        self.published = [self.key]
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.token = ""
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        good = {"iss": self.issuer, "aud": "jenjang", "sub": "1", "nonce": REQUEST.nonce, "nip": NIP}
        return good | {"iat": now, "exp": now + 300} | changes

    def signed(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        header = {"alg": "RS256", "kid": "satu"} | header
        return jwt.encode(header, claims, key or self.key, algorithms=[header["alg"]])

    def _said(self, path: str) -> tuple[int, bytes]:
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            found: Any = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/masuk",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        elif path == "/keys":
            found = {"keys": [key.as_dict(private=False) for key in self.published]}
        else:
            found = {"id_token": self.token, "access_token": "x", "token_type": "Bearer"}
        return 200, json.dumps(found).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                provider.asked.append(self.path)
                status, body = provider._said(self.path)
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", "http://127.0.0.1:9/")
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Keep the tests' output clean."""

        return Handler


@pytest.fixture(scope="module")
def hostile() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever)
    thread.start()
    yield provider
    provider.server.shutdown()
    thread.join()
    provider.server.server_close()


@pytest.fixture
def fresh(hostile: Provider) -> Iterator[OpenIdProvider]:
    hostile.answers.clear()
    hostile.published = [hostile.key]
    hostile.asked.clear()
    found = client_of(hostile)
    yield found
    found.close()


def client_of(provider: Provider, clock: Callable[[], float] = time.time, **changes: Any) -> OpenIdProvider:
    values = {
        "issuer": provider.issuer,
        "client_id": "jenjang",
        "secret": SECRET,
        "scopes": "openid",
        "nip_claim": "nip",
        "required": None,
        "label": "SSO",
        "ca_file": None,
    }
    return OpenIdProvider(Client(**(values | changes)), clock=clock)


def test_a_token_in_order_is_believed_also_by_one_of_several_audiences(
    hostile: Provider, fresh: OpenIdProvider
) -> None:
    hostile.token = hostile.signed(hostile.claims())
    assert fresh.nip("code", REQUEST, BACK) == NIP
    hostile.token = hostile.signed(hostile.claims(aud=["jenjang", "lain"], azp="jenjang", nip="1990 0101"))
    assert fresh.nip("code", REQUEST, BACK) == "19900101"


def test_a_token_of_somebody_else_another_time_or_no_key_is_not(
    hostile: Provider, fresh: OpenIdProvider
) -> None:
    now = int(time.time())
    other = RSAKey.generate_key(2048, {"kid": "satu"})
    signed, claims = hostile.signed, hostile.claims
    wrong = {
        "audience": signed(claims(aud="lain")),
        "audiences without a party": signed(claims(aud=["jenjang", "lain"])),
        "another party": signed(claims(aud=["jenjang", "lain"], azp="lain")),
        "issuer": signed(claims(iss="https://lain.example")),
        "nonce": signed(claims(nonce="lain")),
        "no nonce": signed({name: value for name, value in claims().items() if name != "nonce"}),
        "over": signed(claims(exp=now - 3600)),
        "no end": signed({name: value for name, value in claims().items() if name != "exp"}),
        "not yet": signed(claims(nbf=now + 3600)),
        "key": signed(claims(), other),
        "the client secret as key": signed(claims(), OctKey.import_key(SECRET), alg="HS256"),
        "no signature": signed(claims()).rpartition(".")[0] + ".",
        "alg none": "eyJhbGciOiJub25lIn0." + signed(claims()).split(".")[1] + ".",
        "no NIP": signed(claims(nip=None)),
        "a NIP that is a list": signed(claims(nip=[NIP])),
        "no token": "",
    }
    believed = set()
    for what, token in wrong.items():
        hostile.token = token
        with suppress(NotProven):
            fresh.nip("code", REQUEST, BACK)
            believed.add(what)
    assert believed == set()


def test_a_new_key_is_found_and_keys_are_not_asked_for_at_will(hostile: Provider) -> None:
    now = [1_000_000.0 + time.time()]
    found = client_of(hostile, lambda: now[0])
    hostile.answers.clear()
    hostile.asked.clear()
    fresh_key = RSAKey.generate_key(2048, {"kid": "dua", "use": "sig"})

    def token(key: RSAKey, kid: str) -> str:
        return hostile.signed(hostile.claims(iat=int(now[0]), exp=int(now[0]) + 300), key, kid=kid)

    hostile.published = [hostile.key]
    hostile.token = token(hostile.key, "satu")
    assert found.nip("code", REQUEST, BACK) == NIP
    hostile.published = [fresh_key]
    hostile.token = token(fresh_key, "dua")
    with pytest.raises(NotProven):
        found.nip("code", REQUEST, BACK)
    assert hostile.asked.count("/keys") == 1
    now[0] += 60
    hostile.token = token(fresh_key, "dua")
    assert found.nip("code", REQUEST, BACK) == NIP
    assert hostile.asked.count("/keys") == 2
    found.close()


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        ("/token", (400, b'{"error":"invalid_grant"}'), NotProven),
        ("/token", (502, b""), OutsideUnreachable),
        ("/token", (200, b"no json"), NotProven),
        ("/token", (200, b"[]"), NotProven),
        ("/token", (302, b""), NotProven),
        ("/token", (200, b'"' + b"a" * 300_000 + b'"'), NotProven),
        ("/keys", (200, b'{"keys":[{"kty":"RSA"}]}'), NotProven),
        ("/.well-known/openid-configuration", (200, b'{"issuer":"https://lain.example"}'), NotProven),
    ],
)
def test_an_answer_out_of_order_lets_nobody_in(
    hostile: Provider, fresh: OpenIdProvider, path: str, answer: tuple[int, bytes], error: type[Exception]
) -> None:
    hostile.token = hostile.signed(hostile.claims())
    hostile.answers[path] = answer
    with pytest.raises(error):
        fresh.nip("code", REQUEST, BACK)


def test_a_provider_without_tls_is_none(hostile: Provider) -> None:
    with pytest.raises(ValueError, match="https"):
        client_of(hostile, issuer="http://sso.example")


def test_a_provider_that_is_away_is_left_alone_for_a_moment(hostile: Provider) -> None:
    now = [time.time()]
    found = client_of(hostile, lambda: now[0])
    path = "/.well-known/openid-configuration"
    hostile.asked.clear()
    hostile.answers[path] = (503, b"")
    for _ in range(3):
        with pytest.raises(OutsideUnreachable):
            found.address(REQUEST, BACK)
    assert hostile.asked == [path]
    del hostile.answers[path]
    now[0] += 6
    assert found.address(REQUEST, BACK).startswith(hostile.issuer)
    found.close()
