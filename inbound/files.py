"""Requests in a CSV or XLSX file: one row each, read one by one, in the words of the roster or of the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from roster.dates import InvalidDate, parse_date
from roster.table import Column, cell_text, stream_records
from roster.workbook import Cell, read_sheets

COLUMNS = (
    Column("kind", ("JENIS", "kind")),
    Column("subject_nip", ("NIP", "subject_nip"), required=False),
    Column("variant", ("VARIAN", "variant"), required=False),
    Column(
        "target_position_id", ("KODE JABATAN TUJUAN", "KODE JABATAN", "target_position_id"), required=False
    ),
    Column("effective_date", ("TMT", "effective_date"), required=False),
    Column("reason", ("ALASAN", "reason"), required=False),
    Column("period_start", ("AWAL PERIODE", "period_start"), required=False),
    Column("period_end", ("AKHIR PERIODE", "period_end"), required=False),
    Column("vacancy_id", ("LOWONGAN", "vacancy_id"), required=False),
    Column("suggested_by_nip", ("NIP PENGUSUL", "suggested_by_nip"), required=False),
    Column("partner_agency", ("INSTANSI MITRA", "partner_agency"), required=False),
    Column("partner_position", ("JABATAN MITRA", "partner_position"), required=False),
    Column("key", ("KUNCI", "key"), required=False),
)
DATES = frozenset({"effective_date", "period_start", "period_end"})
NUMBERS = frozenset({"subject_nip", "suggested_by_nip"})
KINDS = {"mutasi": "mutation", "promosi": "promotion", "penilaian": "evaluation"}
TITLES = {column.field: column.titles[0] for column in COLUMNS}


def requests_in(content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Row number and request of every row, as `POST /v1/personnel-actions` takes it.

    Raises UnreadableFile.
    """
    for row, cells in stream_records(read_sheets(content), COLUMNS):
        yield row, _request(cells)


def _request(cells: Mapping[str, Cell]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, cell in cells.items():
        text = cell_text(cell)
        if not text:
            continue
        if field in DATES:
            found[field] = _day(cell, text)
        elif field in NUMBERS and isinstance(cell, int | float):
            found[field] = cell  # a number has lost digits of a NIP: the row's check says so
        elif field == "kind":
            found[field] = KINDS.get(text.lower(), text.lower())
        else:
            found[field] = text
    return found


def _day(cell: Cell, text: str) -> str:
    try:
        day = parse_date(cell)
    except InvalidDate:
        return text
    return day.isoformat() if day else text
