"""One line of JSON for each figure, with its floor, their ratio and the state of the machine."""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Sequence


def emit(
    name: str,
    database: str,
    value: float,
    unit: str,
    *,
    floor: dict[str, float] | None = None,
    better: str = "higher",
    repeats: int = 1,
    note: str = "",
) -> None:
    """Print one figure. `ratio` is value to floor for each floor, as they stand; `better` says which
    direction is good.
    """
    floors = {key: round(number, 3) for key, number in (floor or {}).items()}
    line = {
        "bench": name,
        "database": database,
        "value": round(value, 3),
        "unit": unit,
        "better": better,
        "floor": floors,
        "ratio": {key: round(value / number, 3) for key, number in floors.items() if number},
        "repeats": repeats,
        "machine": {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2)},
    }
    if note:
        line["note"] = note
    print(json.dumps(line), flush=True)


def progress(text: str) -> None:
    """Tell the person at the terminal; standard output holds figures only."""
    print(text, file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
