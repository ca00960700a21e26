"""The table is found among titles, blanks, column numbers, section titles and signatures."""

from collections.abc import Callable
from pathlib import Path

import pytest

from roster.reading import UnreadableFile
from roster.table import Column, Table, cell_text, find_table
from roster.workbook import Cell, read_grids

COLUMNS = (
    Column("code", ("KODE", "KODE UNIT"), key=True),
    Column("name", ("NAMA",), key=True),
    Column("place", ("TEMPAT",)),
    Column("note", ("CATATAN",), required=False),
)
HEADER: list[Cell] = ["Kode  Unit", "nama", "TEMPAT", "CATATAN"]


def table(*rows: list[Cell]) -> Table:
    return find_table([[tuple(row) for row in rows]], COLUMNS)


def rows_found(*rows: list[Cell]) -> list[int]:
    return [row for row, _ in table(*rows).records]


def test_titles_and_blank_rows_before_the_header_are_passed_over() -> None:
    found = table(["DAFTAR"], [], [None, "NAMA"], HEADER, ["1", "A", "x", None])
    assert found.headers["code"] == "Kode Unit"
    assert found.records == ((5, {"code": "1", "name": "A", "place": "x", "note": None}),)


def test_the_header_is_not_sought_beyond_the_first_thirty_rows() -> None:
    with pytest.raises(UnreadableFile) as refused:
        table(*[[] for _ in range(30)], HEADER, ["1", "A", "x"])
    assert refused.value.issue.code == "header_missing"


def test_blank_rows_and_section_titles_inside_the_table_are_no_records() -> None:
    assert rows_found(HEADER, ["1", "A", "x"], [], ["DINAS SOSIAL"], ["2", "B", "y"], [None, " "]) == [2, 5]


@pytest.mark.parametrize("numbers", [[1, 2, 3, 4], ["1", "2", "3", "4"], ["(1)", "(2)", "(3)", "(4)"]])
def test_a_row_that_counts_the_columns_is_no_record(numbers: list[Cell]) -> None:
    assert rows_found(HEADER, numbers, ["1", "A", "x"]) == [3]


def test_a_signature_below_the_table_is_no_record() -> None:
    assert rows_found(
        HEADER,
        ["1", "A", "x", "-"],
        [],
        [None, None, "Serang, 3 Februari 2026"],
        ["Mengetahui", "Kepala BKPSDM", None],
        [None, "Fulan", None],
        ["NIP. 197601221995011001", None, None],
    ) == [2]


def test_a_record_cut_short_inside_the_table_is_still_a_record() -> None:
    assert rows_found(HEADER, ["1", "A", None], ["P2", None, None], ["3", "B", "y"], ["4", None, None]) == [
        2,
        3,
        4,
        5,
    ]


def test_a_missing_column_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFile) as refused:
        table([], ["KODE", "NAMA"], ["1", "A"])
    issue = refused.value.issue
    assert (issue.row, issue.column, issue.code) == (2, "TEMPAT", "column_missing")


def test_the_table_may_be_on_another_sheet() -> None:
    found = find_table([[("Sampul",)], [tuple(HEADER), ("1", "A", "x")]], COLUMNS)
    assert len(found.records) == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_text_files_in_their_usual_dialects(delimiter: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "berkas.xls"
    lines = [("KODE", "NAMA", "TEMPAT"), ("1", "Andr\u00e9", "a,b;c"), ("", "", ""), ("2", '"B"', "y")]
    text = "\r\n".join(
        delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in lines
    )
    path.write_bytes(text.encode(encoding))
    found = find_table(read_grids(path), COLUMNS)
    assert [(row, cells["name"]) for row, cells in found.records] == [(2, "Andr\u00e9"), (4, '"B"')]
    assert found.records[0][1]["place"] == "a,b;c"


def test_a_workbook_is_known_by_its_content_not_its_name(xlsx_file: Callable[..., Path]) -> None:
    path = xlsx_file(HEADER, ["1", "A", "x"])
    renamed = path.rename(path.with_suffix(".csv"))
    assert len(find_table(read_grids(renamed), COLUMNS).records) == 1


def test_text_of_a_cell_is_one_printable_line() -> None:
    assert cell_text(" Siti\u00a0 \n Aminah\ud800\x07 ") == "Siti Aminah"
    assert [cell_text(cell) for cell in (None, 7, 7.0, 7.5)] == ["", "7", "7", "7.5"]
