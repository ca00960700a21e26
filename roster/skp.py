"""Reads yearly SKP ratings: of whom, for which year, results and conduct, and by whom."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from domain.nip import InvalidNip, parse_nip
from domain.performance import Judgement
from roster.nip_cell import nip_in
from roster.reading import Reading, UnreadableFile
from roster.table import Column, Line, find_table, lines
from roster.workbook import read_grids

COLUMNS = (
    Column("nip", ("nip", "NIP/NI PPPK", "NIP pegawai"), key=True),
    Column("year", ("tahun", "tahun penilaian"), key=True),
    Column("result", ("hasil_kerja", "rating hasil kerja")),
    Column("conduct", ("perilaku_kerja", "rating perilaku kerja", "perilaku")),
    Column("assessor", ("pejabat_penilai_nip", "nip pejabat penilai", "nip penilai"), required=False),
)
FIRST_YEAR = 2014  # PP 46/2011 brought the SKP from 2014

_JUDGEMENTS = {
    "1": Judgement.ABOVE, "atas": Judgement.ABOVE, "di atas ekspektasi": Judgement.ABOVE,
    "diatas ekspektasi": Judgement.ABOVE, "2": Judgement.AS_EXPECTED, "sesuai": Judgement.AS_EXPECTED,
    "sesuai ekspektasi": Judgement.AS_EXPECTED, "3": Judgement.BELOW, "bawah": Judgement.BELOW,
    "di bawah ekspektasi": Judgement.BELOW, "dibawah ekspektasi": Judgement.BELOW,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SkpRow:
    """The rating of a calendar year. `assessor_nip` is None where the file does not say or it is
    nobody of the register; `row` (the spreadsheet line) does not take part in comparison.
    """

    nip: str
    year: int
    result: Judgement
    conduct: Judgement
    assessor_nip: str | None
    row: int = field(default=0, compare=False)


def read_skp(path: Path | str, known_nips: Collection[str], today: date) -> Reading[SkpRow]:
    """Ratings of a CSV or XLSX file with columns nip, tahun, hasil_kerja, perilaku_kerja and, if
    there is one, pejabat_penilai_nip; judgements as SIASN's codes 1 to 3 or in words.

    Codes of errors: those of InvalidNip, nip_number, person_unknown, year_invalid, year_not_over,
    judgement_unknown, self_assessment, rating_duplicate, and those of UnreadableFile. Warnings:
    assessor_empty, assessor_unknown.
    """
    try:
        table = find_table(read_grids(path), COLUMNS)
    except UnreadableFile as unreadable:
        return Reading((), (unreadable.issue,), (), 0)
    examined = list(lines(table))
    seen: dict[tuple[str, int], int] = {}
    says_who = "assessor" in table.headers
    found = [_rating(line, known_nips, today, seen, says_who=says_who) for line in examined]
    return Reading(
        rows=tuple(row for row in found if row is not None),
        errors=tuple(issue for line in examined for issue in line.errors),
        warnings=tuple(issue for line in examined for issue in line.warnings),
        records=len(examined),
    )


def _rating(
    line: Line, known_nips: Collection[str], today: date, seen: dict[tuple[str, int], int], *, says_who: bool
) -> SkpRow | None:
    nip, year = nip_in(line), _year(line, today)
    result, conduct = _judgement(line, "result"), _judgement(line, "conduct")
    if nip is not None and nip.text not in known_nips:
        line.fault("nip", "person_unknown", "Pegawai dengan NIP ini tidak ada dalam daftar pegawai.")
    if nip is not None and year is not None:
        first = seen.setdefault((nip.text, year), line.row)
        if first != line.row:
            line.fault(
                "year", "rating_duplicate", f"Penilaian pegawai ini untuk {year} sudah ada di baris {first}."
            )
    assessor = _assessor(line, known_nips) if says_who else None
    if nip is not None and assessor == nip.text:
        line.fault("assessor", "self_assessment", "Pejabat penilai tidak boleh menilai dirinya sendiri.")
    if nip is None or year is None or result is None or conduct is None or line.errors:
        return None
    return SkpRow(nip.text, year, result, conduct, assessor, line.row)


def _year(line: Line, today: date) -> int | None:
    text = line.text("year")
    if not re.fullmatch(r"[0-9]{4}", text) or int(text) < FIRST_YEAR:
        line.fault("year", "year_invalid", f"Tahun harus empat angka, paling awal {FIRST_YEAR}.")
        return None
    year = int(text)
    if year >= today.year:
        line.fault("year", "year_not_over", f"Tahun {year} belum berakhir, jadi belum dapat dinilai.")
        return None
    return year


def _judgement(line: Line, name: str) -> Judgement | None:
    found = _JUDGEMENTS.get(line.text(name).casefold())
    if found is None:
        line.fault(
            name,
            "judgement_unknown",
            "Isi 1 (di atas ekspektasi), 2 (sesuai ekspektasi), atau 3 (di bawah ekspektasi).",
        )
    return found


def _assessor(line: Line, known_nips: Collection[str]) -> str | None:
    text = line.text("assessor")
    if not text:
        line.warn("assessor", "assessor_empty", "Pejabat penilai belum diisi.")
        return None
    try:
        nip = parse_nip(text).text
    except InvalidNip:
        nip = text
    if nip not in known_nips:
        line.warn("assessor", "assessor_unknown", "Pejabat penilai tidak ada dalam daftar pegawai.")
        return None
    return nip
