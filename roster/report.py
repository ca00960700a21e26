"""What an import did, as programs read it (contract, section 2) and as people do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from roster.reading import Issue, Reading

_HEADINGS = ("Baris", "Kolom", "Kode", "Keterangan")


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of records and the issues found; `rows` counts every record of the file."""

    rows: int
    imported: int
    changed: int
    unchanged: int
    errors: tuple[Issue, ...] = ()
    warnings: tuple[Issue, ...] = ()

    @classmethod
    def of(
        cls, reading: Reading[object], *, imported: int = 0, changed: int = 0, unchanged: int = 0
    ) -> Report:
        """The report of a reading, whose good rows were new, changed or already so."""
        return cls(reading.records, imported, changed, unchanged, reading.errors, reading.warnings)

    def as_json(self) -> dict[str, Any]:
        """`{"rows","imported","changed","unchanged","errors":[{"row","column","code","message"}],"warnings"}`."""
        return asdict(self) | {
            "errors": [asdict(issue) for issue in self.errors],
            "warnings": [asdict(issue) for issue in self.warnings],
        }

    def as_text(self) -> str:
        """A summary line, then a table each of errors and warnings."""
        parts = [
            (
                f"{self.rows} baris: {self.imported} baru, {self.changed} berubah, {self.unchanged} tetap, "
                f"{len(self.errors)} kesalahan, {len(self.warnings)} peringatan."
            )
        ]
        for title, issues in (("Kesalahan", self.errors), ("Peringatan", self.warnings)):
            if issues:
                parts += ["", title, *_table(issues)]
        return "\n".join(parts)


def _table(issues: Iterable[Issue]) -> list[str]:
    cells = [
        _HEADINGS,
        *((str(i.row) if i.row else "-", i.column or "-", i.code, i.message) for i in issues),
    ]
    widths = [max(len(row[n]) for row in cells) for n in range(len(_HEADINGS))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
