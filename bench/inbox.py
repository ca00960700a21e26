"""The inbox at 1,000 and at 100,000 open tasks. Its floor is an empty inbox of the same reader."""

from __future__ import annotations

import time
import uuid

from sqlalchemy import insert

from bench.places import agency, place
from bench.report import emit, percentile, progress
from demo.play import Play
from projections.inbox import EVERYTHING, inbox, page

PAGE = 50


def run(kind: str, *, quick: bool) -> None:
    """Figures `inbox`: milliseconds for one page through the read model, by number of open tasks.

    Rows are put into the read model directly: what is measured is reading it.
    """
    with place(kind) as where, agency(where, people=200) as play:
        person = play.holder("personnel_analyst")
        owners = [*sorted(play.offices.keys_of(person, play.today)), f"person/{person}"]
        empty = _read(play, person, owners, 50 if quick else 300)
        filled = 0
        for tasks in (1_000, 20_000 if quick else 100_000):
            progress(f"{kind}: filling the inbox to {tasks:,}")
            _fill(play, tasks - filled)
            filled = tasks
            times = _read(play, person, owners, 50 if quick else 300)
            for share in (0.5, 0.99):
                emit(
                    f"inbox p{share * 100:.0f}, {tasks:,} open tasks",
                    kind,
                    percentile(times, share),
                    "ms",
                    floor={"empty inbox": percentile(empty, share)},
                    better="lower",
                    repeats=len(times),
                )


def _read(play: Play, person: str, owners: list[str], repeats: int) -> list[float]:
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        with play.installation.reader.engine.connect() as connection:
            page(connection, person, owners, EVERYTHING, PAGE, None)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _fill(play: Play, count: int) -> None:
    rows = [
        {
            "task_id": str(uuid.uuid4()),
            "owner": "personnel_analyst",
            "due_at": f"2026-12-{1 + number % 28:02d}T17:00:00.000000Z",
            "action_id": str(uuid.uuid4()),
            "step": "analyst_verification",
            "office": "personnel_analyst",
            "state": "READY",
            "claimed_by": None,
            "subject_id": str(uuid.uuid4()),
            "excluded": "[]",
            "action_version": 6,
            "kind": "mutation",
        }
        for number in range(count)
    ]
    with play.installation.writing_engine.begin() as connection:
        for start in range(0, len(rows), 5000):
            connection.execute(insert(inbox), rows[start : start + 5000])
        # What PostgreSQL's autovacuum does by itself a minute after so many rows.
        connection.exec_driver_sql("ANALYZE inbox")
