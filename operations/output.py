"""Where a command may write its file."""

from __future__ import annotations

from pathlib import Path

from settings import Settings


def check_output(out: Path, settings: Settings) -> Path:
    """`out`, if a file can be put there. Raises ValueError for a folder, and for everything inside the
    data folder: database and keys lie there, and a file that is put in place replaces what was there.
    """
    if not out.name or out.is_dir():
        raise ValueError(f"{out} is a folder, not a file to write")
    database = Path(settings.database.database or "")
    if out.resolve().is_relative_to(settings.data.resolve()) or out.resolve() == database.resolve():
        raise ValueError(f"{out} lies in the data folder, where nothing else may be written")
    return out
