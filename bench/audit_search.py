"""Searching the audit trail, and proofs from it, at one and at ten million events.

The floor of a search is reading the newest page unfiltered.
"""

from __future__ import annotations

import time

from bench import proofs
from bench.cases import start_cases
from bench.history import lengthen
from bench.places import agency, database_bytes, place
from bench.report import emit, percentile, progress
from demo.play import Play
from ledger.record import decode
from projections.audit_search import Filters, page

QUICK = (20_000, 100_000)
# Ten million take 9 GB in SQLite and 16 GB in PostgreSQL while it runs.
SIZES = (1_000_000, 10_000_000)
QUERIES = {
    "by type": Filters(type="TaskCompleted"),
    "by words": Filters(query="personnel_analyst analyst_verification"),
    "by rare word": Filters(query="no-such-word"),
    "by type and words": Filters(type="TaskOpened", query="bkn_review"),
    "by time": Filters(first="2026-01-01T00:00:00.000000Z", last="2100-01-01T00:00:00.000000Z"),
}


def run(kind: str, *, quick: bool) -> None:
    """Figures `audit search`: milliseconds for one page of 50; and those of `bench.proofs`."""
    with place(kind) as where, agency(where, people=300) as play:
        for state in start_cases(play, 4):
            play.walk(state, until="partner_consent")
        queries = QUERIES | _of_a_case(play)
        for events in QUICK if quick else SIZES:
            progress(f"{kind}: lengthening the ledger to {events:,} events")
            lengthen(play, events, brief=True)
            progress(f"{kind}: {database_bytes(play.installation):,} bytes")
            _search(play, kind, events, queries, 20 if quick else 200)
            proofs.measure(play, kind, events, 50 if quick else 500)


def _search(play: Play, kind: str, events: int, queries: dict[str, Filters], repeats: int) -> None:
    floor = _times(play, Filters(), repeats)
    for name, query in queries.items():
        times = _times(play, query, repeats)
        for share in (0.5, 0.99):
            emit(
                f"audit search {name} p{share * 100:.0f}, {events:,} events",
                kind,
                percentile(times, share),
                "ms",
                floor={"newest page": percentile(floor, share)},
                better="lower",
                repeats=len(times),
            )


def _of_a_case(play: Play) -> dict[str, Filters]:
    """Queries for what concerns one person and one unit: those of the newest submission."""
    with play.installation.reader.engine.connect() as connection:
        ((_, record, _),) = page(connection, Filters(type="ActionSubmitted"), 1)
    data = decode(record)["data"]
    unit = data["origin_unit_id"]
    return {
        "by person": Filters(person=data["subject_id"]),
        "by unit": Filters(unit=unit),
        "by unit, type and outcome": Filters(unit=unit, type="TaskCompleted", outcome="approve"),
    }


def _times(play: Play, query: Filters, repeats: int) -> list[float]:
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        with play.installation.reader.engine.connect() as connection:
            page(connection, query, 50)
        times.append((time.perf_counter() - begun) * 1000)
    return times
