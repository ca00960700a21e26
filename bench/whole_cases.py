"""Whole cases with Temporal driving: CPU of every process per decision, bytes per case, memory, starts."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.request import Request as Call
from urllib.request import urlopen

import psutil

from accounts.sessions import open_session
from bench.cases import decision, start_cases
from bench.places import agency, database_bytes, place
from bench.report import emit, progress
from bench.servers import api_server, free_port, worker_process
from demo.play import Play
from domain.personnel_action import ActionState, Status
from integrations.temporal_server import start_development_server
from ledger.read import size
from projections.action_state import state_of

QUIET_SECONDS = 3.0


def run(kind: str, *, quick: bool) -> None:
    """Figures `CPU per decision`, `bytes per case`, `memory`, `case starts`."""
    count = 6 if quick else 25
    with place(kind) as where, agency(where, people=1500) as play:
        begun = time.perf_counter()
        started = start_cases(play, 100 if quick else 500)
        emit("case starts", kind, len(started) / (time.perf_counter() - begun), "cases/s", note="writer only")
        temporal_port = free_port()
        temporal = start_development_server(where.folder, temporal_port, free_port())
        try:
            with api_server(where) as (port, api), worker_process(where, temporal_port) as worker:
                progress(f"{kind}: letting the processes of the started cases settle")
                watched = [psutil.Process(process.pid) for process in (api, worker, temporal)]
                _settle(watched)
                walk = _Walk(play, port)
                bytes_before, events_before = database_bytes(play.installation), _events(play)
                cpu_before = _cpu(watched)
                busy = {state.subject_id for state in started}
                decided = sum(walk.to_completion(*pair) for pair in _pairs(play, busy, count))
                _settle(watched)
                cpu = (_cpu(watched) - cpu_before) * 1000
                emit(
                    "CPU per decision, all processes until quiet",
                    kind,
                    cpu / decided,
                    "ms",
                    better="lower",
                    note=f"{count} cases, {decided} decisions; server side only, PostgreSQL not included",
                )
                grown = database_bytes(play.installation) - bytes_before
                written = _events(play) - events_before
                emit("bytes stored per case", kind, grown / count, "bytes", better="lower")
                emit("bytes stored per event", kind, grown / written, "bytes", better="lower")
                for name, process in zip(("API", "worker", "Temporal"), watched, strict=True):
                    memory = process.memory_info().rss / 2**20
                    emit(f"resident memory of {name}", kind, memory, "MiB", better="lower")
        finally:
            temporal.terminate()
            temporal.wait()


def _pairs(play: Play, busy: set[str], count: int) -> list[tuple[str, str]]:
    """Who moves and where to, of those that have no personnel action yet."""
    taken = {post.id for post in play.agency.posts.values() if post.incumbent_id}
    vacant = [post for post in play.vacancies() if post not in taken]
    free = [person for person in play.movable() if person not in busy]
    return list(zip(free, vacant, strict=False))[:count]


class _Walk:
    """Walks cases through HTTP: every decision is a request of the person whose task it is."""

    def __init__(self, play: Play, port: int) -> None:
        self._play = play
        self._base = f"http://127.0.0.1:{port}"
        self._tokens: dict[str, str] = {}

    def to_completion(self, subject: str, target: str) -> int:
        """Start a transfer and decide it to its end; returns the number of decisions."""
        submitted = self._play.submit(subject, target).state
        assert submitted is not None
        decided = 0
        deadline = time.monotonic() + 120
        state = submitted
        while state.status is not Status.COMPLETED and not state.ended and time.monotonic() < deadline:
            if state.open_tasks:
                decided += self._decide(state)
            else:
                time.sleep(0.02)
            state = self._read(state.id)
        return decided

    def _decide(self, state: ActionState) -> int:
        due = decision(self._play, state)
        return self._post(f"/v1/tasks/{due.task_id}/decision", due.person_id, due.body())

    def _post(self, path: str, person: str, body: dict[str, Any]) -> int:
        if person not in self._tokens:
            with self._play.installation.writing_engine.begin() as connection:
                self._tokens[person] = open_session(connection, person, 12, self._play.installation.clock())[
                    0
                ]
        headers = {
            "Authorization": f"Bearer {self._tokens[person]}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        with urlopen(Call(self._base + path, json.dumps(body).encode(), headers), timeout=30) as answer:
            return int(answer.status == 200)

    def _read(self, action_id: str) -> ActionState:
        with self._play.installation.reader.engine.connect() as connection:
            state = state_of(connection, action_id)
        assert state is not None
        return state


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(p.cpu_times().user + p.cpu_times().system for p in processes)


def _settle(processes: list[psutil.Process]) -> None:
    """Wait until the processes use next to nothing."""
    for _ in range(60):
        before = _cpu(processes)
        time.sleep(QUIET_SECONDS)
        if _cpu(processes) - before < 0.05 * QUIET_SECONDS:
            return


def _events(play: Play) -> int:
    with play.installation.reader.engine.connect() as connection:
        return size(connection)
