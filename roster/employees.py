"""Reads people from a *daftar nominatif*: who they are, their grade, their post and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from domain.employment import (
    ACTIVE,
    UnknownEducation,
    UnknownEmploymentStatus,
    parse_education,
    parse_employment_status,
)
from domain.grades import UnknownGrade, parse_grade
from domain.nip import Nip
from roster.nip_cell import nip_in
from roster.placement import Structure
from roster.positions import PositionRow
from roster.reading import Reading, UnreadableFile
from roster.table import Column, Line, find_table, lines
from roster.units import UnitRow
from roster.workbook import read_grids

NAME_LENGTH = 200

COLUMNS = (
    Column("nip", ("NIP", "NIP/NI PPPK", "NIP / NI PPPK", "NIP BARU", "NI PPPK"), key=True),
    Column("name", ("NAMA", "NAMA PEGAWAI", "NAMA LENGKAP"), key=True),
    Column("sex", ("L/P", "JENIS KELAMIN", "JK", "SEX"), required=False),
    Column("birth_date", ("TGL LAHIR", "TANGGAL LAHIR", "TGL. LAHIR"), required=False),
    Column("grade", ("GOL. RUANG", "GOL", "GOLONGAN", "GOLONGAN RUANG", "GOL/RUANG", "PANGKAT/GOL")),
    Column("grade_since", ("TMT GOL", "TMT GOLONGAN", "TMT PANGKAT", "TMT GOL. RUANG")),
    Column("position_id", ("KODE JABATAN", "KODE JAB"), key=True, substitute="position_name"),
    Column("position_name", ("JABATAN", "NAMA JABATAN"), required=False),
    Column("position_since", ("TMT JABATAN", "TMT JAB")),
    Column("unit", ("UNIT KERJA", "UNIT", "UNOR", "KODE UNIT", "UNIT ORGANISASI", "SATUAN KERJA")),
    Column("appointed_on", ("TMT CPNS", "TMT CPNS/PPPK", "TMT PPPK", "TMT PENGANGKATAN"), required=False),
    Column("education", ("PENDIDIKAN", "PENDIDIKAN TERAKHIR", "TINGKAT PENDIDIKAN"), required=False),
    Column("employment_status", ("KEDUDUKAN HUKUM", "KEDUDUKAN", "STATUS KEDUDUKAN")),
)

_SEXES: dict[str, Literal["L", "P"]] = {
    "l": "L", "lk": "L", "laki-laki": "L", "pria": "L", "1": "L",
    "p": "P", "pr": "P", "perempuan": "P", "wanita": "P", "2": "P",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmployeeRow:
    """A person and the post they hold; `grade` and `education` are canonical codes.

    `employment_status` is SIASN's two-digit *kedudukan hukum*. Sex, birth date and appointment
    come from the NIP when the file leaves them out; of a PPPK the appointment may be unknown.
    `row` (the spreadsheet line) does not take part in comparison.
    """

    nip: str
    nip_kind: Literal["PNS", "PPPK"]
    name: str
    sex: Literal["L", "P"]
    birth_date: date
    grade: str
    grade_since: date
    position_id: str
    position_since: date
    unit_id: str
    appointed_on: date | None
    education: str | None
    employment_status: str = ACTIVE
    row: int = field(default=0, compare=False)


def read_employees(
    path: Path | str,
    units: Iterable[UnitRow],
    positions: Iterable[PositionRow],
    existing_nips: Mapping[str, str | None],
    today: date,
) -> Reading[EmployeeRow]:
    """People of a nominatif workbook or CSV file, one post each, nobody and no post twice.

    `existing_nips` maps the NIP of everybody known already to the position that they hold, so
    that a post is not given away while its holder is absent from the file. Codes of errors:
    those of InvalidNip, nip_number, nip_duplicate, name_empty, name_too_long, sex_unknown,
    grade_unknown, grade_scheme, date_invalid, date_empty, position_date_future,
    education_unknown, status_unknown, position_held_twice, position_taken, those of
    Structure.place and of UnreadableFile. Warnings: birth_mismatch, sex_mismatch,
    appointment_mismatch and those of Structure.place.

    Only a post may not begin after `today`: grade decrees are issued months ahead of their date.
    """
    try:
        table = find_table(read_grids(path), COLUMNS)
    except UnreadableFile as unreadable:
        return Reading((), (unreadable.issue,), (), 0)
    examination = _Examination(Structure(units, positions), today)
    examined = list(lines(table))
    found = [(line, row) for line in examined if (row := examination.employee(line)) is not None]
    _refuse_taken_positions(found, existing_nips)
    return Reading(
        rows=tuple(row for line, row in found if not line.errors),
        errors=tuple(issue for line in examined for issue in line.errors),
        warnings=tuple(issue for line in examined for issue in line.warnings),
        records=len(examined),
    )


class _Examination:
    """Examines the lines of one file in order, remembering whom and which posts it has seen."""

    def __init__(self, structure: Structure, today: date) -> None:
        self._structure = structure
        self._today = today
        self._nip_rows: dict[str, int] = {}
        self._position_rows: dict[str, int] = {}

    def employee(self, line: Line) -> EmployeeRow | None:
        """The person on a line, or None with the line's faults."""
        nip = nip_in(line)
        repeated = nip is not None and self._is_repeated(line, nip)
        name = _name(line)
        sex, birth_date = _sex(line), line.date_in("birth_date")
        grade = _grade(line, nip)
        grade_since = line.required_date_in("grade_since")
        unit, position = self._structure.place(line)
        position_since = self._position_since(line)
        appointed_on = line.date_in("appointed_on")
        education, status = _education(line), _employment_status(line)
        if nip is not None and not repeated:
            _compare_with_nip(line, nip, sex, birth_date, appointed_on)
        if position is not None and not repeated:
            self._claim(line, position)
        if nip is None or unit is None or position is None or status is None:
            return None
        if grade is None or grade_since is None or position_since is None or line.errors:
            return None
        return EmployeeRow(
            nip=nip.text,
            nip_kind=nip.kind,
            name=name,
            sex=sex or nip.sex,
            birth_date=birth_date or nip.birth_date,
            grade=grade,
            grade_since=grade_since,
            position_id=position.position_id,
            position_since=position_since,
            unit_id=unit.unit_id,
            appointed_on=appointed_on or nip.appointed_on,
            education=education,
            employment_status=status,
            row=line.row,
        )

    def _is_repeated(self, line: Line, nip: Nip) -> bool:
        """A repeated NIP is the later line's fault, and belongs to the earlier line's person."""
        first = self._nip_rows.setdefault(nip.text, line.row)
        if first == line.row:
            return False
        line.fault("nip", "nip_duplicate", f"NIP ini sudah ada di baris {first}.")
        return True

    def _position_since(self, line: Line) -> date | None:
        since = line.required_date_in("position_since")
        if since is not None and since > self._today:
            line.fault(
                "position_since", "position_date_future", "TMT jabatan di masa depan; periksa tahunnya."
            )
        return since

    def _claim(self, line: Line, position: PositionRow) -> None:
        first = self._position_rows.setdefault(position.position_id, line.row)
        if first != line.row:
            line.fault(
                "position_id", "position_held_twice", f"Jabatan ini sudah dipegang pegawai di baris {first}."
            )


def _name(line: Line) -> str:
    name = line.text("name")
    if not name:
        line.fault("name", "name_empty", "Nama belum diisi.")
    elif len(name) > NAME_LENGTH:
        line.fault("name", "name_too_long", f"Nama melebihi {NAME_LENGTH} huruf.")
    return name


def _sex(line: Line) -> Literal["L", "P"] | None:
    text = line.text("sex")
    if not text:
        return None
    sex = _SEXES.get(text.casefold())
    if sex is None:
        line.fault("sex", "sex_unknown", "Jenis kelamin harus L atau P.")
    return sex


def _grade(line: Line, nip: Nip | None) -> str | None:
    try:
        grade = parse_grade(line.text("grade"))
    except UnknownGrade as unknown:
        line.fault("grade", "grade_unknown", str(unknown))
        return None
    if nip is not None and grade.scheme != nip.kind:
        line.fault("grade", "grade_scheme", f"Golongan ini bukan golongan {nip.kind} seperti menurut NIP.")
    return grade.code


def _education(line: Line) -> str | None:
    text = line.text("education")
    if not text:
        return None
    try:
        return parse_education(text).code
    except UnknownEducation as unknown:
        line.fault("education", "education_unknown", str(unknown))
        return None


def _employment_status(line: Line) -> str | None:
    try:
        return parse_employment_status(line.text("employment_status"))
    except UnknownEmploymentStatus as unknown:
        line.fault("employment_status", "status_unknown", str(unknown))
        return None


def _compare_with_nip(
    line: Line, nip: Nip, sex: str | None, birth_date: date | None, appointed_on: date | None
) -> None:
    """The profile may differ from the NIP, which is never corrected: a warning, not an error."""
    if birth_date is not None and birth_date != nip.birth_date:
        line.warn("birth_date", "birth_mismatch", "Tanggal lahir berbeda dengan yang tertulis dalam NIP.")
    if sex is not None and sex != nip.sex:
        line.warn("sex", "sex_mismatch", "Jenis kelamin berbeda dengan yang tertulis dalam NIP.")
    if appointed_on is not None and (
        appointed_on.year != nip.appointment_year
        or (nip.appointment_month is not None and appointed_on.month != nip.appointment_month)
    ):
        line.warn("appointed_on", "appointment_mismatch", "TMT pengangkatan berbeda dengan NIP.")


def _refuse_taken_positions(
    found: list[tuple[Line, EmployeeRow]], existing_nips: Mapping[str, str | None]
) -> None:
    """A post stays its known holder's unless a good row of this file moves that person away."""
    holders = {position: nip for nip, position in existing_nips.items() if position is not None}
    claims = {row.position_id: (line, row) for line, row in found if not line.errors}
    movers = {row.nip: row.position_id for line, row in found if not line.errors}
    # Refusing a row leaves its person in their old post, which may refuse the next row.
    waiting = list(claims.values())
    while waiting:
        line, row = waiting.pop()
        holder = holders.get(row.position_id)
        if line.errors or holder is None or movers.get(holder, row.position_id) != row.position_id:
            continue
        if holder == row.nip:
            continue
        line.fault(
            "position_id",
            "position_taken",
            "Jabatan ini masih dipegang pegawai lain yang tidak dipindahkan oleh berkas ini.",
        )
        movers.pop(row.nip, None)
        old = existing_nips.get(row.nip)
        if old is not None and old in claims:
            waiting.append(claims[old])
