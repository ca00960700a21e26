"""A decree's pages: what an Indonesian decree has, the same bytes each time, and values that stay text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from decrees.content import StatementFacts, decree_pages, statement_pages
from decrees.indonesian import date_in_words, day_name, in_words, long_date
from decrees.pages import CannotPrint, printed
from decrees.words import WordsUnreadable, words_of
from domain.policy import Variant
from tests.decrees.conftest import Desk, against_pdf_a, text_of

# Each would do harm, or vanish, if it were read as Typst's markup or as a place to fill.
HOSTILE = '#read("/etc/passwd") \\ $x$ *b* _i_ `c` @x <l> // c /* {nip} {0} [#sys.inputs] "q" #import'


def test_a_decree_has_what_a_decree_has(desk: Desk) -> None:
    words = text_of(desk.pages())
    order = (
        "WALI KOTA SERANG", "KEPUTUSAN WALI KOTA SERANG", "NOMOR : 800.1.3.3/Kep.12-BKPSDM/2026", "TENTANG",
        "PEMINDAHAN PEGAWAI NEGERI SIPIL", "Menimbang", "a. bahwa", "b. bahwa", "c. bahwa", "Mengingat",
        "1. Undang", "Memperhatikan", "MUT/2026/000123 tanggal 10 November 2026", "MEMUTUSKAN:", "Menetapkan",
        "KESATU", "Siti Aminah, S.E., M.Si.", "19850312 201001 2 001", "1 Desember 2026", "KEEMPAT",
        "Ditetapkan di", "Serang", "24 November 2026", "WALI KOTA SERANG,", "BUDI SANTOSO", "Tembusan",
        "6. Pegawai yang bersangkutan",
    )  # fmt: skip
    places: list[int] = []
    for each in order:
        at = words.find(each, places[-1] if places else 0)
        assert at >= 0, each
        places.append(at)
    assert "/sk/mzxw6ytboi2dgnbrgq3tqnzygi" in words


def test_the_same_decree_gives_the_same_bytes_and_says_where_the_ledger_has_it(desk: Desk) -> None:
    pdf = desk.pages()
    assert pdf == desk.pages()
    metadata = PdfReader(BytesIO(pdf)).metadata
    assert metadata is not None
    assert metadata.keywords == f"jenjang-position=48213, jenjang-leaf={'9f' * 32}"


def test_a_decree_and_its_attachment_are_pdf_a(desk: Desk) -> None:
    person = desk.decree.people[0]
    many = desk.pages(people=tuple(replace(person, name=f"Pegawai {number}") for number in range(40)))
    assert against_pdf_a(desk.pages()) == []
    assert against_pdf_a(many) == []
    words = text_of(many)
    places = [
        words.index(each) for each in ("LAMPIRAN KEPUTUSAN WALI KOTA SERANG", "Pegawai 0", "Pegawai 39")
    ]
    assert places == sorted(places)


def test_hostile_values_are_printed_as_they_are(desk: Desk) -> None:
    words = text_of(desk.of(name=HOSTILE, origin="#" + "x" * 3000, target="Kepala\u202e\x00 Seksi " * 200))
    assert HOSTILE in words
    assert "root:" not in words
    assert "Kepala Seksi Kepala Seksi" in words


def test_a_letter_that_no_font_has_is_refused_and_not_told(desk: Desk) -> None:
    with pytest.raises(CannotPrint) as caught:
        desk.of(name="Li 李")
    assert "李" not in str(caught.value)


def test_templates_read_nothing_outside_their_folder(desk: Desk, tmp_path: Path) -> None:
    document = decree_pages(desk.decree, desk.city)
    for source in (
        '#read("/etc/hostname")',
        '#read("../../2026-01.yaml")',
        '#import "@preview/cetz:0.3.0": *',
    ):
        (tmp_path / "decree.typ").write_text(source)
        with pytest.raises(CannotPrint):
            printed("decree", document, tmp_path)


def test_who_signs_for_the_mayor_signs_with_rank_and_nip(desk: Desk) -> None:
    official = replace(
        desk.decree.official, capacity="DELEGATE", nip="197001011990011001", grade="Pembina, IV/a",
        acting_title="Sekretaris Daerah",
    )  # fmt: skip
    words = text_of(desk.pages(official=official))
    assert "a.n. WALI KOTA SERANG, SEKRETARIS DAERAH," in words
    assert "BUDI SANTOSO Pembina, IV/a NIP 19700101 199001 1 001" in words


def test_every_kind_that_is_decreed_has_its_words(desk: Desk) -> None:
    transfers = (Variant.WITHIN_AGENCY, Variant.INTER_AGENCY_IN, Variant.INTER_AGENCY_OUT)
    kinds = [("mutation", each) for each in transfers] + [
        ("promotion", Variant.TALENT_POOL),
        ("rank", "regular"),
    ]
    about = {text_of(desk.pages(kind=kind, variant=str(variant)))[:220] for kind, variant in kinds}
    assert len(about) == len(kinds)
    with pytest.raises(WordsUnreadable):
        desk.city.decree_for("evaluation", "six_monthly")


@pytest.mark.parametrize("name", ["inauguration", "duty_statement", "annulment"])
def test_statements_are_pdf_a_and_to_be_signed_by_hand(desk: Desk, name: str) -> None:
    facts = StatementFacts(
        name=name,
        number="BA/2026/12",
        day=date(2026, 11, 27),
        people=desk.decree.people,
        proof=desk.decree.proof,
        values=dict.fromkeys(("official", "number", "decree_date", "started_on"), "1 Desember 2026"),
    )
    pdf = printed("statement", statement_pages(facts, desk.city), desk.city.folder)
    assert against_pdf_a(pdf) == []
    assert "Siti Aminah" in text_of(pdf)
    assert "NOMOR : BA/2026/12" in text_of(pdf)


def test_days_are_written_as_documents_write_them() -> None:
    day = date(2026, 11, 24)
    assert (long_date(day), day_name(day)) == ("24 November 2026", "Selasa")
    assert date_in_words(day) == "dua puluh empat bulan November tahun dua ribu dua puluh enam"
    assert [in_words(number) for number in (0, 10, 11, 19, 100)] == [
        "nol", "sepuluh", "sebelas", "sembilan belas", "seratus",
    ]  # fmt: skip
    assert in_words(1999) == "seribu sembilan ratus sembilan puluh sembilan"


def test_a_city_without_words_is_told(tmp_path: Path) -> None:
    with pytest.raises(WordsUnreadable, match="kota-lain"):
        words_of(tmp_path, "kota-lain")
