"""Every record of the ledger that tells of a person: found by the bytes, so that no kind can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, select, text

from ledger.mirror import ACTION, action_id_of
from ledger.record import decode
from ledger.schema import events

Value = TypeVar("Value")

AT_ONCE = 500
OTHER = "other"
ACTS = "acts"
# In which part of the copy the records of a stream are that are about the person.
SECTIONS: dict[str, str] = {
    "employee": "register",
    "office": "offices",
    "delegation": "offices",
    "talent": "talent",
    "personnel-action": "cases",
    "vacancy": "cases",
    "rank-promotion": "rank",
    "evaluation-cycle": "evaluations",
    "document": "documents",
    "decree": "documents",
    "access": "readings",
    "account": "account",
    "erasure": "erasure",
    "review": "reviews",
    "review-query": ACTS,
    "review-sample": ACTS,
    "evidence": ACTS,
    "profiling": ACTS,
    "unit": ACTS,
    "position": ACTS,
    "policy": ACTS,
    "calendar": ACTS,
    "api-key": ACTS,
    "log": ACTS,
    "webhook": ACTS,
    "siasn": ACTS,
    "siasn-person": "register",
}
# What stays sealed although it is sealed for the person, and why: an audit is not told while it runs.
WITHHELD = {"review": "UU 27/2022 art. 15(1)"}
MENTIONING = {
    "sqlite": "SELECT position, stream, record FROM events WHERE instr(record, :id) > 0 ORDER BY position",
    "postgresql": (
        "SELECT position, stream, record FROM events WHERE position(CAST(:id AS bytea) in record) > 0 "
        "ORDER BY position"
    ),
}


@dataclass(frozen=True)
class Found:
    """Where the person is told of: all positions, ascending, the ids of the cases that are theirs, and
    among them those that are evaluations.
    """

    positions: list[int]
    cases: frozenset[str]
    evaluations: frozenset[str]


def find(connection: Connection, person_id: str, size: int) -> Found:
    """What of the first `size` records names the person by id, or stands in a case or delegation of theirs.
    Reads every record once: some seconds a million.
    """
    positions: set[int] = set()
    whole: set[str] = set()
    evaluations: set[str] = set()
    statement = text(MENTIONING[connection.dialect.name]).bindparams(bindparam("id", person_id.encode()))
    for position, stream, record in connection.execute(statement):
        if position >= size:
            break
        positions.add(position)
        category = stream.partition("/")[0]
        document = decode(bytes(record))
        data = document["data"]
        if category == "delegation":
            whole.add(stream)
        elif category == ACTION and _becomes_theirs(document["type"], data, person_id):
            whole.add(stream)
            if data.get("kind") == "evaluation":
                evaluations.add(action_id_of(stream))
    for streams in _batches(sorted(whole)):
        of_streams = select(events.c.position).where(events.c.stream.in_(streams), events.c.position < size)
        positions.update(connection.execute(of_streams).scalars())
    cases = frozenset(action_id_of(stream) for stream in whole if stream.startswith(f"{ACTION}/"))
    return Found(sorted(positions), cases, frozenset(evaluations))


def records_at(connection: Connection, positions: list[int]) -> Iterator[tuple[int, bytes, bytes]]:
    """`(position, record, leaf_hash)` in order, some at a time."""
    columns = (events.c.position, events.c.record, events.c.leaf_hash)
    for some in _batches(positions):
        statement = select(*columns).where(events.c.position.in_(some)).order_by(events.c.position)
        for row in connection.execute(statement).all():
            yield row[0], bytes(row[1]), bytes(row[2])


def section_of(document: dict[str, Any], person_id: str, found: Found) -> str:
    """The part of the copy to which a record belongs: by its stream where it is about the person, else to
    what the person did.
    """
    category, _, rest = document["stream"].partition("/")
    if category == ACTION and rest in found.cases:
        return "evaluations" if rest in found.evaluations else SECTIONS[category]
    data = document["data"]
    named = (rest, data.get("person_id"), data.get("subject_id"), data.get("delegate_id"))
    sealed_for = document.get("sealed", {}).get("for")
    if person_id in (*named, data.get("principal_id"), sealed_for):
        return SECTIONS.get(category, OTHER)
    return ACTS


def _becomes_theirs(kind: str, data: dict[str, Any], person_id: str) -> bool:
    if kind == "ActionSubmitted":
        return bool(data["subject_id"] == person_id)
    return kind == "CandidateChosen" and bool(data["person_id"] == person_id)


def _batches(values: Sequence[Value]) -> Iterator[list[Value]]:
    for start in range(0, len(values), AT_ONCE):
        yield list(values[start : start + AT_ONCE])
