"""A file of 100,000 requests sent twice: time, memory and what came of it.

The request goes through the whole application in this process, and the worker's hand works in it too: the
resident memory is that of both together. Nothing drives the processes in Temporal.
"""

from __future__ import annotations

import csv
import io
import resource
import time
from datetime import date
from typing import Any

from sqlalchemy import func, select
from starlette.testclient import TestClient

from accounts.api_keys import create_key
from api.app import create_app
from api.batches import runner_of
from bench.places import agency, place
from bench.report import emit, progress
from installation import Installation
from ledger.schema import events
from projections import employees

BATCH = "/v1/personnel-actions:batch"
CSV = "text/csv"
MIB = 1024


def run(kind: str, *, quick: bool) -> None:
    """JSON lines: rows/s of both sendings, the answer's time, and the highest resident memory."""
    people, rows = (300, 500) if quick else (9_217, 100_000)
    with place(kind) as where, agency(where, people) as play:
        installation = play.installation
        _, key = create_key(installation, "bench", ("actions:write", "actions:read"))
        body = _file(installation, rows)
        app = create_app(installation)
        with TestClient(app) as client:
            emit("batch: resident memory before", kind, _peak(), "MiB", better="lower")
            for sending in ("first", "second"):
                progress(f"{rows} rows, {sending} sending")
                figures = _send(client, app, key, body)
                figures["actions in the ledger"] = (_submitted(installation), "actions")
                figures["highest resident memory so far"] = (_peak(), "MiB")
                for name, (value, unit) in figures.items():
                    emit(f"batch, {sending} sending: {name}", kind, value, unit, note=f"{rows} rows")


def _send(client: TestClient, app: Any, key: str, body: bytes) -> dict[str, tuple[float, str]]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": CSV}
    started = time.perf_counter()
    answer = client.post(BATCH, content=body, headers=headers)
    answered = time.perf_counter()
    assert answer.status_code in (200, 202), answer.text
    runner = runner_of(app.state.services)
    while runner.run_waiting():
        pass
    done = time.perf_counter()
    where = answer.headers["Location"]
    told = client.get(where, headers=headers).json()
    book = client.get(f"{where}/report?format=xlsx&only=all", headers=headers)
    reported = time.perf_counter()
    rows = int(told["rows"])
    counts = {name: (float(told[name]), "rows") for name in ("started", "repeated", "refused", "faulty")}
    return counts | {
        "time to the answer": (answered - started, "s"),
        "time until done": (done - started, "s"),
        "rate": (rows / (done - started), "rows/s"),
        "report of all rows as a workbook": (reported - done, "s"),
        "size of that": (len(book.content) / 2**20, "MiB"),
    }


def _file(installation: Installation, rows: int) -> bytes:
    """One row for each person and half-year, from the newest back, as many as are wanted."""
    with installation.reader.engine.connect() as connection:
        nips = sorted(row["nip"] for row in employees.everybody(connection) if row["position_id"])
    halves = ((date(year, first, 1), date(year, last, day)) for year in range(2025, 1990, -1)
              for first, last, day in ((7, 12, 31), (1, 6, 30)))  # fmt: skip
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["JENIS", "NIP", "AWAL PERIODE", "AKHIR PERIODE"])
    left = rows
    for first, last in halves:
        for nip in nips[:left]:
            table.writerow(["penilaian", nip, first.isoformat(), last.isoformat()])
        left -= min(left, len(nips))
    return written.getvalue().encode()


def _submitted(installation: Installation) -> int:
    with installation.reader.engine.connect() as connection:
        counted = select(func.count()).select_from(events).where(events.c.type == "ActionSubmitted")
        return int(connection.execute(counted).scalar_one())


def _peak() -> int:
    """The highest resident memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB
