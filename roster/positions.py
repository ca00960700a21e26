"""Reads the agency's positions: where they are, what kind they are, which grades they take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from domain.employment import PositionKind, kind_of_echelon
from domain.grades import Grade, UnknownEchelon, UnknownGrade, parse_echelon, parse_grade
from roster.reading import Reading, UnreadableFile
from roster.table import Column, Line, find_table, lines
from roster.units import UnitRow
from roster.workbook import read_grids

COLUMNS = (
    Column("position_id", ("kode", "kode jabatan"), key=True),
    Column("name", ("nama_jabatan", "jabatan", "nama"), key=True),
    Column("unit_id", ("kode_unit", "kode unor", "kode unit kerja", "unit")),
    Column("echelon", ("eselon", "kode eselon")),
    Column("kind", ("jenis", "jenis jabatan")),
    Column("grade_min", ("gol_min", "golongan minimum", "gol terendah")),
    Column("grade_max", ("gol_maks", "gol_max", "golongan maksimum", "gol tertinggi")),
)


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A post; `eselon` ("III.b") is that of structural posts, grades are canonical codes."""

    position_id: str
    name: str
    unit_id: str
    kind: PositionKind
    eselon: str | None
    grade_min: str | None
    grade_max: str | None


def read_positions(path: Path | str, units: Iterable[UnitRow]) -> Reading[PositionRow]:
    """Positions of a CSV or XLSX file: kode, nama_jabatan, kode_unit, eselon, jenis, gol_min, gol_maks.

    `units` are all units that a position may stand in. Codes of errors: code_empty, name_empty,
    position_duplicate, unit_unknown, kind_unknown, eselon_unknown, eselon_mismatch,
    grade_unknown, grade_order, and those of UnreadableFile.
    """
    try:
        table = find_table(read_grids(path), COLUMNS)
    except UnreadableFile as unreadable:
        return Reading((), (unreadable.issue,), (), 0)
    known_units = {unit.unit_id for unit in units}
    first_rows: dict[str, int] = {}
    rows: list[PositionRow] = []
    examined = list(lines(table))
    for line in examined:
        row = _position(line, known_units, first_rows)
        if row is not None:
            rows.append(row)
    return Reading(
        rows=tuple(rows),
        errors=tuple(issue for line in examined for issue in line.errors),
        warnings=(),
        records=len(examined),
    )


def _position(line: Line, known_units: set[str], first_rows: dict[str, int]) -> PositionRow | None:
    code, name, unit_id = line.text("position_id"), line.text("name"), line.text("unit_id")
    if not code:
        line.fault("position_id", "code_empty", "Kode jabatan belum diisi.")
    elif (first := first_rows.setdefault(code, line.row)) != line.row:
        line.fault("position_id", "position_duplicate", f"Kode jabatan ini sudah dipakai di baris {first}.")
    if not name:
        line.fault("name", "name_empty", "Nama jabatan belum diisi.")
    if unit_id not in known_units:
        line.fault("unit_id", "unit_unknown", "Kode unit tidak ada dalam daftar unit.")
    kind, echelon = _kind_and_echelon(line)
    grade_min, grade_max = _grade(line, "grade_min"), _grade(line, "grade_max")
    if grade_min and grade_max and (grade_min.scheme != grade_max.scheme or grade_min > grade_max):
        line.fault("grade_min", "grade_order", "Golongan terendah melebihi golongan tertinggi.")
    if line.errors or kind is None:
        return None
    return PositionRow(
        position_id=code,
        name=name,
        unit_id=unit_id,
        kind=kind,
        eselon=echelon,
        grade_min=grade_min.code if grade_min else None,
        grade_max=grade_max.code if grade_max else None,
    )


def _kind_and_echelon(line: Line) -> tuple[PositionKind | None, str | None]:
    """Kind and echelon of a post, which must agree: all structural posts have one, no others do."""
    kind: PositionKind | None = None
    echelon: str | None = None
    try:
        kind = PositionKind(line.text("kind").upper())
    except ValueError:
        line.fault("kind", "kind_unknown", f"Jenis jabatan tidak dikenal; pilih {', '.join(PositionKind)}.")
    if text := line.text("echelon"):
        try:
            echelon = parse_echelon(text)
        except UnknownEchelon as unknown:
            line.fault("echelon", "eselon_unknown", str(unknown))
            return kind, None
    if kind is None:
        return None, echelon
    if echelon is not None and kind_of_echelon(echelon) is not kind:
        line.fault("echelon", "eselon_mismatch", f"Eselon {echelon} bukan untuk jenis jabatan {kind}.")
    elif echelon is None and kind.is_structural:
        line.fault("echelon", "eselon_mismatch", f"Jabatan {kind} harus mempunyai eselon.")
    return kind, echelon


def _grade(line: Line, field: str) -> Grade | None:
    text = line.text(field)
    if not text:
        return None
    try:
        return parse_grade(text)
    except UnknownGrade as unknown:
        line.fault(field, "grade_unknown", str(unknown))
        return None
