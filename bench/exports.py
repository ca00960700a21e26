"""Exports for process mining, beside reading the same records."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from bench.cases import start_cases
from bench.places import agency, place
from bench.report import emit, median, progress
from ledger.read import all_events
from mining.export import Exported, export_ocel, export_xes
from mining.selection import Selection

Export = Callable[[Engine, Path, Selection], Exported]
FORMS: tuple[tuple[str, str, Export], ...] = (
    ("ocel2 SQLite", "log.sqlite", export_ocel),
    ("ocel2 JSON", "log.json", export_ocel),
    ("xes", "log.xes", export_xes),
)


def run(kind: str, *, quick: bool) -> None:
    """Figures `export`: exported events per second."""
    with place(kind) as where, agency(where, people=300 if quick else 1000) as play:
        for state in start_cases(play, 10 if quick else 200):
            play.walk(state, until="partner_consent")
        engine = play.installation.reader.engine
        begun = time.perf_counter()
        with engine.connect() as connection:
            records = sum(1 for _ in all_events(connection))
        floor = records / (time.perf_counter() - begun)
        progress(f"{kind}: exporting {records:,} events")
        for name, file, export in FORMS:
            rates, count = [], 0
            for _ in range(1 if quick else 3):
                begun = time.perf_counter()
                count, _ = export(engine, where.folder / file, Selection.of(None, None, None))
                rates.append(count / (time.perf_counter() - begun))
            emit(
                f"export {name}",
                kind,
                median(rates),
                "events/s",
                floor={"reading the records": floor},
                repeats=len(rates),
                note=f"{count:,} of {records:,} events",
            )
