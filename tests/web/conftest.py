"""The whole site, as a browser and as a plain client without JavaScript see it."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from starlette.testclient import TestClient

from operations.serve import Server
from tests.api.conftest import House, house, more_settings, settle, world
from web.site import create_site
from web.visitor import SESSION

__all__ = ["house", "more_settings", "settle", "world"]  # fixtures of the API's tests, used here too

HERE = "http://testserver"
UPLOAD_LIMIT = 2**20
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Pages know the API alone, whose own tests run on both databases."""
    return f"sqlite+pysqlite:///{tmp_path / 'jenjang.db'}"


@dataclass
class Site:
    """The site without a browser: what somebody with an old phone and no JavaScript can do."""

    house: House
    client: TestClient

    def get(self, who: str | None, path: str, language: str = "id") -> httpx.Response:
        return self.client.get(path, headers=self._headers(who, language), follow_redirects=False)

    def post(self, who: str | None, path: str, form: Any, origin: str | None = HERE) -> httpx.Response:
        headers = self._headers(who, "id") | ({"Origin": origin} if origin else {})
        return self.client.post(path, data=form, headers=headers, follow_redirects=False)

    def _headers(self, who: str | None, language: str) -> dict[str, str]:
        cookie = {"Cookie": f"{SESSION}={self.house.token(who)}"} if who else {}
        return {"Accept-Language": language} | cookie


@pytest.fixture
def site(house: House) -> Iterator[Site]:
    with TestClient(create_site(house.app, UPLOAD_LIMIT), raise_server_exceptions=True) as client:
        yield Site(house, client)


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The site served on a port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        create_site(house.app, UPLOAD_LIMIT), host="127.0.0.1", port=port, log_level="warning"
    )
    server = Server(config, house.app)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: while Playwright is open its event loop runs in this thread,
    and the asynchronous tests of other files could not have theirs.
    """
    path = shutil.which("chromium")
    assert path is not None, "chromium is needed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


def signed_in(chromium: Browser, house: House, address: str, who: str, **options: Any) -> BrowserContext:
    """A browser in which `who` has signed in."""
    context = chromium.new_context(locale="id-ID", **options)
    context.add_cookies(
        [
            {
                "name": SESSION,
                "value": house.token(who),
                "url": address.replace("http://", "https://"),
                "secure": True,
                "httpOnly": True,
            }
        ]
    )
    return context
