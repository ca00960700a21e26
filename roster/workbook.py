"""Opens a CSV or XLSX file, judged by its content, into plain grids of cell values.

Formulas are never evaluated: a formula cell has the value that the spreadsheet last stored.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from roster.reading import UnreadableFile

Cell = str | int | float | bool | datetime | date | time | timedelta | None
Rows = Iterator[tuple[Cell, ...]]
Grid = list[tuple[Cell, ...]]
"""Rows of one sheet from its first line on, blank ones included: row number = index + 1."""

MAX_FILE_BYTES = 20 * 2**20
MAX_UNPACKED_BYTES = 200 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 200

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ENCRYPTED_FLAG = 0x1
_CHUNK = 2**20


def read_grids(path: Path | str) -> Iterator[Grid]:
    """The sheets of the file at `path`, lazily; a text file yields one reading per delimiter.

    CSV may be UTF-8 (with or without BOM) or cp1252, delimited by comma, semicolon or tab.
    Raises UnreadableFile, and nothing else, for whatever is not such a file.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableFile("file_too_big", f"Berkas melebihi {MAX_FILE_BYTES // 2**20} MB.")
        content = file.read_bytes()
    except OSError:
        raise UnreadableFile("file_missing", "Berkas tidak ada atau tidak dapat dibuka.") from None
    return map(_grid, read_sheets(content))


def read_sheets(content: bytes) -> Iterator[Rows]:
    """As `read_grids` of a file's content, each sheet's rows one by one and however many; a sheet is read
    to its end or not at all before the next one.
    """
    if not content.strip():
        raise UnreadableFile("file_empty", "Berkas kosong.")
    if content.startswith(_ZIP):
        return _xlsx_sheets(content)
    if content.startswith(_OLE):
        raise _refusal_of_ole(content)
    return _text_sheets(content)


def _grid(rows: Rows) -> Grid:
    grid: Grid = []
    for row in rows:
        grid.append(row)
        _check_length(grid)
    return grid


def _refusal_of_ole(content: bytes) -> UnreadableFile:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return UnreadableFile("file_encrypted", "Berkas terkunci kata sandi; simpan ulang tanpa kata sandi.")
    return UnreadableFile("file_old_format", "Berkas Excel lama (.xls); simpan ulang sebagai .xlsx atau CSV.")


def _text_sheets(content: bytes) -> Iterator[Rows]:
    text = _decoded(content)
    for delimiter in ",;\t":
        yield _csv_rows(text, delimiter)


def _decoded(content: bytes) -> str:
    if b"\0" in content or content.startswith(_UTF16):
        raise UnreadableFile("file_not_table", "Berkas bukan XLSX dan bukan CSV; simpan sebagai CSV UTF-8.")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("encoding_unknown", "Huruf dalam berkas tidak terbaca; simpan sebagai CSV UTF-8.")


def _csv_rows(text: str, delimiter: str) -> Rows:
    number = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            number += 1
            yield tuple(row[:MAX_COLUMNS])
    except csv.Error:
        raise UnreadableFile(
            "file_broken", f"Berkas CSV rusak sesudah baris {number}; periksa tanda kutipnya.",
            row=number + 1,
        ) from None  # fmt: skip


def _xlsx_sheets(content: bytes) -> Iterator[Rows]:
    with _broken_otherwise():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive)
        for rows in _sheets(content):
            yield _read_through(rows)


def _read_through(rows: Rows) -> Rows:
    with _broken_otherwise():
        yield from rows


@contextmanager
def _broken_otherwise() -> Iterator[None]:
    """A damaged workbook fails anywhere inside zipfile, zlib, expat or openpyxl, with any class of
    exception; whatever it is, the file and not the program is at fault.
    """
    try:
        yield
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile("file_broken", "Berkas XLSX rusak; buka dan simpan ulang.") from error


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse by the archive's table of contents before any part is parsed."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise UnreadableFile("file_encrypted", "Berkas terkunci kata sandi; simpan ulang tanpa kata sandi.")
    # A part never unpacks to more than its declared size: zipfile stops there and its CRC fails.
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            "file_too_big", f"Isi berkas melebihi {MAX_UNPACKED_BYTES // 2**20} MB setelah dibuka."
        )
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise UnreadableFile("file_not_table", "Berkas ini bukan buku kerja XLSX.")
    if any(name.lower().endswith("vbaproject.bin") for name in names) or (
        b"macroenabled" in archive.read("[Content_Types].xml").lower()
    ):
        raise UnreadableFile("file_macro", "Berkas memuat makro; simpan ulang sebagai .xlsx biasa.")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")) and _declares_entities(archive, part):
            raise UnreadableFile("file_unsafe", "Berkas memuat deklarasi XML yang tidak diizinkan.")


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part has a DTD, which OPC (ECMA-376 part 2) forbids and entity bombs need."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            window = tail + chunk
            if window.startswith(_UTF16) or b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                return True
            tail = chunk[-16:]
    return False


def _sheets(content: bytes) -> Iterator[Rows]:
    with _without_openpyxl_warnings():
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield _sheet_rows(sheet)
    finally:
        book.close()


def _sheet_rows(sheet: Any) -> Rows:
    """All rows of a read-only sheet, a kind of sheet that openpyxl's type stubs do not describe."""
    # The stored dimension may lie: too small hides rows, too large costs memory.
    sheet.reset_dimensions()
    with _without_openpyxl_warnings():
        for row in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            yield _trimmed(row)


@contextmanager
def _without_openpyxl_warnings() -> Iterator[None]:
    """Silence what openpyxl says of features it drops (validation, formats): none matters here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="openpyxl")
        yield


def _trimmed(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """A row without the empty cells at its end."""
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return row[:width]


def _check_length(grid: Grid) -> None:
    if len(grid) > MAX_ROWS:
        raise UnreadableFile("too_many_rows", f"Berkas melebihi {MAX_ROWS} baris; pecah menjadi beberapa.")
