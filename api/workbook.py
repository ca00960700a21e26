"""Tables as an XLSX workbook in which nothing is ever a formula, whatever somebody's name is."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from starlette.responses import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An XLSX workbook.",
        "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
    }
}
LONGEST_TITLE = 31
# What a spreadsheet takes for the beginning of a formula when somebody edits or saves the cell as CSV.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """One table. Values are text, numbers or None."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[str | int | float | None]]


def workbook(name: str, sheets: Iterable[Sheet]) -> Response:
    """The sheets as a file to be saved as `name`.xlsx."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:LONGEST_TITLE])
        page.freeze_panes = "A2"
        for index, column in enumerate(sheet.columns):
            page.column_dimensions[chr(ord("A") + index)].width = max(12, min(len(column) + 4, 40))
        page.append([_cell(page, column, bold=True) for column in sheet.columns])
        for row in sheet.rows:
            page.append([_cell(page, value) for value in row])
    written = io.BytesIO()
    book.save(written)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(written.getvalue(), media_type=XLSX, headers=headers)


def _cell(page: Any, value: str | float | None, *, bold: bool = False) -> Any:
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not bold and not text.startswith(FORMULA):
        return text
    cell = WriteOnlyCell(page, value=text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA)
    if bold:
        cell.font = Font(bold=True)
    return cell
