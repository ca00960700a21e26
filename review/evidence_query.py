"""The query of a bundle, and the record that somebody took the bundle away."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.commands import RecordPersonalDataRead
from domain.evidence_commands import RecordEvidenceTaken
from domain.identity import Actor
from evidence.bundle import Written
from evidence.query import LARGEST_RECORDS, Found, Query
from ledger.append import Ledger
from projections import audit_search
from projections.audit_search import Filters


def evidence_query(filters: Filters, *, whole_cases: bool = False, exhaustive: bool = False) -> Query:
    """The query of a bundle that holds what `filters` finds."""

    def find(connection: Connection, size: int) -> Found:
        first = audit_search.first_position_at(connection, filters.first) if filters.first else 0
        last = audit_search.first_position_at(connection, filters.last) if filters.last else size
        last = min(last, size)
        first = min(first, last)
        if exhaustive:
            return Found(first, last, [])
        return Found(first, last, audit_search.all_positions(connection, filters, last, LARGEST_RECORDS + 1))

    return Query(
        find=find,
        actor=filters.actor,
        type=filters.type,
        stream=filters.stream,
        first=filters.first,
        last=filters.last,
        words=filters.query,
        whole_cases=whole_cases,
        exhaustive=exhaustive,
    )


@dataclass(frozen=True)
class Taker:
    """Who takes a bundle, and what for; `account` is the machine's, where an operator's command makes it."""

    actor: Actor
    purpose: str | None
    account: str | None = None


def record_bundle(ledger: Ledger, taker: Taker, wanted: str | Query, written: Written, sha256: str) -> None:
    """Record the taking of a bundle with these bytes and, with a purpose, for everybody whose case is in it
    whole. Returns when all is recorded; raises what the ledger refuses.
    """
    of_query = isinstance(wanted, Query)
    asked = wanted.as_json() if isinstance(wanted, Query) else {"action": wanted}
    taking = RecordEvidenceTaken(
        command_id=str(uuid.uuid4()),
        actor=taker.actor,
        taking_id=str(uuid.uuid4()),
        what="query_bundle" if of_query else "case_bundle",
        records=written.records,
        tree_size=written.tree_size,
        root=written.root,
        sha256=sha256,
        purpose=taker.purpose,
        query={name: value for name, value in asked.items() if value},
        account=taker.account,
    )
    ledger.execute(taking)
    if taker.purpose is None:
        return  # nobody's file is open in it
    reads = [
        RecordPersonalDataRead(
            command_id=str(uuid.uuid4()),
            actor=taker.actor,
            subject_id=person,
            what="bundle",
            purpose=taker.purpose,
            account=taker.account,
        )
        for person in sorted(written.people)
    ]
    # Handed in together, they share a commit.
    for future in [ledger.submit(read) for read in reads]:
        future.result()
