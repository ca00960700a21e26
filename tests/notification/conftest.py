"""The API's small agency, a mail server and a channel that is not mail, all of them real."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.api.conftest import house, settle, world
from tests.witness.conftest import free_port

__all__ = ["house", "settle", "world"]


@dataclass
class Mailbox:
    """What the mail server took; addresses in `refused` it does not take, and in `away` it takes nothing."""

    port: int = 0
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    away: bool = False

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.away:
            return "451 later"
        if address in self.refused:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append((envelope.rcpt_tos[0], letter))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for to, letter in self.letters if to == address]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    kept = Mailbox(free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port)
    controller.start()
    yield kept
    controller.stop()


@pytest.fixture
def posted() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A service that Apprise can tell something: its port, and what it was told."""
    bodies: list[dict[str, Any]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bodies.append({"path": self.path, "body": json.loads(body)})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, bodies
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def more_settings(
    tmp_path: Path, mailbox: Mailbox, posted: tuple[int, list[dict[str, Any]]]
) -> dict[str, Any]:
    """Both channels."""
    file = tmp_path / "channels.yaml"
    file.write_text(json.dumps([a_channel(posted[0])]))
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "notification_channels": file,
        "public_url": "https://jenjang.contoh.go.id/",
    }


def a_channel(port: int, **changes: Any) -> dict[str, Any]:
    return {
        "name": "pesan",
        "labels": {"id": "Pesan kota", "en": "City chat"},
        "hints": {"id": "nomor", "en": "number"},
        "url": f"json://127.0.0.1:{port}/{{address}}",
        "pattern": "[0-9]{5,12}",
    } | changes
