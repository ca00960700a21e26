"""The NIP in a cell: a text of eighteen digits, never a number."""

from __future__ import annotations

from domain.nip import InvalidNip, Nip, parse_nip
from roster.table import Line


def nip_in(line: Line, field: str = "nip") -> Nip | None:
    """The NIP in a cell of the line; a wrong one is a fault (nip_number, codes of InvalidNip)."""
    if isinstance(line.raw(field), int | float):
        line.fault(
            field,
            "nip_number",
            "NIP tersimpan sebagai angka sehingga angka akhirnya dapat berubah; simpan sebagai teks.",
        )
        return None
    try:
        return parse_nip(line.text(field))
    except InvalidNip as invalid:
        line.fault(field, invalid.code, invalid.message)
        return None
