"""The auditors' workbench, delegations and differences with SIASN in the pages."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

from tests.api.test_siasn import differs
from tests.web.conftest import Site
from tests.web.test_rank_pages import act, text


def test_an_auditor_saves_a_query_and_draws_a_sample(site: Site) -> None:
    world = site.house.world
    state = world.walk(site.house.a_case(), until="analyst_verification")
    auditor, stranger = world.holder("auditor"), site.house.a_stranger()
    found = text(site, auditor, f"/audit?type=TaskCompleted&person={site.house.nip(state.subject_id)}")
    assert "Tugas diputuskan" in found
    assert "Simpan pencarian ini" in found
    search = {"type": "TaskCompleted", "outcome": "approve", "from": "2026-01-01", "title": "Persetujuan"}
    query = act(site, auditor, "/audit/kueri", **search)
    shown = text(site, auditor, query)
    assert "Persetujuan" in shown
    assert "disetujui" in shown
    assert 'value="2026-01-01"' in shown, "the day as it was asked for, in local time"
    assert act(site, auditor, f"{query}/ubah", **search | {"title": "Persetujuan mutasi"}) == query
    assert "revision=1" in text(site, auditor, query)
    asked = {"query_id": query.rpartition("/")[2], "revision": "2", "of": "cases", "size": "3"}
    made = site.post(auditor, "/audit/sampel", asked | {"key": "s"})
    assert (made.status_code, "Rahasia undian" in made.text) == (200, True)
    sample = re.search(r'action="(/audit/sampel/[0-9a-f-]+)/undi"', made.text)
    secret = re.search(r"<code>([0-9a-f]{64})</code>", made.text)
    assert sample is not None
    assert secret is not None
    assert secret[1] not in text(site, auditor, sample[1]), "the secret is shown once"
    assert site.post(auditor, f"{sample[1]}/undi", {"nonce": "0f" * 32, "key": "d"}).status_code == 422
    assert act(site, auditor, f"{sample[1]}/undi", nonce=secret[1]) == sample[1]
    assert f"action_id={state.id}" in text(site, auditor, sample[1])
    own = "1e" * 32
    brought = {"nonce_hash": hashlib.sha256(bytes.fromhex(own)).hexdigest()}
    mine = act(site, auditor, "/audit/sampel", **asked | brought)
    assert act(site, auditor, f"{mine}/undi", nonce=own) == mine
    assert site.get(stranger, "/audit/kueri").status_code == 403
    act(site, auditor, f"{query}/akhiri")
    assert query not in text(site, auditor, "/audit/kueri")


def test_a_finding_is_raised_answered_and_closed(site: Site) -> None:
    world = site.house.world
    state = site.house.a_case()
    auditor, stranger = world.holder("auditor"), site.house.a_stranger()
    unit = world.agency.apparatus_of(state.origin_unit_id)
    assert unit is not None
    (head, *_) = sorted(world.offices.holders(f"unit_head@{unit}", world.today))
    new = {"action_id": state.id, "kind": "finding", "text": "<b>Nota kebutuhan</b> tidak ada."}
    odd = site.post(auditor, "/audit/temuan/baru", new | {"key": "o"})
    assert (odd.status_code, "Nota kebutuhan" in odd.text) == (422, True), "what was typed stays"
    finding = act(site, auditor, "/audit/temuan/baru", **new | {"unit_id": unit})
    assert "<b>Nota" not in site.get(auditor, finding).text
    act(site, auditor, f"{finding}/catatan", text="hanya untuk auditor")
    assert finding in text(site, head, "/audit/temuan")
    assert "hanya untuk auditor" not in text(site, head, finding)
    act(site, head, f"{finding}/jawaban", text="Kami lampirkan.")
    act(site, auditor, f"{finding}/buka-lagi", text="Belum lengkap.")
    act(site, head, f"{finding}/jawaban", text="Ini lengkapnya.")
    act(site, auditor, f"{finding}/penutupan", text="Memadai.", outcome="settled")
    assert "Ditutup: selesai" in text(site, auditor, finding)
    assert "ditutup" in text(site, auditor, f"/audit/temuan?action_id={state.id}&state=closed")
    assert site.get(stranger, finding).status_code == 404

    sealed = {"words": "kebutuhan organisasi", "purpose": "Pemeriksaan 2026", "type": "ActionSubmitted"}
    opened = site.post(auditor, "/audit/tersegel", sealed)
    assert "kebutuhan organisasi" in opened.text.split("<h2>Hasil</h2>")[1]
    assert site.post(auditor, "/audit/tersegel", {"words": "x", "purpose": ""}).status_code == 422


def test_a_holder_lets_somebody_act_and_an_appointing_office_names_an_acting_holder(site: Site) -> None:
    world = site.house.world
    holder, delegate, *_ = world.holder("agency_head"), *site.house.plain()[:2]
    days = {
        "first_day": world.today.isoformat(),
        "last_day": (world.today + timedelta(days=9)).isoformat(),
        "letter_number": "800/7/2026",
    }
    own = days | {"capacity": "DELEGATE", "delegate_nip": site.house.nip(delegate)}
    late = site.post(holder, "/kuasa", own | {"last_day": "2020-01-01", "key": "l"})
    assert (late.status_code, "800/7/2026" in late.text) == (422, True), "what was typed stays"
    assert act(site, holder, "/kuasa", **own) == "/kuasa"
    assert "Penerima kuasa" in text(site, delegate, "/kuasa")
    assert "Akhiri lebih awal" not in text(site, delegate, "/kuasa")
    assert "Tunjuk pelaksana" not in text(site, delegate, "/kuasa")
    appointing = world.holder("appointing_official")
    vacant = world.agency.posts[world.vacancies()[0]]
    assert vacant.id in text(site, appointing, f"/kuasa?q={vacant.name}")
    acting = days | {"capacity": "PLT", "position_id": vacant.id, "delegate_nip": site.house.nip(delegate)}
    assert act(site, appointing, "/kuasa", **acting) == "/kuasa"
    for ended in re.findall(r'action="(/kuasa/[0-9a-f-]+/akhiri)"', text(site, appointing, "/kuasa")):
        assert act(site, appointing, ended) == "/kuasa"
    assert "diakhiri lebih awal" in text(site, delegate, "/kuasa")


def test_an_officer_settles_what_siasn_says_otherwise(site: Site) -> None:
    world = site.house.world
    person, analyst = site.house.plain()[0], world.holder("personnel_analyst")
    name = differs(site.house, person, "name", "Siti Aminah, S.E.", "Siti Amina")
    grade = differs(site.house, person, "grade_since", "2024-04-01", "2023-04-01")
    unit = differs(site.house, person, "unit", "b2c3", "a1b2")
    shown = text(site, analyst, "/siasn")
    assert "Siti Amina<" in shown
    assert "1 April 2024" in shown
    assert shown.count("Ambil dari SIASN") == 2, "a unit is not taken over"
    assert act(site, analyst, f"/siasn/{name}", outcome="accepted") == "/siasn"
    assert site.post(analyst, f"/siasn/{grade}", {"outcome": "dismissed", "key": "d"}).status_code == 422
    act(site, analyst, f"/siasn/{grade}", outcome="dismissed", reason="SIASN belum diperbarui")
    assert site.post(analyst, f"/siasn/{unit}", {"outcome": "accepted", "key": "u"}).status_code == 409
    assert "Siti Aminah, S.E." in text(site, person, "/saya")
    assert "dibiarkan" in text(site, analyst, "/siasn?state=dismissed").lower()
    assert site.get(person, "/siasn").status_code == 403
    assert "/siasn" not in text(site, person, "/menu")
