"""Inbox, case and board pages: addresses, what a decision leads to, figures and their lists."""

from __future__ import annotations

import html
import io
import re

from openpyxl import load_workbook

from tests.web.conftest import HERE, Site
from tests.web.test_pages import answered, verification


def test_the_address_filters_the_inbox_and_keeps_views(site: Site) -> None:
    _, task, owners = verification(site)
    who = owners[0]
    assert task in site.get(who, "/?kind=mutation&step=analyst_verification&group=kind").text
    nothing = site.get(who, "/?kind=promotion").text
    assert task not in nothing
    assert "Tidak ada tugas yang cocok dengan saringan ini." in nothing
    assert "Lihat semua" in nothing
    form = {"name": 'Mutasi <b>"saya"</b>', "query": "kind=mutation"}
    assert site.post(who, "/tampilan", form).headers["location"] == "/?kind=mutation"
    page = site.get(who, "/").text
    assert 'href="/?kind=mutation"' in page
    assert "<b>&#34;saya" not in page, "a view's name is text"
    assert form["name"] not in site.get(owners[1], "/").text
    assert site.post(who, "/tampilan", form | {"query": "</a>"}).status_code == 422
    site.post(who, "/tampilan", {"forget": form["name"], "query": ""})
    assert "★" not in site.get(who, "/").text
    claimed = site.post(who, f"/tugas/{task}/ambil", {"key": "satu"})
    assert claimed.status_code == 303
    assert "sedang Anda kerjakan" in site.get(who, "/?state=reserved").text
    assert "Belum ada tugas yang dipilih." in site.post(who, "/keputusan", {"outcome": "approve"}).text


def test_what_was_typed_is_kept_when_somebody_was_faster(site: Site) -> None:
    state, task, (first, second, *_) = verification(site)
    page = site.get(second, f"/tugas/{task}").text
    assert "Diteruskan ke" in page, "each outcome says what it leads to"
    assert "Perkara berakhir" in page
    assert page.count('<svg class="route') == 2
    assert site.post(first, f"/tugas/{task}/keputusan", answered()).status_code == 200
    late = site.post(second, f"/tugas/{task}/keputusan", answered() | {"comment": "catatan <panjang> saya"})
    assert late.status_code == 409
    assert "Yang Anda tulis belum tercatat" in late.text
    assert "catatan &lt;panjang&gt; saya</textarea>" in late.text
    name = re.search(r"Diputuskan oleh ([^<(]+) \(disetujui\), ", late.text)
    assert name is not None
    # The case as it stood, stop by stop, and what has changed since.
    then = site.get(first, f"/perkara/{state.id}?langkah=1").text
    assert "sebagaimana keadaannya setelah posisi" in then
    assert "Yang berubah sejak saat itu" in then
    assert 'type="range"' in then
    for odd in ("langkah=99", "langkah=x", "langkah=" + "9" * 50, "position=%C2%B2"):
        assert "sebagaimana" not in site.get(first, f"/perkara/{state.id}?{odd}").text


def test_every_figure_of_a_board_opens_its_list(site: Site) -> None:
    state, _, owners = verification(site)
    head = site.house.world.holder("agency_head")
    page = site.get(head, "/papan")
    assert page.status_code == 200
    links = {html.unescape(link) for link in re.findall(r'href="(/(?:papan|talenta)[^"]*)"', page.text)}
    lists = sorted(link for link in links if not link.partition("?")[0].endswith(".xlsx"))
    assert len(lists) > 8
    for link in lists[::5]:
        assert site.get(head, link).status_code == 200, link
    waiting = next(link for link in lists if link.startswith("/papan/menunggu?step=analyst"))
    assert f"/perkara/{state.id}" in site.get(head, waiting).text
    for link in links - set(lists):
        book = site.get(head, link)
        assert "attachment" in book.headers["content-disposition"]
        assert load_workbook(io.BytesIO(book.content)).worksheets
    assert site.get(head, "/papan?unit=tidak-ada").status_code == 404
    for path in ("/papan", "/papan/menunggu", "/papan/papan.xlsx", "/papan/belum-terpetakan"):
        assert site.get(site.house.a_stranger(), path).status_code == 403
    assert "Board" in site.get(owners[0], "/papan", language="en").text


def test_a_picture_is_looked_at_and_everything_else_downloaded(site: Site) -> None:
    person = site.house.a_stranger()
    sent = site.client.post(
        "/saya/dokumen",
        files={"file": ("sk.pdf", b"%PDF-1.7\n" + bytes(2000), "application/pdf")},
        data={"document_type": "SK_JABATAN"},
        headers=site._headers(person, "id") | {"Origin": HERE},
        follow_redirects=False,
    )
    assert sent.status_code == 303
    link = re.search(r'href="(/dokumen/[^"]+)"', site.get(person, "/saya").text)
    assert link is not None
    looked = site.get(person, f"{link[1]}/pratinjau")
    assert looked.headers["content-disposition"] == "inline"
    assert looked.headers["x-content-type-options"] == "nosniff"
    assert "attachment" in site.get(person, link[1]).headers["content-disposition"]


def test_an_inbox_is_light(site: Site) -> None:
    """Compressed as a browser asks for it, style and script besides."""
    _, _, owners = verification(site)
    sizes = []
    for path in ("/", "/static/jenjang.css", "/static/jenjang.js"):
        with site.client.stream(
            "GET", path, headers=site._headers(owners[0], "id") | {"Accept-Encoding": "gzip"}
        ) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            sizes.append(sum(map(len, answer.iter_raw())))
    assert sum(sizes) < 14 * 1024, sizes


def test_auditors_ask_their_questions_on_a_page(site: Site) -> None:
    state, _, _ = verification(site)
    auditor = min(site.house.world.offices.holders("auditor", site.house.world.today))
    overview = site.get(auditor, "/audit/pertanyaan")
    assert overview.status_code == 200
    page = site.get(auditor, "/audit/pertanyaan/approvals_within_seconds?from=2026-01-01").text
    assert f"/perkara/{state.id}?position=" in page
    assert "/audit/bukti/" in page
    assert "Tidak ada jawaban" in site.get(auditor, "/audit/pertanyaan/overrides?to=2020-01-01").text
    assert site.get(auditor, "/audit/pertanyaan/tidak-ada").status_code == 404
    assert site.get(auditor, "/audit/pertanyaan/overrides?from=kemarin").status_code == 422
    assert site.get(site.house.a_stranger(), "/audit/pertanyaan").status_code == 403
