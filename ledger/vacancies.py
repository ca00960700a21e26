"""Vacancies with their frozen candidates, and what documents people have filed, inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from domain.events import DocumentFiled
from domain.vacancy import Vacancy, stream_of, vacancy_of
from ledger.record import decode, event_of

VACANCY = "vacancy"
Query = Callable[[str, tuple[Any, ...]], Sequence[Any]]
Unseal = Callable[[bytes], dict[str, Any] | None]


class LedgerVacancies:
    """What one transaction sees. `query` runs a statement with `?` marks; `unseal` opens a record."""

    def __init__(self, query: Query, unseal: Unseal) -> None:
        self._query = query
        self._unseal = unseal
        self._filed: dict[str, set[str]] | None = None

    def of(self, vacancy_id: str) -> Vacancy | None:
        """The vacancy with its list, or None. A candidate whose key was destroyed has no sheet."""
        rows = self._query(
            "SELECT record FROM events WHERE stream = ? ORDER BY version", (stream_of(vacancy_id),)
        )
        records = [bytes(row[0]) for row in rows]
        return vacancy_of(event_of(decode(record), self._unseal(record)) for record in records)

    def documents_of(self, person_id: str) -> frozenset[str]:
        """The types of document in the person's file."""
        if self._filed is None:
            self._filed = {}
            for row in self._query("SELECT record FROM events WHERE type = ?", (DocumentFiled.__name__,)):
                data = decode(bytes(row[0]))["data"]
                self._filed.setdefault(data["person_id"], set()).add(data["document_type"])
        return frozenset(self._filed.get(person_id, ()))
