"""The agency, an inbox and a case as of random positions, in a short and in a long ledger."""

from __future__ import annotations

import time
from random import Random

from sqlalchemy import insert, select

from bench.history import lengthen
from bench.places import agency, place
from bench.report import emit, percentile, progress
from demo.play import Play
from ledger import read
from ledger.record import decode, parse_moment
from projections.inbox_past import inbox_past, node_of
from projections.inbox_past import page as past_inbox

PAGE = 50
OWNERS = 20
REPEATS = 200
CHUNK = 5_000


def run(kind: str, *, quick: bool) -> None:
    """Figures `time travel`: milliseconds for one question. The floor is the same in the short ledger."""
    events = 20_000 if quick else 1_000_000
    with place(kind) as where, agency(where, people=300) as play:
        plain = [person for person in play.movable() if not play.offices.keys_of(person, play.today)]
        cases = [
            play.walk(play.submit(*pair).state).id for pair in zip(plain[:4], play.vacancies(), strict=False)
        ]
        short = _measure(play, cases)
        progress(f"{kind}: lengthening the ledger to {events:,} events")
        _lengthen(play, events)
        for name, times in _measure(play, cases).items():
            for share in (0.5, 0.99):
                emit(
                    f"time travel, {name} p{share * 100:.0f}, {events:,} events",
                    kind,
                    percentile(times, share),
                    "ms",
                    floor={"short ledger": percentile(short[name], share)},
                    better="lower",
                    repeats=len(times),
                )


def _measure(play: Play, cases: list[str]) -> dict[str, list[float]]:
    reader, random = play.installation.reader, Random(1)
    times: dict[str, list[float]] = {"agency": [], "inbox": [], "case": []}
    with reader.engine.connect() as connection:
        size = read.size(connection)
        owners = sorted(set(connection.execute(select(inbox_past.c.owner).limit(100_000)).scalars()))[:OWNERS]
        reader.directory.current(connection)
    for _ in range(REPEATS):
        position = random.randrange(size // 2, size)
        with reader.engine.connect() as connection:
            begun = time.perf_counter()
            found = read.event_at(connection, position)
            assert found is not None  # a position inside the ledger
            at = parse_moment(decode(found[0])["recorded_at"])
            view = reader.directory.at(connection, position, at)
            view.offices(view.calendar.today(at)).vacant(view.calendar.today(at))
            agency_done = time.perf_counter()
            past_inbox(connection, owners, position, size, PAGE)
            inbox_done = time.perf_counter()
            reader.stream(connection, f"personnel-action/{random.choice(cases)}", up_to=position)
            times["agency"].append((agency_done - begun) * 1000)
            times["inbox"].append((inbox_done - agency_done) * 1000)
            times["case"].append((time.perf_counter() - inbox_done) * 1000)
    return times


def _lengthen(play: Play, events: int) -> None:
    """Lengthen the ledger, with the intervals of the copies' tasks."""
    reader = play.installation.reader
    with reader.engine.connect() as connection:
        documents = [decode(record) for _, record, _ in read.all_events(connection)]
        ended = connection.execute(select(inbox_past).where(inbox_past.c.until >= 0)).mappings().all()
    pattern = [d["position"] for d in documents if d["stream"].startswith("personnel-action/")]
    place_of = {position: index for index, position in enumerate(pattern)}
    lengthen(play, events)
    rows = []
    for start in range(len(documents), events - len(pattern), len(pattern)):
        for row in ended:
            since, until = start + place_of[row["since"]], start + place_of[row["until"]]
            rows.append(dict(row) | {"since": since, "until": until, "node": node_of(since, until)})
    with play.installation.writing_engine.begin() as connection:
        for start in range(0, len(rows), CHUNK):
            connection.execute(insert(inbox_past), rows[start : start + CHUNK])
        if connection.dialect.name == "postgresql":  # what autovacuum does by itself a minute later
            connection.exec_driver_sql("ANALYZE inbox_past")
