"""Decisions through HTTP at one and at sixteen clients, beside an empty and a plain endpoint."""

from __future__ import annotations

import json
import uuid

from accounts.sessions import open_session
from bench.cases import Decision, decision, start_cases
from bench.load import Measured, Request, measure
from bench.places import agency, place
from bench.report import emit, median, percentile, progress
from bench.servers import floor_server
from demo.play import Play
from domain.personnel_action import ActionState
from projections.action_state import state_of


def run(kind: str, *, quick: bool) -> None:
    """Figures `decisions`: p50, p99 and rate, by number of clients."""
    count = 120 if quick else 400
    repeats = 1 if quick else 3
    with place(kind) as where, agency(where, people=1500) as play:
        progress(f"{kind}: starting {count} cases")
        states = start_cases(play, count)
        tokens = _tokens(play)
        with floor_server(where) as (port, _):
            for clients in (1, 16):
                measured: dict[str, list[Measured]] = {"decision": [], "empty": [], "plain": []}
                for _ in range(repeats):
                    due = [decision(play, state) for state in states]
                    for name, path in (("empty", "/bench/empty/{}"), ("plain", "/bench/plain/{}")):
                        measured[name].append(_measure(port, due, tokens, path, clients, fresh=True))
                    path = "/v1/tasks/{}/decision"
                    measured["decision"].append(_measure(port, due, tokens, path, clients, fresh=False))
                    states = _reread(play, states)
                _emit(kind, clients, measured)


def _tokens(play: Play) -> dict[str, str]:
    """A session for everybody who may be asked to decide."""
    policy = play.view.policy_in_force(play.today)
    people: set[str] = set()
    for office, rule in policy.offices.items():
        keys = [office] if rule.scope == "agency" else [f"{office}@{u}" for u in play.agency.apparatuses()]
        for key in keys:
            people |= play.offices.holders(key, play.today)
    with play.installation.writing_engine.begin() as connection:
        now = play.installation.clock()
        return {person: open_session(connection, person, 12, now)[0] for person in people}


def _measure(
    port: int, due: list[Decision], tokens: dict[str, str], path: str, clients: int, *, fresh: bool
) -> Measured:
    requests = []
    for one in due:
        key = str(uuid.uuid4()) if fresh else one.task_id
        requests.append(Request(path.format(key), tokens[one.person_id], json.dumps(one.body()).encode()))
    found = measure(port, requests, clients)
    if found.failures:
        raise RuntimeError(f"{len(found.failures)} requests to {path} failed: {set(found.failures)}")
    return found


def _reread(play: Play, states: list[ActionState]) -> list[ActionState]:
    with play.installation.reader.engine.connect() as connection:
        found = [state_of(connection, state.id) for state in states]
    return [state for state in found if state is not None]


def _emit(kind: str, clients: int, measured: dict[str, list[Measured]]) -> None:
    for share in (0.5, 0.99):
        value = {
            name: median([percentile(m.latencies, share) for m in found]) for name, found in measured.items()
        }
        emit(
            f"decision p{share * 100:.0f}, {clients} clients",
            kind,
            value["decision"],
            "ms",
            floor={"empty endpoint": value["empty"], "plain transaction": value["plain"]},
            better="lower",
            repeats=len(measured["decision"]),
        )
    rate = {name: median([m.rate for m in found]) for name, found in measured.items()}
    emit(
        f"decisions, {clients} clients",
        kind,
        rate["decision"],
        "decisions/s",
        floor={"empty endpoint": rate["empty"], "plain transaction": rate["plain"]},
        repeats=len(measured["decision"]),
    )
