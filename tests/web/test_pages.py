"""The pages without a browser: who sees what, what hostile forms achieve, what stays typed."""

from __future__ import annotations

import html
import json
import re

import pytest

from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from domain.profiling_commands import RemindProfiling
from tests.web.conftest import HERE, UPLOAD_LIMIT, Site
from tests.world import new_id
from web.visitor import SESSION

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def verification(site: Site) -> tuple[ActionState, str, list[str]]:
    """A case at the analysts, with those who may decide it."""
    state = site.house.world.walk(site.house.a_case(), until="analyst_verification")
    world = site.house.world
    return state, state.open_tasks[0].id, sorted(world.offices.holders("personnel_analyst", world.today))


def answered(**changes: str) -> dict[str, str]:
    yes = ("no_discipline", "no_court_process", "not_on_study_leave", "no_audit_findings")
    rows = {"performance": [{"year": "integer", "predicate": "choice"}]}
    shape = dict.fromkeys(yes, "boolean") | rows
    form = {"outcome": "approve", "comment": "", "shape": json.dumps(shape)} | {
        f"d.{name}": "yes" for name in yes
    }
    for index, year in enumerate(("2024", "2025")):
        form |= {f"d.performance.{index}.year": year, f"d.performance.{index}.predicate": "BAIK"}
    return form | changes


def test_who_is_not_signed_in_is_led_to_the_door_and_back(site: Site) -> None:
    assert site.get(None, "/").headers["location"] == "/masuk"
    answer = site.get(None, "/perkara")
    assert answer.headers["location"] == "/masuk?next=/perkara"
    assert "Kata sandi" in site.get(None, "/masuk").text


def test_the_way_back_never_leads_to_another_site(site: Site) -> None:
    for hostile in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        page = site.client.get("/masuk", params={"next": hostile})
        assert 'name="next" value="/"' in page.text


def test_a_wrong_password_says_so_and_keeps_the_nip(site: Site) -> None:
    answer = site.post(None, "/masuk", {"nip": "198501012010011001", "password": "salah"})
    assert answer.status_code == 401
    assert "NIP atau kata sandi tidak benar." in answer.text
    assert "198501012010011001" in answer.text
    assert "salah" not in answer.text.replace("delapan kali salah", "")


def test_an_approver_decides_and_holds_a_receipt(site: Site) -> None:
    _, task, owners = verification(site)
    assert task in site.get(owners[0], "/").text
    page = site.get(owners[0], f"/tugas/{task}")
    assert "Keputusan Anda" in page.text
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key is not None
    first = site.post(owners[0], f"/tugas/{task}/keputusan", answered(key=key[1]))
    assert first.status_code == 200
    assert "Tanda terima" in first.text
    again = site.post(owners[0], f"/tugas/{task}/keputusan", answered(key=key[1]))
    leaf = re.search(r"<code>([0-9a-f]{64})</code>", first.text)
    assert leaf is not None
    assert leaf[1] in again.text, "sent twice, it is the same decision"
    assert task not in site.get(owners[0], "/").text


def test_who_comes_too_late_hears_who_decided_and_keeps_what_was_typed(site: Site) -> None:
    _, task, owners = verification(site)
    site.post(owners[0], f"/tugas/{task}/keputusan", answered())
    late = site.post(owners[1], f"/tugas/{task}/keputusan", answered(comment="catatan saya"))
    assert late.status_code == 409
    assert "Diputuskan oleh" in late.text


def test_an_incomplete_form_names_the_field_and_keeps_the_rest(site: Site) -> None:
    _, task, owners = verification(site)
    form = answered(comment="sudah saya periksa") | {"d.no_discipline": ""}
    answer = site.post(owners[0], f"/tugas/{task}/keputusan", form)
    assert answer.status_code == 422
    assert "hukuman disiplin" in answer.text
    assert "sudah saya periksa" in answer.text
    assert re.search(r'value="BAIK" selected', answer.text)


def test_a_strangers_link_shows_nothing(site: Site) -> None:
    state, task, _ = verification(site)
    stranger = site.house.a_stranger()
    for path in (f"/tugas/{task}", f"/perkara/{state.id}"):
        answer = site.get(stranger, path)
        assert answer.status_code == 404
        assert site.house.nip(state.subject_id) not in answer.text
    assert site.post(stranger, f"/tugas/{task}/keputusan", answered()).status_code == 404


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_forms_of_other_sites_do_nothing(site: Site, origin: str | None) -> None:
    _, task, owners = verification(site)
    answer = site.post(owners[0], f"/tugas/{task}/keputusan", answered(), origin=origin)
    assert answer.status_code == 403
    assert task in site.get(owners[0], "/").text, "it still waits"


def test_markup_is_shown_as_text(site: Site) -> None:
    state, task, owners = verification(site)
    assert site.post(owners[0], f"/tugas/{task}/komentar", {"comment": MARKUP}).status_code == 303
    for path in (f"/tugas/{task}", f"/perkara/{state.id}"):
        page = site.get(owners[0], path).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page


def test_many_decisions_are_previewed_before_they_are_made(site: Site) -> None:
    world = site.house.world
    state = world.walk(site.house.a_case(), until="division_review")
    task = state.open_tasks[0].id
    (owner, *_) = sorted(world.offices.holders("transfer_division_head", world.today))
    form = {"task": [task], "outcome": "approve", "comment": ""}
    preview = site.post(owner, "/keputusan", form)
    assert "Akan diputuskan (1)" in preview.text
    assert "Diteruskan ke" in preview.text, "what would follow is said of each"
    assert task in site.get(owner, "/").text, "nothing was decided"
    done = site.post(owner, "/keputusan", form | {"confirmed": "yes", "key": "satu-kunci"})
    assert "Tercatat." in done.text
    assert task not in site.get(owner, "/").text


def test_a_preview_says_which_cannot_be_included(site: Site) -> None:
    _, task, owners = verification(site)
    preview = site.post(owners[0], "/keputusan", {"task": [task], "outcome": "approve", "comment": ""})
    assert "Buka tugas ini" in preview.text
    assert 'name="confirmed"' not in preview.text


def test_the_case_is_shown_as_it_stood(site: Site) -> None:
    state, _, owners = verification(site)
    page = site.get(owners[0], f"/perkara/{state.id}").text
    positions = re.findall(r"\?position=(\d+)", page)
    earlier = site.get(owners[0], f"/perkara/{state.id}?position={positions[2]}").text
    assert "sebagaimana keadaannya setelah posisi" in earlier


def test_everybody_has_a_page_of_their_own(site: Site) -> None:
    person = site.house.a_stranger()
    page = site.get(person, "/saya")
    assert page.status_code == 200
    assert site.house.nip(person) in page.text
    assert "Pengesampingan" not in page.text


def test_the_nine_boxes_are_a_picture_with_the_unmapped_beside_it(site: Site) -> None:
    world = site.house.world
    (head, *_) = sorted(world.offices.holders("agency_head", world.today))
    page = site.get(head, "/talenta")
    assert page.status_code == 200
    assert "Belum terpetakan" in page.text
    assert all(f"#kotak-{box}" in page.text for box in range(1, 10))
    assert site.get(head, f"/talenta/{site.house.nip(head)}").status_code == 200
    assert site.get(site.house.a_stranger(), "/talenta").status_code == 403


def test_auditors_alone_see_the_ledger(site: Site) -> None:
    world = site.house.world
    (auditor, *_) = sorted(world.offices.holders("auditor", world.today))
    assert site.get(auditor, "/audit").status_code == 200
    assert site.get(auditor, "/audit/bukti/5").status_code == 200
    assert site.get(auditor, "/audit/bukti/99999999").status_code in (404, 422)
    assert site.get(site.house.a_stranger(), "/audit").status_code == 403


def test_a_transfer_is_asked_for_on_a_page(site: Site) -> None:
    world = site.house.world
    (officer, *_) = sorted(world.offices.holders("agency_head", world.today))
    wish = site.house.a_request()
    form = {k: v for k, v in wish.items() if isinstance(v, str)}
    answer = site.post(officer, "/mutasi", form)
    assert answer.status_code == 303, answer.text
    assert site.get(officer, answer.headers["location"]).status_code == 200
    wrong = site.post(officer, "/mutasi", form | {"subject_nip": "1"})
    assert wrong.status_code == 422
    assert "kebutuhan organisasi" in wrong.text


def test_the_language_is_chosen_and_kept(site: Site) -> None:
    assert "Inbox" in site.get(site.house.a_stranger(), "/", language="en").text
    answer = site.post(None, "/bahasa", {"language": "en", "next": "/masuk"})
    assert "__Host-bahasa=en" in answer.headers["set-cookie"]


def test_cookies_and_headers_keep_the_page_to_itself(site: Site) -> None:
    answer = site.post(None, "/keluar", {})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(SESSION)
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    page = site.get(None, "/masuk")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_the_api_answers_behind_the_pages(site: Site) -> None:
    assert site.client.get("/v1/tasks").status_code == 401
    assert site.client.get("/health/live").status_code == 200
    assert site.client.get("/v1/nothing").headers["content-type"] == "application/problem+json"


def test_a_document_is_downloaded_as_it_was_filed(site: Site) -> None:
    person = site.house.a_stranger()
    content = b"%PDF-1.7\n" + bytes(range(256)) * 2000
    sent = site.client.post(
        "/saya/dokumen",
        files={"file": ("sk.pdf", content, "application/pdf")},
        data={"document_type": "SK_JABATAN"},
        headers=site._headers(person, "id") | {"Origin": HERE},
        follow_redirects=False,
    )
    assert sent.status_code == 303, sent.text
    link = re.search(r'href="(/dokumen/[^"]+)"', site.get(person, "/saya").text)
    assert link is not None
    assert site.get(person, link[1]).content == content
    assert site.get(site.house.plain()[0], link[1]).status_code == 404


def test_nobody_fills_the_memory_with_a_form(site: Site) -> None:
    """More than a form can hold is not read, whoever sends it."""
    answer = site.post(None, "/masuk", {"nip": "x" * 300_000, "password": "y"})
    assert answer.status_code == 413
    assert "terlalu besar" in answer.text
    big = site.client.post(
        "/saya/dokumen",
        content=b"x" * (UPLOAD_LIMIT + 300_000),
        headers=site._headers(site.house.a_stranger(), "id") | {"Origin": HERE},
    )
    assert big.status_code == 413


@pytest.mark.parametrize("number", ["--5", "\u00b2", "9" * 400, "dua"])
def test_a_number_that_is_none_is_refused_not_fallen_over(site: Site, number: str) -> None:
    _, task, owners = verification(site)
    form = answered() | {"d.performance.0.year": number}
    assert site.post(owners[0], f"/tugas/{task}/keputusan", form).status_code == 422


def test_odd_keys_and_positions_are_refused(site: Site) -> None:
    _, task, owners = verification(site)
    odd = {"comment": "halo", "key": "\u2603" * 300}
    assert site.post(owners[0], f"/tugas/{task}/komentar", odd).status_code == 422
    auditor = min(site.house.world.offices.holders("auditor", site.house.world.today))
    for position in ("9" * 5000, "-1", "x", "\u00b2"):
        assert site.get(auditor, f"/audit/bukti/{position}").status_code in (404, 422)
        assert site.get(None, f"/audit/bukti/{position}").status_code in (303, 404)


def test_a_personnel_officer_finds_the_unit_s_reminder_above_the_tasks(site: Site) -> None:
    world = site.house.world
    command = RemindProfiling(command_id=new_id(), actor=SYSTEM)
    world.installation.ledger.execute(command)
    agency = world.agency
    unit = agency.apparatus_of(agency.unit_of(agency.people[world.movable()[0]].position_id))
    page = site.get(world.holder(f"unit_personnel_officer@{unit}"), "/").text
    assert "Pengingat pemetaan talenta" in page
    assert agency.units[unit or ""].name in html.unescape(page)
    assert "pegawai belum terpetakan" in page
    assert "Pengingat pemetaan talenta" not in site.get(world.movable()[0], "/").text


def test_the_menu_shows_what_opens_and_nothing_else(site: Site) -> None:
    """To one person for each set of offices that somebody holds."""
    world = site.house.world
    people = {world.offices.titles_of(person, world.today): person for person in sorted(world.agency.people)}
    assert len(people) > 10
    guarded = {"/jabatan-lowong", "/siklus", "/talenta", "/papan", "/audit"}
    seen: set[frozenset[str]] = set()
    for titles, person in people.items():
        menu = re.search(r'<nav aria-label="Menu utama">.*?</nav>', site.get(person, "/").text, re.DOTALL)
        assert menu is not None
        shown = set(re.findall(r'href="([^"]+)"', menu[0]))
        # Cycles are behind evaluations, which are everybody's.
        shown |= set(re.findall(r'href="(/siklus)"', site.get(person, "/evaluasi").text))
        assert {path for path in guarded if site.get(person, path).status_code == 200} == shown & guarded, (
            titles
        )
        assert all(site.get(person, path).status_code == 200 for path in shown - guarded), titles
        seen.add(frozenset(shown & guarded))
    assert {frozenset(), frozenset(guarded)} <= seen
