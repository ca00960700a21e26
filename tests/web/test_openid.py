"""Signing in by an OpenID provider that others made, and what a hostile one achieves."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest

from tests.web.conftest import HERE, Site
from tests.witness.conftest import free_port
from web.visitor import OPENID, SESSION


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer of `oidc-provider-mock`, in a process of its own."""
    port = free_port()
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        issuer = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(issuer)
                break
            except httpx.HTTPError:
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.05)
        yield issuer
        process.terminate()


@pytest.fixture
def more_settings(provider: str, tmp_path: Path) -> dict[str, Any]:
    secret = tmp_path / "client-secret"
    secret.write_text("rahasia klien: 100 %+\n")
    return {
        "openid_client_secret_file": secret,
        "openid_issuer": provider,
        "openid_client_id": "jenjang",
        "openid_required": "groups=asn",
        "openid_label": "SSO Kota Serang",
        "public_url": HERE,
    }


@pytest.fixture
def vouch(provider: str) -> Callable[..., str]:
    """Let the provider say something of somebody; their `sub`."""

    def told(nip: str, **claims: Any) -> str:
        subject = f"u-{nip}"
        said = {"nip": nip, "groups": ["asn"]} | claims
        assert httpx.put(f"{provider}/users/{subject}", json=said).is_success
        return subject

    return told


def left_for(site: Site, path: str = "/") -> tuple[str, str]:
    """The cookie and the provider's page to which the door sends somebody."""
    answer = site.client.get("/masuk/openid", params={"next": path}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{OPENID}=")
    for part in ("HttpOnly", "Secure", "SameSite=lax"):
        assert part in cookie
    site.client.cookies.clear()
    return cookie.partition(";")[0], answer.headers["location"]


def signed_in_there(page: str, subject: str) -> str:
    """The address of ours to which the provider sends the browser back."""
    answer = httpx.post(page, data={"sub": subject}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def back(site: Site, address: str, cookie: str | None) -> httpx.Response:
    headers = {"Cookie": cookie} if cookie else {}
    answer = site.client.get(address, headers=headers, follow_redirects=False)
    site.client.cookies.clear()
    return answer


def test_the_door_shows_the_provider_and_lets_in_whom_it_vouches_for(
    site: Site, vouch: Callable[..., str]
) -> None:
    person = site.house.plain()[0]
    page = site.get(None, "/masuk?next=/perkara").text
    assert "Masuk dengan SSO Kota Serang" in page
    cookie, there = left_for(site, "/perkara")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{HERE}/masuk/openid/kembali"
    assert not {asked["state"], asked["nonce"]} & set(cookie)
    address = signed_in_there(there, vouch(site.house.nip(person)))
    answer = back(site, address, cookie)
    assert (answer.status_code, answer.headers["location"]) == (303, "/perkara")
    token = next(
        part.partition(";")[0].removeprefix(f"{SESSION}=")
        for part in answer.headers.get_list("set-cookie")
        if part.startswith(SESSION)
    )
    me = site.house.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 200, me.text
    # The code was used, and the way back is not open twice.
    again = back(site, address, cookie)
    assert again.status_code == 401
    assert SESSION not in str(again.headers.get_list("set-cookie"))


def test_nobody_comes_back_in_another_browser_or_for_another_request(
    site: Site, vouch: Callable[..., str]
) -> None:
    subject = vouch(site.house.nip(site.house.plain()[0]))
    cookie, there = left_for(site)
    other, _ = left_for(site)
    address = signed_in_there(there, subject)
    for wrong in (None, other, f"{OPENID}=AAAA|/", f"{OPENID}=%00%ff"):
        answer = back(site, address, wrong)
        assert answer.status_code == 422, answer.text
        assert SESSION not in str(answer.headers.get_list("set-cookie"))
    assert back(site, address, cookie).status_code == 303


def test_who_is_not_known_or_not_in_the_required_group_stays_outside(
    site: Site, vouch: Callable[..., str]
) -> None:
    known = site.house.nip(site.house.plain()[1])
    for subject in (vouch("199901012022011001"), vouch(known, groups=["tamu"]), vouch(known, groups="asnx")):
        cookie, there = left_for(site)
        answer = back(site, signed_in_there(there, subject), cookie)
        assert answer.status_code == 401
        assert "tidak membuktikan" in answer.text
        assert known not in answer.text


def test_the_provider_s_refusal_leads_back_to_the_door(site: Site) -> None:
    cookie, there = left_for(site)
    state = parse_qs(urlsplit(there).query)["state"][0]
    answer = back(site, f"/masuk/openid/kembali?error=access_denied&state={state}", cookie)
    assert answer.status_code == 422
    assert "Kata sandi" in answer.text
