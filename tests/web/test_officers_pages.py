"""Results by hand, patterns, replacements, policies, overrides and files in the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.web.conftest import HERE, Site
from tests.web.test_rank_pages import act, text, work
from web.policy_text import Unreadable, as_text, from_text

RESULT = {"what": "component", "component": "awards", "score": "85", "valid_until": "2027-12-31"}


def test_a_result_counts_after_a_second_person_confirmed_it(site: Site) -> None:
    world = site.house.world
    person = world.movable()[0]
    nip = site.house.nip(person)
    analyst, second = world.holder("personnel_analyst"), world.holder("transfer_division_head")
    assert "Penghargaan" in text(site, analyst, f"/talenta/{nip}/hasil")
    odd = site.post(analyst, f"/talenta/{nip}/hasil", RESULT | {"score": "delapan", "key": "o"})
    assert (odd.status_code, "delapan" in odd.text) == (422, True), "what was typed stays"
    assert act(site, analyst, f"/talenta/{nip}/hasil", **RESULT) == "/hasil-talenta"
    own = text(site, analyst, "/hasil-talenta")
    assert "85.00" in own
    assert "Pastikan atau tolak" not in own, "who entered it does not confirm it"
    assert "Hasil talenta menunggu orang kedua" in work(site, second)
    found = re.search(r'action="(/hasil-talenta/[^"]+)"', text(site, second, "/hasil-talenta"))
    assert found is not None
    assert site.post(second, found[1], {"outcome": "reject", "key": "r"}).status_code == 422
    act(site, second, found[1], outcome="approve")
    assert "orang kedua" not in work(site, second)
    assert "dihitung" in text(site, second, "/hasil-talenta?state=counted")
    withdrawn = {"what": "withdrawal", "withdrawn": "component awards", "reason": "piagam milik pegawai lain"}
    act(site, analyst, f"/talenta/{nip}/hasil", **withdrawn)
    assert "piagam milik pegawai lain" in text(site, second, "/hasil-talenta")
    assert site.get(person, "/hasil-talenta").status_code == 403


def test_an_officer_verifies_a_document_and_the_file_says_so(site: Site) -> None:
    world = site.house.world
    person, analyst = site.house.a_stranger(), world.holder("personnel_analyst")
    nip = site.house.nip(person)
    site.client.post(
        "/saya/dokumen",
        files={"file": ("ijazah.pdf", b"%PDF-1.7 " + b"x" * 2000, "application/pdf")},
        data={"document_type": "IJAZAH"},
        headers=site._headers(person, "id") | {"Origin": HERE},
        follow_redirects=False,
    )
    assert "Dokumen menunggu verifikasi" in work(site, analyst)
    assert f"/berkas/{nip}" in text(site, analyst, "/berkas/pegawai?only=to_verify")
    assert "Verifikasi</summary>" not in text(site, person, f"/berkas/{nip}"), "nobody verifies their own"
    found = re.search(r'action="(/berkas/[^"]+/verifikasi)"', text(site, analyst, f"/berkas/{nip}"))
    assert found is not None
    refused = site.post(analyst, found[1], {"outcome": "rejected", "key": "a"})
    assert refused.status_code == 422
    assert act(site, analyst, found[1], outcome="accepted", valid_until="2030-01-01") == f"/berkas/{nip}"
    assert "terverifikasi" in text(site, analyst, f"/berkas/{nip}")
    assert "Dokumen menunggu verifikasi" not in work(site, analyst)
    unit = world.agency.apparatus_of(world.agency.unit_of(world.agency.people[person].position_id))
    assert f"/berkas/{nip}" in text(site, analyst, f"/berkas/pegawai?unit={unit}&only=incomplete")
    assert f"unit={unit}" in text(site, analyst, "/berkas")
    assert site.get(person, "/berkas/pegawai?unit=tidak-ada").status_code == 404


def test_a_policy_is_proposed_as_text_simulated_and_adopted_by_another(site: Site) -> None:
    world = site.house.world
    head, mayor = world.holder("agency_head"), world.holder("appointing_official")
    anybody = text(site, site.house.a_stranger(), "/kebijakan/kota-serang/2026-01?bagian=publishing")
    assert "backdating_days: 0" in anybody
    assert "/kebijakan/simulasi" not in anybody
    begun = text(site, head, "/kebijakan/usul?dari=kota-serang/2026-01")
    document = from_text(re.findall(r"<textarea[^>]*>(.*?)</textarea>", begun, re.DOTALL)[0])
    document |= {"id": "kota-serang/2099-01", "effective_from": str(world.today + timedelta(days=1))}
    document["rules"]["tenure_minimum"]["parameters"]["years"] = 30
    assert site.post(head, "/kebijakan/usul", {"text": "a: &x [*x]", "key": "q"}).status_code == 422
    world.submit(world.movable()[0], world.vacancies()[0])
    simulated = site.post(head, "/kebijakan/simulasi", {"text": as_text(document)})
    assert simulated.status_code == 200
    assert "years: 2 → 30" in simulated.text
    here = act(site, head, "/kebijakan/usul", text=as_text(document))
    assert here == "/kebijakan/kota-serang/2099-01"
    assert "Sahkan kebijakan ini" not in text(site, head, here), "who proposed it does not adopt it"
    assert "Usul kebijakan menunggu pengesahan" in work(site, mayor)
    shown = text(site, mayor, here)
    assert "rules.tenure_minimum.parameters.years" in shown
    hash_ = re.findall(r'name="hash" value="([0-9a-f]+)"', shown)[0]
    assert site.post(mayor, f"{here}/pengesahan", {"hash": "0" * 64, "key": "n"}).status_code == 409
    act(site, mayor, f"{here}/pengesahan", hash=hash_)
    assert "disahkan, belum berlaku" in text(site, mayor, "/kebijakan")


@pytest.mark.parametrize("bad", ["a: &x [*x]", "a: [", "[" * 5000, "\x07"])
def test_a_text_that_no_policy_may_be_is_refused_in_words(bad: str) -> None:
    with pytest.raises(Unreadable):
        from_text(bad)


def test_a_cycle_s_unit_shows_its_pattern_and_takes_the_achievement(site: Site) -> None:
    world = site.house.world
    unit = world.agency.apparatuses()[3]
    form = {"period_start": "2026-07-01", "period_end": "2026-12-31", "unit_ids": unit, "key": "k"}
    cycle = site.post(world.holder("agency_head"), "/siklus", form).headers["location"]
    analyst = world.holder("personnel_analyst")
    here = f"{cycle}/unit/{unit}"
    assert "bukan kuota" in text(site, analyst, here)
    given = {"achievement": "BAIK", "document_number": "1", "key": "d"}
    refused = site.post(analyst, f"{here}/pencapaian", given)
    assert refused.status_code == 422
    assert 'value="BAIK" selected' in refused.text
    assert site.get(site.house.a_stranger(), here).status_code == 404


def test_a_replacement_that_the_law_refuses_keeps_what_was_typed(site: Site) -> None:
    case = site.house.a_case()
    analyst = site.house.world.holder("personnel_analyst")
    here = f"/perkara/{case.id}/penggantian"
    post = site.house.world.vacancies()[1]
    assert post in text(site, analyst, here)
    typed = {
        "target_position_id": post, "variant": "within_agency", "effective_date": "2027-02-01",
        "reason": "setelah koordinasi", "letter_number": "B-12/2027", "letter_date": "2027-01-20", "key": "a",
    }  # fmt: skip
    refused = site.post(analyst, here, typed)
    assert 400 <= refused.status_code < 500
    assert "setelah koordinasi" in refused.text
    assert "B-12/2027" in refused.text
    assert site.get(site.house.a_stranger(), here).status_code == 404


def test_the_override_register_is_public_and_the_reason_is_by_right(site: Site) -> None:
    world = site.house.world
    auditor = min(world.offices.holders("auditor", world.today))
    pairs = zip(world.movable(), world.vacancies(), strict=False)
    cases = (world.submit(person, post).state for person, post in pairs)
    world.walk(next(case for case in cases if case is not None and case.open_overrides()))
    stranger = site.house.a_stranger()
    public, whole = text(site, stranger, "/pengesampingan"), text(site, auditor, "/pengesampingan")
    assert "pertimbangan tertulis pimpinan" in whole
    assert "pertimbangan tertulis pimpinan" not in public
    assert "dapat dibaca oleh yang boleh melihat" in public
    assert "Dasar hukum" in public
