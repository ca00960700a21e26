"""Alters a decision behind the program's back, as somebody with the database file could: for the tour.

    .venv/bin/python -m demo.tamper [DATA]

A copy of the untouched database is left beside it, to be put back afterwards.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

EDIT = "UPDATE events SET record = CAST(replace(CAST(record AS TEXT), ?, ?) AS BLOB) WHERE position = ?"
NEWEST = "SELECT max(position) FROM events WHERE type = 'TaskCompleted'"


def tamper(data: Path) -> tuple[int, Path]:
    """Turn the newest recorded approval into a rejection; returns its position and the backup."""
    backup = data / "jenjang-before-tampering.db"
    with sqlite3.connect(data / "jenjang.db") as database:
        with sqlite3.connect(backup) as copy:
            database.backup(copy)
        database.execute("DROP TRIGGER IF EXISTS events_no_update")
        position = database.execute(NEWEST).fetchone()[0]
        database.execute(EDIT, ('"outcome":"approve"', '"outcome":"reject"', position))
    return int(position), backup


def main() -> None:
    """Tamper with DATA (default `var`) and say what was done."""
    position, backup = tamper(Path(sys.argv[1] if len(sys.argv) > 1 else "var"))
    sys.stdout.write(f"event {position} altered; the untouched database is {backup}\n")


if __name__ == "__main__":
    main()
