"""News of the inbox: told at once and at every change, to whom it concerns, while they are signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, expect

from accounts.sessions import end_all_sessions
from api import live
from tests.api.conftest import House
from tests.web.conftest import signed_in
from web.visitor import SESSION


def news(house: House, address: str, who: str) -> Iterator[tuple[str, Any]]:
    """The events of somebody's stream as a browser would hear them."""
    cookies = {"Cookie": f"{SESSION}={house.token(who)}"}
    with httpx.stream("GET", f"{address}/kabar", headers=cookies, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        kind = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield kind, json.loads(line.removeprefix("data: "))


def test_news_come_when_the_inbox_changes_and_end_with_the_session(
    house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOKED_EVERY_S", 0.1)
    world = house.world
    (analyst, *_) = sorted(world.offices.holders("personnel_analyst", world.today))
    stranger = house.a_stranger()
    heard = news(house, address, analyst)
    silence = news(house, address, stranger)
    assert next(heard)[1]["count"] == 0
    assert next(silence)[1]["count"] == 0
    world.walk(house.a_case(), until="analyst_verification")
    kind, told = next(heard)
    assert (kind, told["count"]) == ("inbox", 1)
    with world.installation.writing_engine.begin() as connection:
        for person in (analyst, stranger):
            end_all_sessions(connection, person)
    house.tokens.pop(analyst)
    world.walk(house.a_case(1), until="analyst_verification")
    assert next(heard)[0] == "signed-out", "no number is told after the session has ended"
    assert next(heard, None) is None
    # The stranger heard nothing of other people's tasks; the end of their session is all that is left.
    head = live.head_of(house.app)
    for listener in list(head._listeners.values()):
        listener.news.set()
    assert next(silence)[0] == "signed-out"


def test_nobody_holds_more_than_their_share_of_streams(house: House, address: str) -> None:
    who = house.a_stranger()
    opened = [news(house, address, who) for _ in range(live.OF_A_PERSON)]
    for stream in opened:
        next(stream)
    cookies = {"Cookie": f"{SESSION}={house.token(who)}"}
    refused = httpx.get(f"{address}/kabar", headers=cookies)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert httpx.get(f"{address}/kabar").status_code == 401
    for stream in opened:
        stream.close()  # type: ignore[attr-defined]  # a generator


def test_the_list_renews_itself_unless_somebody_is_in_the_middle_of_it(
    chromium: Browser, house: House, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOKED_EVERY_S", 0.1)
    world = house.world
    (analyst, *_) = sorted(world.offices.holders("personnel_analyst", world.today))
    world.walk(house.a_case(), until="analyst_verification")
    context = signed_in(chromium, house, address, analyst)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#badge")).to_have_text("1")
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(lambda: world.walk(house.a_case(1), until="analyst_verification")).result()
        expect(page.locator("[data-item]")).to_have_count(2)
        page.keyboard.press("j")
        page.keyboard.press("x")
        elsewhere.submit(lambda: world.walk(house.a_case(2), until="analyst_verification")).result()
    expect(page.locator("#badge")).to_have_text("3")
    expect(page.locator("#news")).to_be_visible()
    expect(page.locator("[data-item] input:checked")).to_have_count(1)
    page.keyboard.press("r")
    page.keyboard.type("mohon dilengkapi")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tinjauan: belum ada yang diputuskan")).to_be_visible()
    expect(page.get_by_text("Diteruskan ke")).to_be_visible()
    page.get_by_role("button", name="Putuskan (1)").click()
    expect(page.get_by_text("Tercatat.")).to_be_visible()
    context.close()
