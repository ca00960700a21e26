"""Reads results of BKN's computerised competency and potential test (CACT, Peraturan BKN 4/2024)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from roster.nip_cell import nip_in
from roster.reading import Reading, UnreadableFile
from roster.table import Column, Line, find_table, lines
from roster.workbook import read_grids

COLUMNS = (
    Column("nip", ("nip", "NIP/NI PPPK", "NIP pegawai"), key=True),
    Column("tested_on", ("tanggal_tes", "tgl tes", "tanggal uji"), key=True),
    Column("potential", ("potensi", "nilai potensi")),
    Column("managerial_sociocultural", ("manajerial_sosiokultural", "manajerial dan sosiokultural")),
    Column("digital_literacy", ("literasi_digital",)),
    Column("emerging_skill", ("emerging_skill", "emerging skills")),
)
HIGHEST = 100


@dataclass(frozen=True, slots=True)
class CactRow:
    """One test of one person, each result from 0 to 100. `row` does not take part in comparison."""

    nip: str
    tested_on: date
    potential: int
    managerial_sociocultural: int
    digital_literacy: int
    emerging_skill: int
    row: int = field(default=0, compare=False)


def read_cact(path: Path | str, known_nips: Collection[str], today: date) -> Reading[CactRow]:
    """Results of a CSV or XLSX file with columns nip, tanggal_tes, potensi, manajerial_sosiokultural,
    literasi_digital and emerging_skill.

    Codes of errors: those of InvalidNip, nip_number, person_unknown, date_invalid, date_empty,
    test_date_future, score_invalid, test_duplicate, and those of UnreadableFile.
    """
    try:
        table = find_table(read_grids(path), COLUMNS)
    except UnreadableFile as unreadable:
        return Reading((), (unreadable.issue,), (), 0)
    examined = list(lines(table))
    seen: dict[tuple[str, date], int] = {}
    found = [_test(line, known_nips, today, seen) for line in examined]
    return Reading(
        rows=tuple(row for row in found if row is not None),
        errors=tuple(issue for line in examined for issue in line.errors),
        warnings=(),
        records=len(examined),
    )


def _test(
    line: Line, known_nips: Collection[str], today: date, seen: dict[tuple[str, date], int]
) -> CactRow | None:
    nip, tested_on = nip_in(line), line.required_date_in("tested_on")
    scores = [_score(line, name) for name in ("potential", *_COMPETENCIES)]
    if nip is not None and nip.text not in known_nips:
        line.fault("nip", "person_unknown", "Pegawai dengan NIP ini tidak ada dalam daftar pegawai.")
    if tested_on is not None and tested_on > today:
        line.fault("tested_on", "test_date_future", "Tanggal tes di masa depan; periksa tahunnya.")
    if nip is not None and tested_on is not None:
        first = seen.setdefault((nip.text, tested_on), line.row)
        if first != line.row:
            line.fault("tested_on", "test_duplicate", f"Tes pada hari ini sudah ada di baris {first}.")
    good = [score for score in scores if score is not None]
    if nip is None or tested_on is None or len(good) != len(scores) or line.errors:
        return None
    potential, managerial, digital, emerging = good
    return CactRow(nip.text, tested_on, potential, managerial, digital, emerging, line.row)


_COMPETENCIES = ("managerial_sociocultural", "digital_literacy", "emerging_skill")


def _score(line: Line, name: str) -> int | None:
    text = line.text(name)
    if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= HIGHEST:
        return int(text)
    line.fault(name, "score_invalid", f"Nilai harus bilangan bulat dari 0 sampai {HIGHEST}.")
    return None
