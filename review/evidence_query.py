"""The query of a bundle, and the record that somebody took the bundle away."""

from __future__ import annotations

import uuid

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


def record_bundle(ledger: Ledger, actor: Actor, wanted: str | Query, written: Written, purpose: str) -> None:
    """Record the taking of a bundle: of a query as such, and for everybody whose case is in it whole. Returns
    when all is recorded; raises what the ledger refuses.
    """
    if isinstance(wanted, Query):
        taking = RecordEvidenceTaken(
            command_id=str(uuid.uuid4()),
            actor=actor,
            taking_id=str(uuid.uuid4()),
            what="query_bundle",
            records=written.records,
            tree_size=written.tree_size,
            purpose=purpose,
            query={name: value for name, value in wanted.as_json().items() if value},
        )
        ledger.execute(taking)
    reads = [
        RecordPersonalDataRead(
            command_id=str(uuid.uuid4()), actor=actor, subject_id=person, what="bundle", purpose=purpose
        )
        for person in sorted(written.people)
    ]
    # Handed in together, they share a commit.
    for future in [ledger.submit(read) for read in reads]:
        future.result()
