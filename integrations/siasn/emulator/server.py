"""The emulator as a server: tokens, both base paths, faults, documents."""

from __future__ import annotations

import base64
import json
import secrets
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

from integrations.siasn.emulator import paths
from integrations.siasn.emulator.faults import AFTER_COMMIT, ANSWERS, PAGE_OF_A_PROXY, Fault, Faults
from integrations.siasn.emulator.records import Records

MAIN_PATHS = ("/apisiasn/1.0", "/api/1.0")
REFERENCE_PATH = "/referensi_siasn/1"
APIM_PATH = "/oauth2/token"
SSO_PATH = "/auth/realms/public-siasn/protocol/openid-connect/token"
SWITCH = "/emulator/faults"
LARGEST_BODY = 32 << 20


@dataclass
class Accounts:
    """Who may sign in, and for how long (seconds)."""

    key: str = "kunci"
    secret: str = field(default="rahasia", repr=False)
    username: str = "pengguna"
    password: str = field(default="sandi", repr=False)
    lasts: float = 3600.0


class Emulator:
    """One emulated SIASN on 127.0.0.1. `asked` is what was asked of it, oldest first."""

    def __init__(
        self,
        records: Records | None = None,
        *,
        port: int = 0,
        accounts: Accounts | None = None,
        tls: ssl.SSLContext | None = None,
        slow_seconds: float = 3.0,
    ) -> None:
        self.records = records or Records()
        self.faults = Faults()
        self.accounts = accounts or Accounts()
        self.slow_seconds = slow_seconds
        self.asked: list[tuple[str, str]] = []
        self.tokens: dict[str, tuple[str, float]] = {}
        handler = type("Handler", (_Handler,), {"emulator": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Serve until interrupted."""
        self._server.serve_forever()

    def grant(self, kind: str) -> str:
        """A new token of that kind: opaque for the gateway, a JWT with `exp` for single sign-on."""
        ends = time.time() + self.accounts.lasts
        text = secrets.token_hex(16)
        if kind == "sso":
            claims = json.dumps({"exp": ends, "jti": text}).encode()
            body = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
            text = f"eyJhbGciOiJub25lIn0.{body}.{text}"
        self.tokens[text] = (kind, ends)
        return text

    def holds(self, kind: str, header: str) -> bool:
        """Whether a header bears a token of that kind which has not ended; its scheme in any capitals."""
        scheme, _, text = header.partition(" ")
        known, ends = self.tokens.get(text, ("", 0.0))
        return scheme.lower() == "bearer" and known == kind and ends > time.time()

    def asked_for(self, path: str) -> int:
        """How many requests had `path` in theirs."""
        return sum(path in asked for _, asked in self.asked)


class _Handler(BaseHTTPRequestHandler):
    emulator: ClassVar[Emulator]
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: apart, the second waits for an acknowledgement

    def log_message(self, *_: Any) -> None:
        """Say nothing: addresses hold NIPs."""

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_DELETE(self) -> None:
        self._handle("DELETE")

    def _handle(self, method: str) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        if parts.path == SWITCH and method == "POST":
            self._switch(json.loads(body))
            return
        self.emulator.asked.append((method, parts.path))
        fault = self.emulator.faults.take(parts.path)
        if fault in ANSWERS:
            self._json(*ANSWERS[fault])
        elif fault is not None and fault not in AFTER_COMMIT:
            self._fail(fault, b"")
        else:
            query = {name: held[-1] for name, held in parse_qs(parts.query, keep_blank_values=True).items()}
            status, told = self._answer(method, parts.path, query, body)
            content = told if isinstance(told, bytes) else json.dumps(told).encode()
            if fault is None:
                self._send(status, content)
            else:
                self._fail(fault, content)

    def _answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> paths.Answer:
        if method == "POST" and path in (APIM_PATH, SSO_PATH):
            return self._token(path, body)
        gateway = self.emulator.holds("apim", self.headers.get("Authorization", ""))
        if not gateway:
            return ANSWERS[Fault.BAD_APIM]
        if path.startswith(REFERENCE_PATH):
            return paths.reference(path.removeprefix(REFERENCE_PATH), query, self.emulator.records)
        root = next((root for root in MAIN_PATHS if path.startswith(f"{root}/")), None)
        if root is None:
            return 404, {"code": "404", "message": "Not Found"}
        if not self.emulator.holds("sso", self.headers.get("Auth", "")):
            return ANSWERS[Fault.BAD_SSO]
        if path == f"{root}/download-dok":
            document = self.emulator.records.documents.get(query.get("filePath", ""))
            return paths.NOTHING if document is None else (200, document)
        media_type = self.headers.get("Content-Type", "")
        asked = paths.Asked(method, path.removeprefix(root), query, body, media_type)
        return paths.answer(asked, self.emulator.records)

    def _token(self, path: str, body: bytes) -> paths.Answer:
        form = {name: held[-1] for name, held in parse_qs(body.decode()).items()}
        accounts = self.emulator.accounts
        if path == APIM_PATH:
            basic = base64.b64encode(f"{accounts.key}:{accounts.secret}".encode()).decode()
            known = self.headers.get("Authorization") == f"Basic {basic}"
            if not known or form.get("grant_type") != "client_credentials":
                return 401, {"error": "invalid_client", "error_description": "Client Authentication failed."}
            return 200, {"access_token": self.emulator.grant("apim"), "expires_in": accounts.lasts}
        if (form.get("username"), form.get("password")) != (accounts.username, accounts.password):
            return 401, {"error": "invalid_grant", "error_description": "Invalid user credentials"}
        return 200, {"access_token": self.emulator.grant("sso"), "expires_in": accounts.lasts}

    def _switch(self, wanted: dict[str, Any]) -> None:
        try:
            fault = Fault(wanted["fault"])
        except (KeyError, ValueError):
            self._json(400, {"faults": [str(each) for each in Fault]})
            return
        self.emulator.faults.add(fault, str(wanted.get("path", "")), int(wanted.get("times", 1)))
        self._json(200, {"fault": fault})

    def _fail(self, fault: Fault, content: bytes) -> None:
        if fault in (Fault.RESET, Fault.LOST_REPLY):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault is Fault.SLOW:
            time.sleep(self.emulator.slow_seconds)
            self._send(200, content)
        elif fault is Fault.TRUNCATED:
            self._send(200, content[: len(content) // 2])
        elif fault is Fault.EMPTY_BODY:
            self._send(200, b"")
        else:
            self._send(502, PAGE_OF_A_PROXY, "text/html")

    def _json(self, status: int, told: dict[str, Any]) -> None:
        self._send(status, json.dumps(told).encode())

    def _send(self, status: int, content: bytes, media_type: str = "application/json") -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # who asked has gone
