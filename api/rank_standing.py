"""What is left to do on a list of rank promotions, and what its stream says of people on it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from domain.rank_list import DECIDED, EntryStatus
from domain.rank_policy import RankKind, RankRules
from ledger.read import Reader
from ledger.record import decode
from ledger.schema import events
from projections import rank_promotions as ranks

ANNULMENTS = "annulments"


def left_to_do(connection: Connection, list_id: str, rules: RankRules) -> dict[str, int]:
    """For how many people of a list that was sent each act is possible by where they stand."""
    left: dict[str, int] = {}
    for (status, kind, to_grade), count in ranks.standing(connection, list_id).items():
        act = _act(status, own=rules.decrees_itself(RankKind(kind), to_grade))
        if act is not None:
            left[act] = left.get(act, 0) + count
        if status in DECIDED:
            left[ANNULMENTS] = left.get(ANNULMENTS, 0) + count
    return left


def _act(status: str, *, own: bool) -> str | None:
    """What is to be done for people who stand there; `own` says that the agency decrees it itself."""
    if status in (EntryStatus.PROPOSED, EntryStatus.RETURNED):
        return "answers"
    if status == EntryStatus.APPROVED:
        return "decrees" if own else "outside-decrees"
    return "write-backs" if status in (EntryStatus.EFFECTIVE, EntryStatus.TO_CORRECT) else None


def told_of(
    reader: Reader, connection: Connection, list_id: str, people: Collection[str]
) -> dict[str, list[Any]]:
    """What the list's stream says of these people, unsealed where keys are; the others' stays closed."""
    told: dict[str, list[Any]] = {person: [] for person in people}
    statement = select(events.c.position, events.c.record, events.c.leaf_hash)
    of_list = statement.where(events.c.stream == f"rank-promotion/{list_id}").order_by(events.c.version)
    for position, record, leaf_hash in connection.execute(of_list):
        person = decode(bytes(record))["data"].get("person_id")
        if person in told:
            told[person].append(reader.open(connection, position, bytes(record), bytes(leaf_hash)).event)
    return told
