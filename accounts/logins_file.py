"""The owner-only file of the synthetic agency's logins: the only place where a password stands readable."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = "demo-logins.json"


def write_logins(data: Path, rows: list[dict[str, Any]]) -> None:
    """Replace the file as a whole."""
    draft = data / f".{FILE}.draft"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(data / FILE)


def read_rows(data: Path) -> list[dict[str, Any]]:
    """Raises FileNotFoundError where there is no demo."""
    rows: list[dict[str, Any]] = json.loads((data / FILE).read_text(encoding="utf-8"))
    return rows


def drop_login(data: Path, login: str) -> None:
    """Take one login out of the file, where there is such a file."""
    try:
        rows = read_rows(data)
    except FileNotFoundError:
        return
    kept = [row for row in rows if row["nip"] != login]
    if len(kept) < len(rows):
        write_logins(data, kept)
