"""A large agency's ledger, made quickly: real cases, repeated under other ids and about other people."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from random import Random
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select, update

from demo.play import Play
from ledger import schema
from ledger.record import category_of, decode, encode, moment, parse_moment, sealing_context
from ledger.sealing import find_wrapped_key
from projections.action_state import action_states
from projections.audit_search import audit_terms
from projections.inbox import NEVER_DUE, inbox
from projections.inbox_past import OPEN, inbox_past, node_of
from projections.register import actions
from projections.tasks import tasks
from proofs.merkle import Frontier, leaf_hash

TABLES = (action_states, actions, tasks, inbox, inbox_past)
CHUNK = 1_000
SPREAD_DAYS = 60
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Case:
    """One case as JSON text: its rows in each of TABLES and its records, opened, with their terms. `own` are
    the ids that are the case's own.
    """

    text: bytes
    own: tuple[str, ...]
    subject: str
    open: int


def multiply(play: Play, open_tasks: int) -> int:
    """Repeat the transfers that wait for somebody until so many tasks are open in all; how many events there
    are then. Copies are about other people of the agency, their tasks opened over the last SPREAD_DAYS
    days. Hashes, seals, head and search words are right; checkpoints are not made: this is for reading only.
    """
    people = sorted(play.agency.people)
    with play.installation.writing_engine.begin() as connection:
        pattern = list(_cases(play, connection))
        still = open_tasks - connection.execute(select(func.count()).where(tasks.c.is_open == 1)).scalar_one()
        copies = Copies(play, connection)
        wanted = _enough(pattern, still)
        while chunk := list(islice(wanted, CHUNK)):
            copies.add(chunk, people)
        copies.end()
        if connection.dialect.name == "postgresql":  # what autovacuum does by itself a minute later
            connection.exec_driver_sql("ANALYZE")
        return copies.position


def _cases(play: Play, connection: Connection) -> Iterator[Case]:
    waiting = select(tasks.c.action_id).where(tasks.c.is_open == 1)
    wanted = select(actions.c.action_id).where(actions.c.kind == "mutation", actions.c.action_id.in_(waiting))
    for action in connection.execute(wanted).scalars().all():
        rows: Rows = {
            table.name: [
                dict(row)
                for row in connection.execute(select(table).where(table.c.action_id == action)).mappings()
            ]
            for table in TABLES
        }
        of_stream = schema.events.select().where(schema.events.c.stream == f"personnel-action/{action}")
        rows["records"] = []
        for stored in connection.execute(of_stream.order_by(schema.events.c.position)).mappings():
            document = decode(bytes(stored["record"]))
            sealed = play.installation.reader.unseal(connection, bytes(stored["record"]))
            of_event = select(audit_terms.c.term).where(audit_terms.c.position == stored["position"])
            terms = list(connection.execute(of_event).scalars())
            rows["records"].append({"document": document, "sealed": sealed, "terms": terms})
        own = (action, *(row["task_id"] for row in rows[tasks.name]))
        subject = rows[actions.name][0]["subject_id"]
        text = orjson.dumps(rows, option=orjson.OPT_NON_STR_KEYS)  # names of tables are a kind of str
        yield Case(text, own, subject, sum(row["is_open"] for row in rows[tasks.name]))


def _enough(pattern: Sequence[Case], open_tasks: int) -> Iterator[Case]:
    for case in cycle(pattern):
        if open_tasks <= 0:
            return
        yield case
        open_tasks -= case.open


class Copies:
    """Appends copies of cases to the ledger and to TABLES."""

    def __init__(self, play: Play, connection: Connection) -> None:
        self._keyring, self._connection = play.installation.reader.keyring, connection
        stored = connection.execute(schema.head.select()).mappings().one()
        self._frontier = Frontier.from_bytes(bytes(stored["frontier"]))
        self.position, self._latest = int(stored["size"]), stored["recorded_at"]
        self._random = Random(1)
        self._find = find_wrapped_key(connection)

    def add(self, cases: Sequence[Case], people: Sequence[str]) -> None:
        copies = [self._copy(case, self._random.choice(people)) for case in cases]
        for table in (*TABLES, schema.events, audit_terms):
            if rows := [row for copy in copies for row in copy[table.name]]:
                self._connection.execute(insert(table), rows)

    def end(self) -> None:
        head = {"size": self.position, "frontier": self._frontier.to_bytes()}
        self._connection.execute(update(schema.head).values(head))

    def _copy(self, case: Case, subject: str) -> Rows:
        text = case.text.replace(case.subject.encode(), subject.encode())
        for known in case.own:
            text = text.replace(known.encode(), str(uuid.uuid4()).encode())
        rows: Rows = orjson.loads(text)
        earlier = timedelta(days=self._random.random() * SPREAD_DAYS)
        for row in rows[tasks.name]:
            row |= {name: _moved(row[name], earlier) for name in ("opened_at", "due_at", "decided_at")}
        for row in (*rows[inbox.name], *rows[inbox_past.name]):
            row["due_at"] = _moved(row["due_at"], earlier)
        (register,) = rows[actions.name]
        register["submitted_at"] = _moved(register["submitted_at"], earlier)
        self._append(rows)
        return rows

    def _append(self, rows: Rows) -> None:
        """Give the copy's records positions, and its intervals those of its records."""
        places: dict[int, int] = {-1: -1}
        rows[schema.events.name], rows[audit_terms.name] = [], []
        for record in rows.pop("records"):
            places[record["document"]["position"]] = self.position
            rows[schema.events.name].append(self._recorded(record["document"], record["sealed"]))
            found = set(record["terms"])  # the other person may have been in the case already
            rows[audit_terms.name] += [{"term": term, "position": self.position} for term in found]
            self.position += 1
        for row in rows[inbox_past.name]:
            row["since"], row["until"] = places[row["since"]], places[row["until"]]
            row["node"] = OPEN if row["until"] < 0 else node_of(row["since"], row["until"])

    def _recorded(self, document: dict[str, Any], sealed: dict[str, Any] | None) -> dict[str, Any]:
        document |= {"position": self.position, "recorded_at": self._latest, "id": str(uuid.uuid4())}
        if sealed:
            context, person = sealing_context(document["id"], document["stream"]), document["sealed"]["for"]
            document["sealed"]["box"] = self._keyring.seal(person, sealed, context, self._find, self._keep)
        record = encode(document)
        self._frontier.append(leaf_hash(record))
        return {
            "position": self.position,
            "record": record,
            "leaf_hash": leaf_hash(record),
            "stream": document["stream"],
            "version": document["version"],
            "category": category_of(document["stream"]),
            "type": document["type"],
            "actor": document["actor"]["id"],
            "recorded_at": self._latest,
            "wakes": int(bool(document["wakes"])),
        }

    def _keep(self, person_id: str, wrapped: bytes) -> None:
        row = {"person_id": person_id, "wrapped_key": wrapped}
        self._connection.execute(insert(schema.person_keys), row)


def _moved(text: str | None, earlier: timedelta) -> str | None:
    if text is None or text == NEVER_DUE:
        return text
    at: datetime = parse_moment(text)
    return moment(at - earlier)
