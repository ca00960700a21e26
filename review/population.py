"""What a saved query finds below a position, in the order of the ledger: the population of a sample."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from domain.review_filter import EventFilter
from ledger.mirror import ACTION
from ledger.record import moment
from ledger.schema import events
from projections.audit_search import Filters, all_positions

LARGEST = 200_000
AT_ONCE = 5_000


class PopulationTooLarge(Exception):
    """The query finds more than LARGEST events."""


def filters_of(asked: EventFilter, words: str | None = None) -> Filters:
    """A saved query as the search index takes it."""
    bounds: dict[str, Any] = {
        name: moment(at) for name in ("first", "last") if (at := getattr(asked, name)) is not None
    }
    conditions = asked.model_dump(exclude={"first", "last"})
    return Filters(**conditions, **bounds, query=words)


def population(connection: Connection, asked: EventFilter, before: int, *, of_cases: bool) -> list[int]:
    """The positions below `before`, oldest first; of cases, that of the first event found of each. Raises
    PopulationTooLarge.
    """
    found = all_positions(connection, filters_of(asked), before, LARGEST + 1)
    if len(found) > LARGEST:
        raise PopulationTooLarge
    return _firsts(connection, found) if of_cases else found


def streams_at(connection: Connection, wanted: list[int]) -> dict[int, str]:
    """The stream of the event at each of these positions."""
    found: dict[int, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        statement = select(events.c.position, events.c.stream).where(events.c.position.in_(some))
        found |= {row[0]: row[1] for row in connection.execute(statement)}
    return found


def _firsts(connection: Connection, found: list[int]) -> list[int]:
    streams, seen, firsts = streams_at(connection, found), set[str](), list[int]()
    for position in found:
        stream = streams[position]
        if stream.startswith(f"{ACTION}/") and stream not in seen:
            seen.add(stream)
            firsts.append(position)
    return firsts
