"""Journeys in a real browser: narrow and wide, light and dark, with and without JavaScript."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from operations.accounts import issue_account
from tests.api.conftest import House
from tests.web.conftest import signed_in
from tests.web.looks import DESK, PHONE, misfits


def fits(page: Page) -> None:
    """Nothing sticks out to the side or is cut, and what is pressed is big enough for a thumb."""
    page.wait_for_load_state()
    assert misfits(page) == []


@pytest.mark.parametrize("scripted", [True, False], ids=["with-javascript", "without"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_analyst_verifies_a_case(
    chromium: Browser, house: House, address: str, size: ViewportSize, *, scripted: bool
) -> None:
    state = house.world.walk(house.a_case(), until="analyst_verification")
    (analyst, *_) = sorted(house.world.offices.holders("personnel_analyst", house.world.today))
    dark = "dark" if size is DESK else "light"
    context = signed_in(
        chromium, house, address, analyst, viewport=size, color_scheme=dark, java_script_enabled=True
    )
    if not scripted:
        context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    fits(page)
    page.locator(f'a[href="/tugas/{state.open_tasks[0].id}"]').click()
    fits(page)
    for name in ("no_discipline", "no_court_process", "not_on_study_leave", "no_audit_findings"):
        page.locator(f'[name="d.{name}"]').select_option("yes")
    for index in (0, 1):
        page.locator(f'[name="d.performance.{index}.predicate"]').select_option("BAIK")
    page.get_by_role("button", name="Setujui").click()
    expect(page.get_by_role("heading", name="Keputusan Anda tercatat")).to_be_visible()
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh tanda terima").click()
    assert download.value.suggested_filename.startswith("tanda-terima-")
    assert set(json.loads(download.value.path().read_text())) > {"position", "leaf_hash", "signature"}
    if scripted:
        assert complaints == []
    context.close()


def test_a_person_signs_in_with_their_first_password(chromium: Browser, house: House, address: str) -> None:
    person = house.a_stranger()
    first = issue_account(house.world.installation, house.nip(person))
    page = chromium.new_context(viewport=PHONE, locale="id-ID").new_page()
    page.goto(f"{address}/perkara")
    fits(page)
    page.get_by_label("NIP atau NI PPPK").fill(house.nip(person))
    page.get_by_label("Kata sandi").fill(first)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Ganti kata sandi")).to_be_visible()
    page.get_by_label("Kata sandi sekarang").fill(first)
    for label in ("Kata sandi baru", "Ulangi"):
        page.get_by_label(re.compile(label)).fill("kuda benar baterai staples")
    page.get_by_role("button", name="Ganti").click()
    page.get_by_role("link", name="Ke kotak tugas").click()
    expect(page.get_by_text("Tidak ada yang menunggu Anda.")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_text("Nothing is waiting for you.")).to_be_visible()
    page.context.close()


def test_the_browser_checks_a_proof_itself(chromium: Browser, house: House, address: str) -> None:
    house.a_case()
    (auditor, *_) = sorted(house.world.offices.holders("auditor", house.world.today))
    context = signed_in(chromium, house, address, auditor, viewport=DESK)
    page = context.new_page()
    page.goto(f"{address}/audit")
    fits(page)
    page.get_by_role("link", name="Bukti").first.click()
    expect(page.locator("#verdict")).to_have_class(re.compile("good"))
    context.route(
        re.compile(r"/audit/bukti/\d+$"),
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=re.sub(r'data-leaf="[0-9a-f]{4}', 'data-leaf="ffff', answer.text()),
        ),
    )
    page.reload()
    expect(page.locator("#verdict")).to_have_class(re.compile("bad"))
    context.close()
