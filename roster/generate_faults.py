"""Faults to plant into a generated nominatif, each named by the issue code that must find it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from roster.workbook import Cell

Cells = dict[str, Cell]
"""One person's cells by header."""


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """A fault as planted: where, and by which code a reader must report it."""

    row: int
    column: str
    code: str


def _digits(cells: Cells) -> str:
    return re.sub(r"\D", "", str(cells["NIP"]))


def _nip(spoil: Callable[[str], Cell]) -> Callable[[Cells, Cells], str]:
    def plant(cells: Cells, _previous: Cells) -> str:
        cells["NIP"] = spoil(_digits(cells))
        return "NIP"

    return plant


def _value(column: str, value: Cell) -> Callable[[Cells, Cells], str]:
    def plant(cells: Cells, _previous: Cells) -> str:
        cells[column] = value
        return column

    return plant


def _previous_nip(cells: Cells, previous: Cells) -> str:
    cells["NIP"] = previous["NIP"]
    return "NIP"


def _previous_position(cells: Cells, previous: Cells) -> str:
    for column in ("KODE JABATAN", "JABATAN", "UNIT KERJA"):
        cells[column] = previous[column]
    return "KODE JABATAN"


def _other_sex(cells: Cells, _previous: Cells) -> str:
    cells["L/P"] = "P" if cells["L/P"] == "L" else "L"
    return "L/P"


FAULTS: dict[str, Callable[[Cells, Cells], str]] = {
    "nip_length": _nip(lambda nip: nip[:-1]),
    "nip_not_digits": _nip(lambda nip: f"{nip[:9]}O{nip[10:]}"),
    "nip_birth_date": _nip(lambda nip: f"{nip[:4]}0230{nip[8:]}"),
    "nip_month": _nip(lambda nip: f"{nip[:12]}13{nip[14:]}"),
    "nip_age": _nip(lambda nip: f"{nip[:8]}{int(nip[:4]) + 10}{nip[12:]}"),
    "nip_sex": _nip(lambda nip: f"{nip[:14]}3{nip[15:]}"),
    "nip_sequence": _nip(lambda nip: f"{nip[:15]}000"),
    "nip_number": _nip(float),
    "nip_duplicate": _previous_nip,
    "name_empty": _value("NAMA", "  "),
    "sex_unknown": _value("L/P", "X"),
    "grade_unknown": _value("GOL. RUANG", "V/a"),
    "unit_unknown": _value("UNIT KERJA", "Dinas Negeri Dongeng"),
    "unit_empty": _value("UNIT KERJA", None),
    "position_unknown": _value("KODE JABATAN", "P99999"),
    "position_held_twice": _previous_position,
    "date_invalid": _value("TMT JABATAN", "30-02-2024"),
    "date_empty": _value("TMT GOL", None),
    "position_date_future": _value("TMT JABATAN", "01-01-2031"),
    "education_unknown": _value("PENDIDIKAN", "Kursus"),
    "status_unknown": _value("KEDUDUKAN HUKUM", "10"),
    "birth_mismatch": _value("TGL LAHIR", "17-08-1945"),
    "sex_mismatch": _other_sex,
}
"""Issue code -> what makes it: changes one person's cells (given the person before) and names the column."""


def plant_faults(
    people: list[Cells], rows: list[int], plant: Mapping[str, int], random: Random
) -> tuple[PlantedFault, ...]:
    """Spoil as many people as `plant` says, each once and never two neighbours; ordered by row."""
    codes = [code for code, times in plant.items() for _ in range(times)]
    odd_places = range(1, len(people), 2)
    places = sorted(random.sample(odd_places, len(codes)))
    random.shuffle(codes)
    return tuple(
        PlantedFault(rows[place], FAULTS[code](people[place], people[place - 1]), code)
        for place, code in zip(places, codes, strict=True)
    )
