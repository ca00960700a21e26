"""Finds the table inside a sheet: its header among title rows, and its records among all the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

from roster.dates import InvalidDate, parse_date
from roster.reading import Issue, UnreadableFile
from roster.workbook import Cell, Grid

HEADER_WITHIN_ROWS = 30
_FEWEST_HEADER_CELLS = 2
_IDENTIFIER = re.compile(r"'?[A-Za-z]{0,2}[0-9][0-9 .\-]*")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table may have: the first of `titles` is its usual header.

    `required` columns must be present, unless the column named by `substitute` is. `key`
    columns tell a record from a title inside the table or a signature below it.
    """

    field: str
    titles: tuple[str, ...]
    required: bool = True
    key: bool = False
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table found: `headers` maps field to header text, `records` are (row number, cells)."""

    headers: Mapping[str, str]
    records: tuple[tuple[int, Mapping[str, Cell]], ...]


def find_table(grids: Iterable[Grid], columns: Sequence[Column]) -> Table:
    """The first sheet's table whose header has every required column among its first 30 rows.

    Title rows, blank rows, a row of column numbers under the header, section titles and a
    signature block are passed over. Raises UnreadableFile (header_missing, column_missing).
    """
    nearest: tuple[int, dict[str, int], Grid] | None = None
    for grid in grids:
        header_at, places = _header(grid, columns)
        if len(places) < _FEWEST_HEADER_CELLS:
            continue
        if not _missing(places, columns):
            return _table(grid, header_at, places, columns)
        if nearest is None or len(places) > len(nearest[1]):
            nearest = header_at, places, grid
    usual = ", ".join(column.titles[0] for column in columns if column.required)
    if nearest is None:
        raise UnreadableFile(
            "header_missing",
            f"Baris judul kolom tidak ditemukan dalam {HEADER_WITHIN_ROWS} baris pertama; "
            f"kolom yang diperlukan: {usual}.",
        )
    missing = ", ".join(_missing(nearest[1], columns))
    raise UnreadableFile(
        "column_missing", f"Kolom wajib tidak ada: {missing}.", row=nearest[0] + 1, column=missing
    )


def stream_records(
    sheets: Iterable[Iterator[tuple[Cell, ...]]], columns: Sequence[Column]
) -> Iterator[tuple[int, Mapping[str, Cell]]]:
    """The records of the first sheet whose header has every required column among its first 30 rows, one by
    one with their row numbers: every row below the header that is not blank, so that none is passed over
    silently. Raises UnreadableFile as `find_table` does.
    """
    known: list[Grid] = []
    for rows in sheets:
        head = list(islice(rows, HEADER_WITHIN_ROWS))
        header_at, places = _header(head, columns)
        if len(places) < _FEWEST_HEADER_CELLS or _missing(places, columns):
            known.append(head)
            continue
        numbered = enumerate(chain(head[header_at + 1 :], rows), header_at + 2)
        for row, cells in numbered:
            if not all(map(_is_blank, cells)):
                yield row, {field: cells[at] if at < len(cells) else None for field, at in places.items()}
        return
    find_table(known, columns)  # raises, with what is missing where most was found


def cell_text(cell: Cell) -> str:
    """A cell as text: unprintable characters and runs of blanks become one blank, ends stripped."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = cell if isinstance(cell, str) else str(cell)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class Line:
    """One record under examination: its cells by field, and the faults found in it so far."""

    def __init__(self, table: Table, row: int, cells: Mapping[str, Cell]) -> None:
        self.row = row
        self.errors: list[Issue] = []
        self.warnings: list[Issue] = []
        self._headers = table.headers
        self._cells = cells

    def raw(self, field: str) -> Cell:
        return self._cells.get(field)

    def text(self, field: str) -> str:
        return cell_text(self._cells.get(field))

    def date_in(self, field: str) -> date | None:
        """The date in a cell; a wrong one is a fault (date_invalid) and reads as None."""
        try:
            return parse_date(self._cells.get(field))
        except InvalidDate:
            self.fault(field, "date_invalid", "Tanggal ini tidak ada di kalender; tulis hari-bulan-tahun.")
            return None

    def required_date_in(self, field: str) -> date | None:
        """As `date_in`, and an empty cell is a fault too (date_empty)."""
        found = self.date_in(field)
        if found is None and not self.text(field):
            self.fault(field, "date_empty", "Tanggal belum diisi.")
        return found

    def fault(self, field: str, code: str, message: str) -> None:
        self.errors.append(self._issue(field, code, message))

    def warn(self, field: str, code: str, message: str) -> None:
        self.warnings.append(self._issue(field, code, message))

    def _issue(self, field: str, code: str, message: str) -> Issue:
        return Issue(self.row, self._headers.get(field, ""), code, message)


def lines(table: Table) -> Iterator[Line]:
    """The table's records in file order, ready to be examined."""
    for row, cells in table.records:
        yield Line(table, row, cells)


def plain(text: str) -> str:
    """Text as it is compared: letters and digits only, case folded ("GOL. RUANG" -> "golruang")."""
    return re.sub(r"[\W_]", "", text.casefold())


def _header(grid: Grid, columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """The index of the likeliest header row and the place of each field in it."""
    field_of = {plain(title): column.field for column in columns for title in column.titles}
    best: tuple[int, dict[str, int]] = (0, {})
    for index, row in enumerate(grid[:HEADER_WITHIN_ROWS]):
        places: dict[str, int] = {}
        for place, cell in enumerate(row):
            field = field_of.get(plain(cell)) if isinstance(cell, str) else None
            if field is not None:
                places.setdefault(field, place)
        if len(places) > len(best[1]):
            best = index, places
    return best


def _missing(places: Mapping[str, int], columns: Sequence[Column]) -> list[str]:
    return [
        column.titles[0]
        for column in columns
        if column.required and column.field not in places and column.substitute not in places
    ]


def _table(grid: Grid, header_at: int, places: Mapping[str, int], columns: Sequence[Column]) -> Table:
    headers = {field: cell_text(grid[header_at][place]) for field, place in places.items()}
    keys = [column.field for column in columns if column.key and column.field in places]
    found: list[tuple[int, dict[str, Cell]]] = []
    full_at = -1
    for index in range(header_at + 1, len(grid)):
        cells = {
            field: grid[index][place] if place < len(grid[index]) else None for field, place in places.items()
        }
        filled = {field for field, cell in cells.items() if not _is_blank(cell)}
        if not filled.intersection(keys):
            continue
        if len(filled) == 1 and not _identifies(cells[keys[0]]):
            continue
        if index == header_at + 1 and _numbers_columns(grid[index], len(places)):
            continue
        if len(filled) * 2 > len(places):
            full_at = len(found)
        found.append((index + 1, cells))
    return Table(headers, tuple(_without_signatures(found, full_at, keys)))


def _without_signatures(
    found: list[tuple[int, dict[str, Cell]]], full_at: int, keys: Sequence[str]
) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Below the last well-filled record only rows whose first key is an identifier are records."""
    for position, (row, cells) in enumerate(found):
        if position <= full_at or _identifies(cells[keys[0]]):
            yield row, cells


def _numbers_columns(row: Sequence[Cell], columns: int) -> bool:
    """Whether a row only counts all the columns, as in 1 2 3 or (1) (2) (3)."""
    numbers = [cell_text(cell).strip("()") for cell in row if not _is_blank(cell)]
    return len(numbers) >= columns and numbers == [str(n) for n in range(1, len(numbers) + 1)]


def _identifies(cell: Cell) -> bool:
    """Whether a cell reads as a code or NIP rather than as the words of a title or signature."""
    return _IDENTIFIER.fullmatch(cell_text(cell)) is not None


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
