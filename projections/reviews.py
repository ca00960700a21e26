"""Notes and findings of auditors: about what, for which unit, where they stand and until when. No texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, Text, select

from domain.review_events import (
    FindingAnswered,
    FindingClosed,
    FindingRaised,
    FindingReopened,
    ReviewNoted,
)
from domain.review_state import REVIEW, Review, Told, review_after, where_after
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import PositionType, metadata

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", Text, primary_key=True),
    # Of its first event: the order of every list.
    Column("position", PositionType, nullable=False),
    Column("about", Text, nullable=False),
    Column("unit_id", Text),
    Column("state", Text, nullable=False),
    Column("answer_due", Text),
    Index("reviews_state", "state", "position"),
    Index("reviews_about", "about", "position"),
    Index("reviews_unit", "unit_id", "position"),
)
MOVE = "UPDATE reviews SET state = ?, answer_due = ? WHERE review_id = ?"
MOVES = (FindingAnswered, FindingReopened, FindingClosed)


class Reviews:
    name = "reviews"
    table = reviews

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        for stored in batch.events:
            if stored.category != REVIEW:
                continue
            first = review_after(None, _told(stored)) if stored.version == 1 else None
            if first is not None:
                writer.insert(reviews, [_row(stored, first)])
            elif isinstance(stored.event, MOVES):
                where = where_after(stored.event)
                assert where is not None
                writer.execute(MOVE, (where[0], _day(where[1]), stored.event.review_id))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        yield from _folded(history.events.of(ReviewNoted, FindingRaised, *MOVES)).values()


def _folded(events: Iterable[StoredEvent]) -> dict[str, tuple[Any, ...]]:
    known: dict[str, tuple[StoredEvent, Review]] = {}
    for stored in events:
        first, before = known.get(stored.stream, (stored, None))
        after = review_after(before, _told(stored))
        if after is not None:
            known[stored.stream] = (first, after)
    return {stream: _row(first, review) for stream, (first, review) in known.items()}


def _told(stored: StoredEvent) -> Told:
    return Told(stored.event, stored.actor.id, stored.position)


def _row(first: StoredEvent, review: Review) -> tuple[Any, ...]:
    unit = review.first.unit_id if isinstance(review.first, FindingRaised) else None
    return (
        review.first.review_id,
        first.position,
        review.about,
        unit,
        review.state,
        _day(review.answer_due),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def page(
    connection: Connection,
    limit: int,
    before: int | None,
    *,
    state: str | None = None,
    about: str | None = None,
    units: Collection[str] | None = None,
    findings_only: bool = False,
) -> list[dict[str, Any]]:
    """Newest first, by the position of their first event; `units` None does not narrow."""
    table = reviews.c
    statement = select(reviews).order_by(table.position.desc()).limit(limit)
    if before is not None:
        statement = statement.where(table.position < before)
    if state is not None:
        statement = statement.where(table.state == state)
    if about is not None:
        statement = statement.where(table.about == about)
    if units is not None:
        statement = statement.where(table.unit_id.in_(sorted(units)))
    if findings_only:
        statement = statement.where(table.unit_id.is_not(None))
    return [dict(row) for row in connection.execute(statement).mappings()]


def by_id(connection: Connection, review_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(reviews).where(reviews.c.review_id == review_id)).mappings().first()
    return dict(row) if row is not None else None
