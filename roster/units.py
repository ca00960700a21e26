"""Reads the agency's units into a tree without holes, loops or second roots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from roster.reading import Reading, UnreadableFile
from roster.table import Column, Line, find_table, lines
from roster.workbook import read_grids

COLUMNS = (
    Column("unit_id", ("kode", "kode unit", "kode unor", "kode unit kerja"), key=True),
    Column("name", ("nama", "nama unit", "nama unor", "nama unit kerja", "unit kerja"), key=True),
    Column("parent_id", ("kode induk", "induk", "kode unit induk", "kode atasan")),
)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the agency; the root alone has no parent."""

    unit_id: str
    name: str
    parent_id: str | None


def read_units(path: Path | str, existing: Iterable[UnitRow] = ()) -> Reading[UnitRow]:
    """Units of a CSV or XLSX file with columns kode, nama, kode_induk.

    `existing` units may be parents and are replaced by rows of the same code. Together with
    them the good rows always form one tree. Codes of errors: code_empty, name_empty,
    unit_duplicate, unit_parent_unknown, unit_parent_refused, unit_cycle, unit_root_second, and
    those of UnreadableFile.
    """
    try:
        table = find_table(read_grids(path), COLUMNS)
    except UnreadableFile as unreadable:
        return Reading((), (unreadable.issue,), (), 0)
    examined = [(line, _unit(line)) for line in lines(table)]
    _refuse_duplicates(examined)
    _refuse_broken_tree(examined, {unit.unit_id: unit for unit in existing})
    return Reading(
        rows=tuple(unit for line, unit in examined if not line.errors),
        errors=tuple(issue for line, _ in examined for issue in line.errors),
        warnings=(),
        records=len(examined),
    )


def _unit(line: Line) -> UnitRow:
    unit = UnitRow(line.text("unit_id"), line.text("name"), line.text("parent_id") or None)
    if not unit.unit_id:
        line.fault("unit_id", "code_empty", "Kode unit belum diisi.")
    if not unit.name:
        line.fault("name", "name_empty", "Nama unit belum diisi.")
    return unit


def _refuse_duplicates(examined: list[tuple[Line, UnitRow]]) -> None:
    first_rows: dict[str, int] = {}
    for line, unit in examined:
        first = first_rows.setdefault(unit.unit_id, line.row) if unit.unit_id else line.row
        if first != line.row:
            line.fault("unit_id", "unit_duplicate", f"Kode unit ini sudah dipakai di baris {first}.")


def _refuse_broken_tree(examined: list[tuple[Line, UnitRow]], existing: Mapping[str, UnitRow]) -> None:
    """Refuse rows that break the tree, until the rest and the existing units form one.

    A refused row leaves its unit's existing version in place, which may break the tree again.
    """
    row_of = {unit.unit_id: line.row for line, unit in reversed(examined)}
    while True:
        good = [(line, unit) for line, unit in examined if not line.errors]
        known = dict(existing) | {unit.unit_id: unit for _, unit in good}
        looping, root = _on_cycles(known), _root(existing, known, good)
        for line, unit in good:
            if unit.parent_id is None and unit.unit_id != root:
                line.fault(
                    "parent_id", "unit_root_second", f"Kode induk kosong, padahal unit puncak sudah {root}."
                )
            elif unit.parent_id is not None and unit.parent_id not in known:
                _refuse_parent(line, unit.parent_id, row_of)
            elif unit.unit_id in looping:
                line.fault(
                    "parent_id", "unit_cycle", "Unit ini di bawah dirinya sendiri; perbaiki kode induk."
                )
        refused = [unit.unit_id for line, unit in good if line.errors and unit.unit_id not in existing]
        if all(not line.errors for line, _ in good):
            return
        _refuse_below(refused, good, row_of)


def _root(
    existing: Mapping[str, UnitRow], known: Mapping[str, UnitRow], good: list[tuple[Line, UnitRow]]
) -> str | None:
    """The existing root if it stays one, else the first that the file names."""
    candidates = [*existing, *(unit.unit_id for _, unit in good)]
    return next((code for code in candidates if known[code].parent_id is None), None)


def _on_cycles(known: Mapping[str, UnitRow]) -> set[str]:
    """Codes of the units that are their own ancestors; linear in the number of units."""
    settled: set[str] = set()
    looping: set[str] = set()
    for code in known:
        path: dict[str, None] = {}
        current: str | None = code
        while current is not None and current in known and current not in settled and current not in path:
            path[current] = None
            current = known[current].parent_id
        if current in path:
            steps = list(path)
            looping.update(steps[steps.index(current) :])
        settled.update(path)
    return looping


def _refuse_parent(line: Line, parent_id: str, row_of: Mapping[str, int]) -> None:
    if parent_id in row_of:
        line.fault("parent_id", "unit_parent_refused", f"Baris unit induknya ({row_of[parent_id]}) salah.")
    else:
        line.fault("parent_id", "unit_parent_unknown", f"Unit induk {parent_id} tidak dikenal.")


def _refuse_below(refused: list[str], good: list[tuple[Line, UnitRow]], row_of: Mapping[str, int]) -> None:
    """Whatever hangs below a refused new unit has nothing to hang on."""
    children: dict[str | None, list[tuple[Line, UnitRow]]] = {}
    for line, unit in good:
        children.setdefault(unit.parent_id, []).append((line, unit))
    while refused:
        parent_id = refused.pop()
        for line, unit in children.get(parent_id, ()):
            if not line.errors:
                _refuse_parent(line, parent_id, row_of)
                refused.append(unit.unit_id)
