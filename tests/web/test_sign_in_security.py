"""A second factor set up and shown in the pages, and a decree that asks for the password once more."""

from __future__ import annotations

import re

from accounts.second_factor import current_code
from tests.api.test_second_factor import at_the_decree
from tests.api.test_sessions import PASSWORD, an_account
from tests.web.conftest import HERE, Site
from tests.web.test_promotion_and_cycle_pages import key_in, shape_in
from web.visitor import SESSION


def entered(site: Site, nip: str) -> tuple[str, str]:
    """Where signing in leads, and the session's token."""
    form = {"nip": nip, "password": PASSWORD, "next": "/saya"}
    site.client.cookies.clear()
    answer = site.client.post("/masuk", data=form, headers={"Origin": HERE}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    found = re.search(rf"{SESSION}=(jjs_[^;]+)", answer.headers["set-cookie"])
    assert found is not None
    site.client.cookies.clear()
    return answer.headers["location"], found[1]


def test_a_second_factor_is_scanned_confirmed_and_asked_for(site: Site) -> None:
    person, nip = an_account(site.house)
    _, site.house.tokens[person] = entered(site, nip)
    assert "faktor-kedua" in site.get(person, "/saya").text
    assert site.post(person, "/faktor-kedua", {"password": PASSWORD}).status_code == 303
    page = site.get(person, "/faktor-kedua").text
    picture = site.get(person, "/faktor-kedua/qr.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.headers["cache-control"] == "no-store"
    seed = re.search(r"secret=([A-Z2-7]+)", page)
    assert seed is not None
    code = current_code(seed[1], site.house.world.installation.clock())
    wrong = site.post(person, "/faktor-kedua/konfirmasi", {"code": "123"})
    assert "Kode tidak benar" in wrong.text
    confirmed = site.post(person, "/faktor-kedua/konfirmasi", {"code": code}).text
    recovery = re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", confirmed)
    assert len(recovery) == 10
    leads_to, site.house.tokens[person] = entered(site, nip)
    assert leads_to == "/kode?next=/saya"
    assert site.get(person, "/saya").headers["location"] == "/kode"
    assert site.post(person, "/kode", {"code": "000000"}).status_code == 403
    shown = site.post(person, "/kode", {"code": recovery[0], "next": "/saya"})
    assert shown.headers["location"] == "/saya"
    assert site.get(person, "/saya").status_code == 200


def test_the_page_of_a_decree_asks_for_the_password_and_keeps_what_was_typed(site: Site) -> None:
    state, mayor = at_the_decree(site.house)
    _, site.house.tokens[mayor] = entered(site, site.house.nip(mayor))
    address = f"/tugas/{state.open_tasks[0].id}"
    page = site.get(mayor, address).text
    assert 'name="password"' in page
    today = site.house.world.today.isoformat()
    form = {"outcome": "approve", "comment": "sesuai usul", "key": key_in(page), "shape": shape_in(page)}
    form |= {"d.decree_date": today, "d.effective_date": state.effective_date.isoformat()}
    refused = site.post(mayor, f"{address}/keputusan", form | {"password": "salah"})
    assert refused.status_code == 403
    assert "Kata sandi tidak benar" in refused.text
    assert "sesuai usul" in refused.text
    assert "salah" not in re.findall(r'value="([^"]*)"', refused.text)
    done = site.post(mayor, f"{address}/keputusan", form | {"password": PASSWORD})
    assert done.status_code == 200, done.text
    assert "Tanda terima" in done.text


def test_the_public_page_of_a_decree_needs_no_account(site: Site) -> None:
    state = site.house.world.walk(site.house.a_case(), until="duty_statement")
    (reader, *_) = sorted(site.house.world.offices.holders("agency_head", site.house.world.today))
    assert f"/perkara/{state.id}/sk" in site.get(reader, f"/perkara/{state.id}").text
    sheet = site.get(reader, f"/perkara/{state.id}/sk").text
    address = re.search(r"<code>http://testserver(/sk/[a-z2-7]{26})</code>", sheet)
    assert address is not None
    assert site.get(reader, f"/perkara/{state.id}/sk.svg").text.startswith("<svg")
    assert site.get(site.house.a_stranger(), f"/perkara/{state.id}/sk.svg").status_code == 404
    page = site.get(None, address[1])
    assert page.status_code == 200
    assert "Asli dan berlaku" in page.text
    assert site.house.nip(state.subject_id) not in page.text
    assert page.headers["x-robots-tag"] == "noindex"
    assert "Tidak dikenal" in site.get(None, "/sk/" + "a" * 26).text
    assert "Unknown" in site.get(None, "/sk/%3Cscript%3E", language="en").text
