"""What reading a file yields: typed rows, and what is wrong with the rest, told by row and column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row_co = TypeVar("Row_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of a file.

    `row` is the line as a spreadsheet shows it (0: the file as a whole), `column` the header as
    the file writes it ("" when no column is meant), `code` stable, `message` one Indonesian
    sentence that helps to mend it and never repeats the whole record.
    """

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[Row_co]):
    """The good rows of a file in file order, its errors and warnings by row.

    `records` counts every record, good or bad; a row with an error is never among `rows`.
    """

    rows: tuple[Row_co, ...]
    errors: tuple[Issue, ...]
    warnings: tuple[Issue, ...]
    records: int


class UnreadableFile(Exception):
    """The file as a whole cannot be read; `issue` says why, with a stable code.

    Codes: file_missing, file_empty, file_too_big, file_encrypted, file_old_format, file_macro,
    file_unsafe, file_not_table, file_broken, encoding_unknown, too_many_rows, header_missing,
    column_missing.
    """

    def __init__(self, code: str, message: str, *, row: int = 0, column: str = "") -> None:
        self.issue = Issue(row, column, code, message)
        super().__init__(message)
