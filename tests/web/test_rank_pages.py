"""Rank promotion in the pages: from who is due to the decree, each act by the office that has it."""

from __future__ import annotations

import html
import re

from tests import ranks
from tests.web.conftest import Site
from tests.world import new_id

HERE = "/kenaikan-pangkat"


def text(site: Site, who: str, path: str) -> str:
    answer = site.get(who, path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def act(site: Site, who: str, path: str, **form: str) -> str:
    """What the form leads to."""
    answer = site.post(who, path, form | {"key": new_id()})
    assert answer.status_code == 303, html.unescape(answer.text)
    return answer.headers["location"]


def work(site: Site, who: str) -> str:
    """The part of the inbox that is no task."""
    found = re.search(r'<section aria-labelledby="work">.*?</section>', text(site, who, "/"), re.DOTALL)
    return found[0] if found else ""


def test_a_list_goes_from_who_is_due_to_the_register_by_pages_alone(site: Site) -> None:
    world, house = site.house.world, site.house
    clerks = ranks.due_clerks(world)
    nips = {clerk: house.nip(clerk) for clerk in clerks}
    analyst, head = world.holder("personnel_analyst"), world.holder("agency_head")
    mayor = world.holder("appointing_official")
    assert "Buat daftar kenaikan pangkat" in work(site, analyst)
    assert "Buat daftar kenaikan pangkat" not in work(site, mayor)

    due = text(site, analyst, f"{HERE}/jatuh-tempo")
    assert f'name="off.{nips[clerks[0]]}"' in due
    assert f'name="off.{nips[clerks[2]]}"' not in due, "who lacks something is not proposed anyway"
    lacking = text(site, analyst, f"{HERE}/jatuh-tempo?only=barred")
    assert "Predikat kinerja 2 tahun terakhir belum lengkap." in lacking
    assert nips[clerks[2]] in lacking

    period = ranks.period_of(world).isoformat()
    wrong = site.post(analyst, f"{HERE}/jatuh-tempo", {"period": "2026-11-02", "key": "w"})
    assert wrong.status_code == 422
    left_off = {f"off.{nips[clerks[1]]}": "sedang klarifikasi data"}
    here = act(site, analyst, f"{HERE}/jatuh-tempo", period=period, **left_off)
    assert here in text(site, analyst, HERE)
    assert "sedang klarifikasi data" in text(site, analyst, f"{here}?status=left_off")
    assert "Kirim daftar ke BKN" in work(site, head)
    assert "Kirim daftar ke BKN" not in work(site, analyst), "who made the list does not send it"

    act(site, head, f"{here}/dispatch", letter_number="800/77-BKPSDM", sent_on=world.today.isoformat())
    assert f'name="outcome.{nips[clerks[0]]}"' in text(site, analyst, f"{here}/answers")
    outcome = {f"outcome.{nips[clerks[0]]}": "approved", "answered_on": world.today.isoformat()}
    typed = site.post(analyst, f"{here}/answers", outcome | {"key": "x"})
    assert (typed.status_code, '"approved" selected' in typed.text) == (422, True), "what was typed stays"
    act(site, analyst, f"{here}/answers", **outcome, **{f"pertek.{nips[clerks[0]]}": "PT-00017"})
    assert "Tetapkan kenaikan pangkat" in work(site, mayor)

    assert nips[clerks[0]] in text(site, mayor, f"{here}/decrees")
    act(site, mayor, f"{here}/decrees", whom="some", **{f"pick.{nips[clerks[0]]}": "yes"})
    assert work(site, mayor) == ""
    shown = text(site, mayor, f"{here}?status=decreed")
    assert "PT-00017" in shown
    sheet = f"{here}/sk/{nips[clerks[0]]}"
    assert sheet in shown
    assert sheet in text(site, clerks[0], f"{HERE}/saya")
    address = re.search(r"<code>http://[^/]+(/sk/[a-z2-7]+)</code>", text(site, clerks[0], sheet))
    assert address is not None
    assert "<svg" in text(site, clerks[0], f"{sheet}/qr.svg")
    assert site.get(clerks[1], sheet).status_code == 404
    assert "Asli dan berlaku" in site.get(None, address[1]).text
    annulled = {"nip": nips[clerks[0]], "authority": "PPK", "reason": "salah hitung masa kerja"}
    assert f"{here}/annulments" in shown
    act(site, mayor, f"{here}/annulments", **annulled)
    assert "tidak berlaku lagi" in site.get(None, address[1]).text
    own = text(site, clerks[0], f"{HERE}/saya")
    assert "Dibatalkan" in own
    assert "III/b" in own


def test_everybody_sees_their_own_way_up_and_nobody_else_s(site: Site) -> None:
    clerk, other = ranks.due_clerks(site.house.world)[1:]
    own = text(site, other, f"{HERE}/saya")
    assert "Periode terdekat" in own
    assert "Lengkapi SKP" in own, "what is missing is told with the remedy"
    assert site.get(other, f"{HERE}/pegawai/{site.house.nip(clerk)}").status_code == 404
    assert site.get(other, HERE).status_code == 404
    menu = text(site, other, "/menu")
    assert f"{HERE}/saya" in menu
    assert f'href="{HERE}"' not in menu


def test_the_menu_names_what_opens_and_nothing_else(site: Site) -> None:
    """For the offices that differ most in what they may read."""
    world = site.house.world
    guarded = {"/kenaikan-pangkat", "/talenta", "/hasil-talenta", "/berkas", "/siklus", "/audit"}
    for who in (
        world.movable()[-1], world.holder("personnel_analyst"), world.holder("agency_head"),
        world.holder("appointing_official"), min(world.offices.holders("auditor", world.today)),
        world.holder(f"unit_personnel_officer@{world.agency.apparatuses()[3]}"),
    ):  # fmt: skip
        shown = set(re.findall(r'<a class="body" href="([^"]+)"', text(site, who, "/menu")))
        assert {path for path in guarded if site.get(who, path).status_code == 200} >= shown & guarded
        assert all(site.get(who, path).status_code == 200 for path in shown)
        if "/kenaikan-pangkat" in shown:
            onward = re.findall(r'href="(/kenaikan-pangkat/[^"]+)"', text(site, who, "/kenaikan-pangkat"))
            assert onward
            assert all(site.get(who, path).status_code == 200 for path in onward), (who, onward)
