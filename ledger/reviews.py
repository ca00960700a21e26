"""Streams as a review reads them, inside a transaction: readable parts, with actor and position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from domain.review_events import SampleRequested
from domain.review_state import Told
from ledger.record import decode, event_of

Query = Callable[[str, tuple[Any, ...]], Sequence[Any]]


class LedgerReviews:
    """What one transaction sees. `query` runs a statement with `?` marks."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def stream(self, stream: str) -> list[Told]:
        """The events of a stream, oldest first, their seals closed."""
        rows = self._query("SELECT record FROM events WHERE stream = ? ORDER BY version", (stream,))
        documents = [decode(bytes(row[0])) for row in rows]
        return [Told(event_of(d), d["actor"]["id"], d["position"]) for d in documents]

    def stream_at(self, position: int) -> str | None:
        """The stream of the event at a position, None where there is none."""
        rows = self._query("SELECT stream FROM events WHERE position = ?", (position,))
        return str(rows[0][0]) if rows else None

    def newest(self, category: str, limit: int, before: int | None) -> list[tuple[int, str]]:
        """`(position, stream)` of the first events of streams of a category, newest first, below `before`."""
        older, values = ("", ()) if before is None else (" AND position < ?", (before,))
        rows = self._query(
            f"SELECT position, stream FROM events WHERE category = ? AND version = 1{older} "
            "ORDER BY position DESC LIMIT ?",
            (category, *values, limit),
        )
        return [(int(row[0]), str(row[1])) for row in rows]

    def requests_of(self, query_id: str, person_id: str, before: int) -> list[str]:
        """The streams of samples that a person asked for of a query, below a position."""
        rows = self._query(
            "SELECT stream, record FROM events WHERE actor = ? AND type = ? AND position < ?",
            (person_id, SampleRequested.__name__, before),
        )
        return [str(row[0]) for row in rows if decode(bytes(row[1]))["data"]["query_id"] == query_id]
