"""The recorded events as a simulation reads them: in order, one at a time, with the seals it needs open."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from domain import evaluation_events as eve
from domain import events as ev
from domain import promotion_events as pe
from domain import rank_events as rk
from domain import talent_events as te
from ledger.read import Reader
from ledger.record import StoredEvent, decode, sealing_context, stored_event
from ledger.schema import events, person_keys

# Seals that hold what rules, lists and placements rest on; names and reasons stay closed.
OPENED = frozenset(
    model.__name__
    for model in (
        ev.ActionAssessed,
        ev.EmployeeRegistered,
        ev.EmployeeCorrected,
        ev.CandidateRegistered,
        pe.CandidateFrozen,
        rk.RankCandidateListed,
        te.SkpRated,
        te.CompetencyTested,
        te.TalentComponentRecorded,
        te.TalentPlaced,
        eve.PerformanceJudged,
    )
)
BESIDE = ("access", "api-key")
AT_ONCE = 2_000


def recorded(reader: Reader, connection: Connection) -> Iterator[StoredEvent]:
    """Every event that a judgement can rest on, oldest first; a seal whose key is gone stays closed."""
    wrapped = {row[0]: bytes(row[1]) for row in connection.execute(select(person_keys))}
    statement = (
        select(events.c.position, events.c.record, events.c.leaf_hash, events.c.type)
        .where(events.c.category.notin_(BESIDE))
        .order_by(events.c.position)
        .execution_options(yield_per=AT_ONCE)
    )
    for position, raw, leaf_hash, type_ in connection.execute(statement):
        record = bytes(raw)
        sealed = None
        if type_ in OPENED:
            document = decode(record)
            box = document.get("sealed")
            if box is not None:
                context = sealing_context(document["id"], document["stream"])
                sealed = reader.keyring.unseal(box["for"], box["box"], context, wrapped.get)
        yield stored_event(position, record, bytes(leaf_hash), sealed)
