"""An import's report for programs and for people."""

from roster.reading import Issue, Reading
from roster.report import Report

READING: Reading[str] = Reading(
    rows=("a", "b"),
    errors=(Issue(7, "NIP", "nip_length", "NIP terlalu pendek."),),
    warnings=(Issue(0, "", "birth_mismatch", "Berbeda."),),
    records=3,
)


def test_the_json_has_exactly_the_fields_of_the_contract() -> None:
    assert Report.of(READING, imported=1, unchanged=1).as_json() == {
        "rows": 3,
        "imported": 1,
        "changed": 0,
        "unchanged": 1,
        "errors": [{"row": 7, "column": "NIP", "code": "nip_length", "message": "NIP terlalu pendek."}],
        "warnings": [{"row": 0, "column": "", "code": "birth_mismatch", "message": "Berbeda."}],
    }


def test_the_text_tells_counts_and_every_issue() -> None:
    assert Report.of(READING, imported=2).as_text().splitlines() == [
        "3 baris: 2 baru, 0 berubah, 0 tetap, 1 kesalahan, 1 peringatan.",
        "",
        "Kesalahan",
        "Baris  Kolom  Kode        Keterangan",
        "7      NIP    nip_length  NIP terlalu pendek.",
        "",
        "Peringatan",
        "Baris  Kolom  Kode            Keterangan",
        "-      -      birth_mismatch  Berbeda.",
    ]
