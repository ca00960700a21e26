"""Whatever the bytes, a file is read or refused with a clear reason."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roster import workbook
from roster.employees import read_employees
from roster.generate_files import write_nominatif_xlsx
from roster.generator import Agency
from roster.units import read_units

HEADER = ["kode", "nama", "kode_induk"]


def refusal(path: Path) -> str:
    reading = read_units(path)
    assert reading.rows == ()
    (issue,) = reading.errors
    return issue.code


def repack(path: Path, changes: dict[str, bytes | None]) -> Path:
    """The workbook at `path` with parts replaced, added or (None) removed."""
    with zipfile.ZipFile(path) as old:
        parts: dict[str, bytes | None] = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in (parts | changes).items():
            if content is not None:
                new.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n ", "file_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_old_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (b"PK\x03\x04 and then nothing", "file_broken"),
        ("kode,nama,kode_induk\n1,Kota,\n".encode("utf-16"), "file_not_table"),
        (b"%PDF-1.7\n\x81\x8d", "encoding_unknown"),
        (b"kode,nama\n1,Kota\n", "column_missing"),
        (b"halo\n", "header_missing"),
        (b'kode,nama,kode_induk\n1,"' + b"x" * 200_000, "file_broken"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(
    content: bytes, code: str, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(content)
    assert refusal(tmp_path / "f") == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == "file_missing"
    assert refusal(tmp_path) == "file_missing"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"xl/workbook.xml": None}, "file_not_table"),
        ({"xl/vbaProject.bin": b"macro"}, "file_macro"),
        (
            {"[Content_Types].xml": b"<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>"},
            "file_macro",
        ),
        ({"xl/worksheets/sheet1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'}, "file_unsafe"),
        ({"xl/worksheets/sheet1.xml": "<worksheet/>".encode("utf-16")}, "file_unsafe"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c"}, "file_broken"),
        ({"xl/worksheets/sheet1.xml": None}, "header_missing"),
    ],
)
def test_a_doubtful_workbook_is_refused_with_its_reason(
    changes: dict[str, bytes | None], code: str, xlsx_file: Callable[..., Path]
) -> None:
    assert refusal(repack(xlsx_file(HEADER, ["1", "Kota", None]), changes)) == code


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    xlsx_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = repack(xlsx_file(HEADER, ["1", "Kota", None]), {"xl/media/image1.png": bytes(3_000_000)})
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 2_000_000)
    assert refusal(path) == "file_too_big"


def test_a_big_file_is_refused_before_it_is_read(
    csv_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_FILE_BYTES", 1_000)
    assert refusal(csv_file("x" * 1_001)) == "file_too_big"


def test_a_row_far_below_the_others_is_refused(xlsx_file: Callable[..., Path]) -> None:
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1048576"/></sheetData></worksheet>'  # noqa: E501 (one part of a workbook)
    assert refusal(repack(xlsx_file(HEADER), {"xl/worksheets/sheet1.xml": far})) == "too_many_rows"


def test_a_formula_has_its_stored_value_and_is_never_evaluated(xlsx_file: Callable[..., Path]) -> None:
    path = xlsx_file(HEADER, ["1", '=CONCATENATE("Ko","ta")', None])
    assert [issue.code for issue in read_units(path).errors] == ["name_empty"]
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    stored = (
        sheet.replace(b"<v></v>", b"<v>Kota</v>")
        .replace(b"<v />", b"<v>Kota</v>")
        .replace(b"<v/>", b"<v>Kota</v>")
    )
    stored = stored.replace(b'<c r="B2">', b'<c r="B2" t="str">')
    (unit,) = read_units(repack(path, {"xl/worksheets/sheet1.xml": stored})).rows
    assert unit.name == "Kota"


@given(
    content=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace"))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_rows_or_a_clear_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(content)
    reading = read_units(tmp_path / "f")
    assert reading.rows or reading.errors or reading.records == 0
    assert all(issue.code and issue.message for issue in reading.errors)


@given(
    rows=st.lists(
        st.lists(
            st.sampled_from(["", "1", "1.1", "x", '"', "30-02-2024", "NIP", "\ud7ff", "é"]), max_size=15
        ),
        max_size=8,
    ),
    delimiter=st.sampled_from(",;\t"),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_cells_under_a_header_are_rows_or_issues(
    rows: list[list[str]], delimiter: str, agency: Agency, tmp_path: Path
) -> None:
    header = ["NIP", "NAMA", "GOL", "TMT_GOL", "KODE_JABATAN", "TMT_JABATAN", "UNIT", "KEDUDUKAN", "L/P"]
    text = "\n".join(delimiter.join(row) for row in [header, *rows])
    (tmp_path / "f").write_text(text, encoding="utf-8")
    reading = read_employees(tmp_path / "f", agency.units, agency.positions, {}, date(2026, 11, 24))
    faulty = {issue.row for issue in reading.errors}
    assert len(reading.rows) + len(faulty) == reading.records or 0 in faulty or reading.records == 0


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_a_damaged_workbook_is_rows_or_a_clear_error(
    data: st.DataObject, agency: Agency, tmp_path: Path
) -> None:
    path = tmp_path / "n.xlsx"
    if not path.exists():
        write_nominatif_xlsx(agency, path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "damaged").write_bytes(content[: data.draw(st.integers(0, len(content)))])
    reading = read_employees(tmp_path / "damaged", agency.units, agency.positions, {}, date(2026, 11, 24))
    assert all(issue.code and issue.message for issue in reading.errors)
