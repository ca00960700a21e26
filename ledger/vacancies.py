"""Vacancies with their frozen candidates, inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from domain.promotion_events import VacancyOpened
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

    def of(self, vacancy_id: str) -> Vacancy | None:
        """The vacancy with its list, or None. A candidate whose key was destroyed has no sheet."""
        rows = self._query(
            "SELECT record FROM events WHERE stream = ? ORDER BY version", (stream_of(vacancy_id),)
        )
        records = [bytes(row[0]) for row in rows]
        return vacancy_of(event_of(decode(record), self._unseal(record)) for record in records)

    def newest(self, limit: int, before: int | None) -> list[tuple[int, VacancyOpened]]:
        """Openings with their positions, newest first, `limit` at most, older than position `before`."""
        older, values = ("", ()) if before is None else (" AND position < ?", (before,))
        rows = self._query(
            f"SELECT position, record FROM events WHERE category = ? AND type = ?{older} "
            "ORDER BY position DESC LIMIT ?",
            (VACANCY, VacancyOpened.__name__, *values, limit),
        )
        found = [(int(row[0]), event_of(decode(bytes(row[1])), None)) for row in rows]
        return [(position, event) for position, event in found if isinstance(event, VacancyOpened)]
