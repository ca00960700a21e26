"""Matches the unit and the post that a nominatif names to the agency's own, by code or by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from roster.positions import PositionRow
from roster.table import Line
from roster.units import UnitRow


class Structure:
    """Units and positions of the agency, found by code, by name, or by name within a unit."""

    def __init__(self, units: Iterable[UnitRow], positions: Iterable[PositionRow]) -> None:
        self._units = {unit.unit_id: unit for unit in units}
        self._positions = {position.position_id.upper(): position for position in positions}
        self._units_by_name: defaultdict[str, list[UnitRow]] = defaultdict(list)
        self._positions_by_name: defaultdict[tuple[str, str], list[PositionRow]] = defaultdict(list)
        for unit in self._units.values():
            self._units_by_name[_comparable(unit.name)].append(unit)
        for position in self._positions.values():
            self._positions_by_name[position.unit_id, _comparable(position.name)].append(position)

    def place(self, line: Line) -> tuple[UnitRow | None, PositionRow | None]:
        """The unit and position of a line; what cannot be found is a fault and None.

        Faults: unit_empty, unit_unknown, unit_ambiguous, position_empty, position_unknown,
        position_ambiguous. Warnings: unit_mismatch, position_name_mismatch.
        """
        position = self._position_by_code(line)
        unit = self._unit(line, position)
        if position is None and not line.text("position_id"):
            position = self._position_by_name(line, unit)
        if unit is not None and position is not None and position.unit_id != unit.unit_id:
            line.warn("unit", "unit_mismatch", f"Jabatan ini tercatat di unit {position.unit_id}.")
        return unit, position

    def _position_by_code(self, line: Line) -> PositionRow | None:
        code, name = line.text("position_id"), line.text("position_name")
        if not code:
            return None
        position = self._positions.get(code.upper())
        if position is None:
            line.fault("position_id", "position_unknown", "Kode jabatan tidak ada dalam daftar jabatan.")
        elif name and _comparable(name) != _comparable(position.name):
            line.warn("position_name", "position_name_mismatch", f"Kode jabatan ini berarti {position.name}.")
        return position

    def _unit(self, line: Line, position: PositionRow | None) -> UnitRow | None:
        text = line.text("unit")
        if not text:
            line.fault("unit", "unit_empty", "Unit kerja belum diisi.")
            return None
        if text in self._units:
            return self._units[text]
        named = self._units_by_name.get(_comparable(text), [])
        if len(named) > 1:
            named = [unit for unit in named if position is not None and position.unit_id == unit.unit_id]
            if not named:
                line.fault("unit", "unit_ambiguous", "Beberapa unit bernama sama; tulis kode unitnya.")
                return None
        if not named:
            line.fault("unit", "unit_unknown", "Unit kerja tidak ada dalam daftar unit.")
            return None
        return named[0]

    def _position_by_name(self, line: Line, unit: UnitRow | None) -> PositionRow | None:
        name = line.text("position_name")
        if not name:
            line.fault("position_id", "position_empty", "Jabatan belum diisi.")
            return None
        if unit is None:
            return None
        named = self._positions_by_name.get((unit.unit_id, _comparable(name)), [])
        if len(named) == 1:
            return named[0]
        if named:
            line.fault(
                "position_name", "position_ambiguous", "Beberapa jabatan unit ini bernama sama; isi kodenya."
            )
        else:
            line.fault("position_name", "position_unknown", "Jabatan ini tidak ada di unit kerja tersebut.")
        return None


def _comparable(text: str) -> str:
    return " ".join(text.split()).casefold()
