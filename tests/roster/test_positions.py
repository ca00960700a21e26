"""Positions are read with their kind, echelon and grades, which must agree."""

from collections.abc import Callable
from pathlib import Path

import pytest

from roster.generate_files import write_positions_csv
from roster.generator import Agency
from roster.positions import read_positions
from roster.units import UnitRow

HEADER = "kode,nama_jabatan,kode_unit,eselon,jenis,gol_min,gol_maks\n"
UNITS = (UnitRow("1", "Kota", None),)


def test_a_written_list_reads_back_as_itself(agency: Agency, tmp_path: Path) -> None:
    write_positions_csv(agency, tmp_path / "p.csv")
    reading = read_positions(tmp_path / "p.csv", agency.units)
    assert (reading.rows, reading.errors) == (agency.positions, ())


def test_spellings_are_made_one(csv_file: Callable[[str], Path]) -> None:
    (position,) = read_positions(
        csv_file(HEADER + "P1, Kepala  Bidang,1,iii.B,administrator,III/ D,iv/a\n"), UNITS
    ).rows
    assert (position.name, position.eselon, position.kind) == ("Kepala Bidang", "III.b", "ADMINISTRATOR")
    assert (position.grade_min, position.grade_max) == ("III/d", "IV/a")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",Lurah,1,IV.a,PENGAWAS,III/b,III/d", "kode", "code_empty"),
        ("P2,,1,IV.a,PENGAWAS,III/b,III/d", "nama_jabatan", "name_empty"),
        ("P1,Lurah,1,IV.a,PENGAWAS,III/b,III/d", "kode", "position_duplicate"),
        ("P2,Lurah,9,IV.a,PENGAWAS,III/b,III/d", "kode_unit", "unit_unknown"),
        ("P2,Lurah,1,IV.a,RAJA,III/b,III/d", "jenis", "kind_unknown"),
        ("P2,Lurah,1,VI.a,PENGAWAS,III/b,III/d", "eselon", "eselon_unknown"),
        ("P2,Lurah,1,II.a,PENGAWAS,III/b,III/d", "eselon", "eselon_mismatch"),
        ("P2,Lurah,1,,PENGAWAS,III/b,III/d", "eselon", "eselon_mismatch"),
        ("P2,Guru,1,IV.a,FUNGSIONAL,III/b,III/d", "eselon", "eselon_mismatch"),
        ("P2,Lurah,1,IV.a,PENGAWAS,V/a,III/d", "gol_min", "grade_unknown"),
        ("P2,Lurah,1,IV.a,PENGAWAS,III/d,III/b", "gol_min", "grade_order"),
        ("P2,Lurah,1,IV.a,PENGAWAS,IX,III/b", "gol_min", "grade_order"),
    ],
)
def test_a_fault_is_told_by_row_column_and_code(
    row: str, column: str, code: str, csv_file: Callable[[str], Path]
) -> None:
    good = "P1,Wali Kota,1,,PPK,,\n"
    reading = read_positions(csv_file(f"{HEADER}{good}{row}\n"), UNITS)
    assert [(issue.row, issue.column, issue.code) for issue in reading.errors] == [(3, column, code)]
    assert [position.position_id for position in reading.rows] == ["P1"]
