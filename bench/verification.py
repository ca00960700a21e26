"""Verifying a ledger, beside plain SHA-256 over the same bytes."""

from __future__ import annotations

import hashlib
import time

from bench.cases import decision, start_cases
from bench.places import agency, place
from bench.report import emit, median, progress
from ledger.read import all_events
from operations.verification import verify_installation


def run(kind: str, *, quick: bool) -> None:
    """Figures `verify, 1 process` and `…, 2 processes`: events per second, everything checked."""
    with place(kind) as where:
        with agency(where, people=1000 if quick else 4000) as play:
            states = start_cases(play, 100 if quick else 1500)
            for _ in range(2):
                commands = [decision(play, state).command() for state in states]
                due = [play.installation.ledger.submit(command) for command in commands]
                states = [state for future in due if (state := future.result().state) is not None]
            with play.installation.reader.engine.connect() as connection:
                records = [record for _, record, _ in all_events(connection)]
        progress(f"{kind}: verifying {len(records):,} events")
        begun = time.perf_counter()
        for record in records:
            hashlib.sha256(record).digest()
        floor = len(records) / (time.perf_counter() - begun)
        for processes in (1, 2):
            rates = []
            for _ in range(1 if quick else 2):
                begun = time.perf_counter()
                found = verify_installation(where.settings(), processes=processes)
                rates.append(len(records) / (time.perf_counter() - begun))
                if not found.ok:
                    raise RuntimeError(f"the benchmark's own ledger does not verify: {found.findings[:3]}")
            emit(
                f"verify, {processes} process{'es' if processes > 1 else ''}",
                kind,
                median(rates),
                "events/s",
                floor={"SHA-256 of the same bytes": floor},
                repeats=len(rates),
                note=f"{len(records):,} events",
            )
