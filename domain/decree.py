"""The number and date under which a decision is published (*Surat Keputusan*)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Decree:
    number: str
    year: int
    sequence: int
    decree_date: date
    # SHA-256 of the code under which the public asks whether the decree is genuine.
    code_hash: str | None = None
