"""What leaves the building that is about no single person: bundles of a query, and exports of the ledger."""

from __future__ import annotations

from typing import Any, Literal

from domain.event import Event

Taken = Literal["query_bundle", "export"]


class EvidenceTaken(Event):
    """Somebody took `records` records of a tree of `tree_size` away. Purpose and query are free text and
    sealed, under a key of this event alone. Whose file was opened with it is a PersonalDataRead besides.
    """

    PERSONAL = frozenset({"purpose", "query"})

    taking_id: str
    what: Taken
    records: int
    tree_size: int
    purpose: str | None = None
    query: dict[str, Any] | None = None
