"""Writes a synthetic agency as personnel offices hand it over: tidy CSV lists, untidy nominatif."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from random import Random

from openpyxl import Workbook

from roster.generate_faults import Cells, PlantedFault, plant_faults
from roster.generator import Agency
from roster.workbook import Cell

HEADERS = (
    "NO", "NIP", "NAMA", "L/P", "TGL LAHIR", "GOL. RUANG", "TMT GOL", "KODE JABATAN", "JABATAN",
    "TMT JABATAN", "UNIT KERJA", "TMT CPNS", "PENDIDIKAN", "KEDUDUKAN HUKUM",
)  # fmt: skip
HEADER_ROW = 5
ROWS_BETWEEN_BLANKS = 2_500

_MONTHS = (
    "JANUARI", "FEBRUARI", "MARET", "APRIL", "MEI", "JUNI", "JULI", "AGUSTUS", "SEPTEMBER", "OKTOBER",
    "NOVEMBER", "DESEMBER",
)  # fmt: skip


def write_units_csv(agency: Agency, path: Path) -> None:
    """UTF-8, comma: kode, nama, kode_induk."""
    rows = ((unit.unit_id, unit.name, unit.parent_id or "") for unit in agency.units)
    _write_csv(path, ("kode", "nama", "kode_induk"), rows)


def write_positions_csv(agency: Agency, path: Path) -> None:
    """UTF-8, comma: kode, nama_jabatan, kode_unit, eselon, jenis, gol_min, gol_maks."""
    rows = (
        (p.position_id, p.name, p.unit_id, p.eselon or "", p.kind, p.grade_min or "", p.grade_max or "")
        for p in agency.positions
    )
    header = ("kode", "nama_jabatan", "kode_unit", "eselon", "jenis", "gol_min", "gol_maks")
    _write_csv(path, header, rows)


def write_nominatif_xlsx(
    agency: Agency, path: Path, plant: Mapping[str, int] | None = None, seed: int = 1
) -> tuple[PlantedFault, ...]:
    """A nominatif workbook with title rows, mixed dates, spaced NIPs, blank rows and a signature.

    `plant` maps an issue code of `roster.generate_faults.FAULTS` to how often it is planted;
    returns what was planted where. Without it the file has no fault.
    """
    random = Random(seed)  # noqa: S311 (the same seed must give the same file)
    people = _people(agency, random)
    rows = _spread(people)
    faults = plant_faults(people, rows, plant or {}, random)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DAFTAR NOMINATIF")
    day = agency.as_of
    sheet.append(["DAFTAR NOMINATIF PEGAWAI APARATUR SIPIL NEGARA"])
    sheet.append(["PEMERINTAH KOTA SERANG"])
    sheet.append([f"KEADAAN: {day.day} {_MONTHS[day.month - 1]} {day.year}"])
    sheet.append([])
    sheet.append(list(HEADERS))
    written = HEADER_ROW
    for row, cells in zip(rows, people, strict=True):
        for _ in range(row - written - 1):
            sheet.append([])
        sheet.append([cells[header] for header in HEADERS])
        written = row
    signature_column = [None] * HEADERS.index("TMT JABATAN")
    sheet.append([])
    sheet.append([*signature_column, f"Serang, {day.day} {_MONTHS[day.month - 1].title()} {day.year}"])
    sheet.append([*signature_column, "KEPALA BKPSDM"])
    book.save(path)
    return faults


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _people(agency: Agency, random: Random) -> list[Cells]:
    unit_names = {unit.unit_id: unit.name for unit in agency.units}
    position_names = {position.position_id: position.name for position in agency.positions}
    return [
        {
            "NO": number,
            "NIP": _untidy_nip(person.nip, random),
            "NAMA": _untidy_name(person.name, random),
            "L/P": person.sex,
            "TGL LAHIR": _untidy_date(person.birth_date, random),
            "GOL. RUANG": _untidy_grade(person.grade, random),
            "TMT GOL": _untidy_date(person.grade_since, random),
            "KODE JABATAN": person.position_id,
            "JABATAN": position_names[person.position_id],
            "TMT JABATAN": _untidy_date(person.position_since, random),
            "UNIT KERJA": unit_names[person.unit_id],
            "TMT CPNS": _untidy_date(person.appointed_on, random) if person.appointed_on else None,
            "PENDIDIKAN": person.education,
            "KEDUDUKAN HUKUM": person.employment_status,
        }
        for number, person in enumerate(agency.employees, 1)
    ]


def _spread(people: list[Cells]) -> list[int]:
    """The spreadsheet row of each person, a blank row coming after every so many."""
    between = min(ROWS_BETWEEN_BLANKS, max(len(people) // 2, 1))
    return [HEADER_ROW + 1 + place + place // between for place in range(len(people))]


def _untidy_nip(nip: str, random: Random) -> str:
    lot = random.random()
    if lot < 0.15:
        return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
    return f"'{nip}" if lot < 0.20 else nip


def _untidy_name(name: str, random: Random) -> str:
    shown = name.upper() if random.random() < 0.4 else name
    return f"{shown}  " if random.random() < 0.07 else shown


def _untidy_grade(grade: str, random: Random) -> str:
    return grade.replace("/", "/ ").upper() if random.random() < 0.1 else grade


def _untidy_date(day: date, random: Random) -> Cell:
    return datetime.combine(day, time.min) if random.random() < 0.5 else f"{day:%d-%m-%Y}"
