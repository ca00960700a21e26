"""A nominatif is read whole: every fault is told by row, column and reason, and nothing else is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from roster.employees import EmployeeRow, read_employees
from roster.generate_faults import FAULTS
from roster.generate_files import write_nominatif_xlsx
from roster.generator import Agency
from roster.positions import PositionRow
from roster.reading import Issue, Reading
from roster.units import UnitRow

TODAY = date(2026, 11, 24)
WARNINGS = {"birth_mismatch", "sex_mismatch"}
UNITS = (
    UnitRow("1", "Kota", None),
    UnitRow("1.1", "Dinas Sosial", "1"),
    UnitRow("1.2", "Dinas Arsip", "1"),
    UnitRow("1.1.1", "Sekretariat", "1.1"),
    UnitRow("1.2.1", "Sekretariat", "1.2"),
)
POSITIONS = tuple(
    PositionRow(code, name, unit, kind, None, None, None)  # type: ignore[arg-type]
    for code, name, unit, kind in (
        ("P1", "Arsiparis Terampil", "1.2", "FUNGSIONAL"),
        ("P2", "Pengadministrasi", "1.1", "PELAKSANA"),
        ("P3", "Pengadministrasi", "1.1", "PELAKSANA"),
        ("P4", "Penelaah", "1.2.1", "PELAKSANA"),
    )
)
HEADER = "NIP;NAMA;GOL. RUANG;TMT GOL;KODE JABATAN;JABATAN;TMT JABATAN;UNIT KERJA;KEDUDUKAN HUKUM"
SITI = "198006162007032001;Siti;III/a;01-04-2024;P1;Arsiparis Terampil;02-01-2024;Dinas Arsip;01"


def read(agency: Agency, path: Path, today: date = TODAY) -> Reading[EmployeeRow]:
    return read_employees(path, agency.units, agency.positions, {}, today)


def read_small(path: Path, existing: dict[str, str | None] | None = None) -> Reading[EmployeeRow]:
    return read_employees(path, UNITS, POSITIONS, existing or {}, TODAY)


def told(issues: tuple[Issue, ...]) -> list[tuple[int, str, str]]:
    return [(issue.row, issue.column, issue.code) for issue in issues]


@pytest.mark.parametrize("code", FAULTS)
def test_a_planted_fault_is_told_by_row_column_and_code_and_nothing_else_is(
    code: str, agency: Agency, tmp_path: Path
) -> None:
    planted = write_nominatif_xlsx(agency, tmp_path / "n.xlsx", plant={code: 2})
    reading = read(agency, tmp_path / "n.xlsx")
    expected = [(fault.row, fault.column, code) for fault in planted]
    assert told(reading.errors) == ([] if code in WARNINGS else expected)
    assert told(reading.warnings) == (expected if code in WARNINGS else [])
    assert len(reading.rows) == 200 - len(reading.errors)


def test_all_kinds_of_faults_are_found_in_one_file_and_the_rest_is_read(
    agency: Agency, tmp_path: Path
) -> None:
    planted = write_nominatif_xlsx(agency, tmp_path / "n.xlsx", plant=dict.fromkeys(FAULTS, 3))
    reading = read(agency, tmp_path / "n.xlsx")
    assert sorted(told((*reading.errors, *reading.warnings))) == sorted(
        (fault.row, fault.column, fault.code) for fault in planted
    )
    assert reading.records == 200
    assert all(
        issue.message.count(" ") >= 1 and issue.message.endswith(".")
        for issue in (*reading.errors, *reading.warnings)
    )


def test_an_untidy_file_reads_as_the_people_it_was_written_from(agency: Agency, tmp_path: Path) -> None:
    write_nominatif_xlsx(agency, tmp_path / "n.xlsx")
    reading = read(agency, tmp_path / "n.xlsx")
    assert (reading.errors, reading.warnings, reading.records) == ((), (), 200)
    people = [replace(person, name=person.name.upper()) for person in agency.employees]
    assert [replace(row, name=row.name.upper()) for row in reading.rows] == people


def test_the_same_file_twice_gives_the_same_rows(agency: Agency, tmp_path: Path) -> None:
    write_nominatif_xlsx(agency, tmp_path / "n.xlsx", plant={"name_empty": 4})
    first = read(agency, tmp_path / "n.xlsx")
    existing: dict[str, str | None] = {row.nip: row.position_id for row in first.rows}
    again = read_employees(tmp_path / "n.xlsx", agency.units, agency.positions, existing, TODAY)
    assert again == first


def test_rows_are_numbered_as_the_spreadsheet_shows_them_across_blank_rows(
    agency: Agency, tmp_path: Path
) -> None:
    write_nominatif_xlsx(agency, tmp_path / "n.xlsx")
    rows = [row.row for row in read(agency, tmp_path / "n.xlsx").rows]
    assert (rows[0], rows[99], rows[100], rows[-1]) == (6, 105, 107, 206)


def test_a_grade_may_begin_in_the_future_but_a_post_may_not(csv_file: Callable[[str], Path]) -> None:
    ahead = SITI.replace("01-04-2024", "01-12-2026").replace("02-01-2024", "25-11-2026")
    reading = read_small(csv_file(f"{HEADER}\n{ahead}\n"))
    assert told(reading.errors) == [(2, "TMT JABATAN", "position_date_future")]
    on_the_day = ahead.replace("25-11-2026", "24-11-2026")
    assert read_small(csv_file(f"{HEADER}\n{on_the_day}\n")).errors == ()


def test_what_the_file_leaves_out_comes_from_the_nip(csv_file: Callable[[str], Path]) -> None:
    (siti,) = read_small(csv_file(f"{HEADER}\n{SITI}\n")).rows
    assert (siti.sex, siti.birth_date, siti.appointed_on) == ("P", date(1980, 6, 16), date(2007, 3, 1))
    assert siti.education is None


def test_a_post_without_code_is_found_by_its_name_in_the_unit(csv_file: Callable[[str], Path]) -> None:
    by_name = SITI.replace("P1", "").replace("Arsiparis Terampil", " arsiparis  TERAMPIL ")
    (siti,) = read_small(csv_file(f"{HEADER}\n{by_name}\n")).rows
    assert siti.position_id == "P1"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("P1;Arsiparis Terampil", ";Guru", (2, "JABATAN", "position_unknown")),
        ("P1;Arsiparis Terampil", ";", (2, "KODE JABATAN", "position_empty")),
        ("Dinas Arsip", "Sekretariat", (2, "UNIT KERJA", "unit_ambiguous")),
        ("III/a", "IX", (2, "GOL. RUANG", "grade_scheme")),
        ("Siti", "S" * 201, (2, "NAMA", "name_too_long")),
    ],
)
def test_other_faults_of_a_row(
    old: str, new: str, fault: tuple[int, str, str], csv_file: Callable[[str], Path]
) -> None:
    assert told(read_small(csv_file(f"{HEADER}\n{SITI.replace(old, new)}\n")).errors) == [fault]


def test_a_name_shared_by_posts_of_a_unit_names_none_of_them(csv_file: Callable[[str], Path]) -> None:
    shared = SITI.replace("P1;Arsiparis Terampil", ";Pengadministrasi").replace("Dinas Arsip", "Dinas Sosial")
    reading = read_small(csv_file(f"{HEADER}\n{shared}\n"))
    assert told(reading.errors) == [(2, "JABATAN", "position_ambiguous")]


def test_a_unit_name_that_several_bear_is_settled_by_the_post(csv_file: Callable[[str], Path]) -> None:
    settled = SITI.replace("P1;Arsiparis Terampil", "P4;Penelaah").replace("Dinas Arsip", "Sekretariat")
    (siti,) = read_small(csv_file(f"{HEADER}\n{settled}\n")).rows
    assert siti.unit_id == "1.2.1"


def test_disagreements_with_the_list_of_posts_are_warnings(csv_file: Callable[[str], Path]) -> None:
    other = SITI.replace("Arsiparis Terampil", "Pranata").replace("Dinas Arsip", "1.1")
    reading = read_small(csv_file(f"{HEADER}\n{other}\n"))
    assert told(reading.warnings) == [
        (2, "JABATAN", "position_name_mismatch"),
        (2, "UNIT KERJA", "unit_mismatch"),
    ]
    assert len(reading.rows) == 1


def test_one_person_pasted_twice_is_one_fault(csv_file: Callable[[str], Path]) -> None:
    reading = read_small(csv_file(f"{HEADER}\n{SITI}\n{SITI}\n"))
    assert told(reading.errors) == [(3, "NIP", "nip_duplicate")]


def test_a_post_stays_its_holders_unless_the_file_moves_them(csv_file: Callable[[str], Path]) -> None:
    budi = "198006162007031001"
    alone = csv_file(f"{HEADER}\n{SITI}\n")
    assert told(read_small(alone, {budi: "P1"}).errors) == [(2, "KODE JABATAN", "position_taken")]
    budi_moves = f"{budi};Budi;III/a;01-04-2024;P2;Pengadministrasi;02-01-2024;Dinas Sosial;01"
    assert read_small(csv_file(f"{HEADER}\n{SITI}\n{budi_moves}\n"), {budi: "P1"}).errors == ()


def test_a_refused_move_keeps_its_post_from_others_in_turn(csv_file: Callable[[str], Path]) -> None:
    """Siti wants Budi's post, Budi wants Ani's, and Ani is not in the file."""
    budi, ani = "198006162007031001", "198006162007032009"
    budi_moves = f"{budi};Budi;III/a;01-04-2024;P2;Pengadministrasi;02-01-2024;Dinas Sosial;01"
    reading = read_small(csv_file(f"{HEADER}\n{SITI}\n{budi_moves}\n"), {budi: "P1", ani: "P2"})
    assert told(reading.errors) == [
        (2, "KODE JABATAN", "position_taken"),
        (3, "KODE JABATAN", "position_taken"),
    ]
