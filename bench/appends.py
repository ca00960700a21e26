"""Commands through the writer, one and 64 waiting, beside a bare group commit of the same bytes."""

from __future__ import annotations

import itertools
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.cases import Decision, decision, start_cases
from bench.places import Place, agency, place
from bench.report import emit, median, progress
from demo.play import Play
from domain.personnel_action import ActionState
from ledger.append import LARGEST_BATCH
from ledger.read import all_events, size
from ledger.record import decode
from ledger.result import Result

Write = Callable[[list[tuple[int, bytes]]], None]


def run(kind: str, *, quick: bool) -> None:
    """Figures `appends`: events per second with 64 and with 1 waiting command."""
    cases = 300 if quick else 800
    with place(kind) as where, agency(where, people=1200 if quick else 3000) as play:
        progress(f"{kind}: starting {cases} cases")
        states = start_cases(play, cases)
        for waiting in (64, 1):
            rates, floors, commands = [], [], []
            for _ in range(1 if quick else 2):
                first = _size(play)
                due = [decision(play, state) for state in states]
                begun = time.perf_counter()
                states = _decide_all(play, due, waiting)
                seconds = time.perf_counter() - begun
                written = _size(play) - first
                rates.append(written / seconds)
                commands.append(len(states) / seconds)
                floors.append(_bare(where, play, first, written, waiting))
            emit(
                f"appends, {waiting} waiting",
                kind,
                median(rates),
                "events/s",
                floor={"bare group commit": median(floors)},
                repeats=len(rates),
                note=f"{median(commands):.0f} commands/s",
            )


def _decide_all(play: Play, due: list[Decision], waiting: int) -> list[ActionState]:
    commands = [one.command() for one in due]
    pending: deque[Future[Result]] = deque()
    states: list[ActionState | None] = []
    for command in commands:
        if len(pending) == waiting:
            states.append(pending.popleft().result().state)
        pending.append(play.installation.ledger.submit(command))
    states += [future.result().state for future in pending]
    return [state for state in states if state is not None]


def _size(play: Play) -> int:
    with play.installation.reader.engine.connect() as connection:
        return size(connection)


def _bare(where: Place, play: Play, first: int, count: int, waiting: int) -> float:
    """The same record bytes through the same kind of queue and futures with as many waiting, into a
    table of position and record alone, one durable transaction for what has queued; events per second.
    Nothing is judged, hashed, sealed, signed or projected.
    """
    with play.installation.reader.engine.connect() as connection:
        stored = [(p, decode(r)["causation_id"], r) for p, r, _ in all_events(connection) if p >= first]
    commands = [
        [(position, record) for position, _, record in group]
        for _, group in itertools.groupby(stored[:count], key=lambda item: item[1])
    ]
    arrived: queue.SimpleQueue[tuple[list[tuple[int, bytes]], Future[None]] | None] = queue.SimpleQueue()
    writer = threading.Thread(target=_write, args=(where, first, waiting, arrived))
    writer.start()
    pending: deque[Future[None]] = deque()
    begun = time.perf_counter()
    for rows in commands:
        if len(pending) == waiting:
            pending.popleft().result()
        future: Future[None] = Future()
        arrived.put((rows, future))
        pending.append(future)
    for future in pending:
        future.result()
    seconds = time.perf_counter() - begun
    arrived.put(None)
    writer.join()
    return count / seconds


def _write(where: Place, first: int, waiting: int, arrived: queue.SimpleQueue[Any]) -> None:
    commit = _sqlite_commit if where.kind == "sqlite" else _postgresql_commit
    with commit(where, f"bare_{first}_{waiting}") as write:
        while (item := arrived.get()) is not None:
            batch = [item]
            while len(batch) < LARGEST_BATCH:
                try:
                    following = arrived.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    arrived.put(None)
                    break
                batch.append(following)
            write([row for rows, _ in batch for row in rows])
            for _, future in batch:
                future.set_result(None)


@contextmanager
def _sqlite_commit(where: Place, table: str) -> Iterator[Write]:
    connection = sqlite3.connect(where.folder / f"{table}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL").close()
    connection.execute("PRAGMA synchronous = FULL").close()
    connection.execute(f"CREATE TABLE {table} (position INTEGER PRIMARY KEY, record BLOB NOT NULL)").close()

    def write(rows: list[tuple[int, bytes]]) -> None:
        connection.execute("BEGIN IMMEDIATE").close()
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows).close()
        connection.execute("COMMIT").close()

    yield write
    connection.close()


@contextmanager
def _postgresql_commit(where: Place, table: str) -> Iterator[Write]:
    with psycopg.connect(where.database_url.replace("+psycopg", ""), autocommit=True) as connection:
        create = f"CREATE TABLE {table} (position BIGINT PRIMARY KEY, record BYTEA NOT NULL)"
        connection.execute(create.encode())
        insert = f"INSERT INTO {table} VALUES (%s, %s)".encode()

        def write(rows: list[tuple[int, bytes]]) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(insert, rows)

        yield write
