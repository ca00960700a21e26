"""What an auditor asked, as a bundle carries it: the query, its window of positions, and what answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

# A bundle is read whole by one person with one file of Python: what is larger is an export's affair.
LARGEST_RECORDS = 10_000
LARGEST_CASES = 200
LARGEST_CONTENT = 512 * 2**20


class TooMuch(ValueError):
    """The query means more than one bundle carries; the sentence says what and how much."""


@dataclass(frozen=True)
class Found:
    """Of the first `size` events, `first` to `last` (not included) are those of the time asked about, and
    `positions` those among them that answer, ascending.
    """

    first: int
    last: int
    positions: list[int]


@dataclass(frozen=True)
class Query:
    """Conditions that all hold, None where it does not narrow; `first` (included) and `last` (not
    included) bound `recorded_at`, written as the ledger writes moments. `words` may end in `*`.

    `whole_cases` adds all records of each personnel action among the answers. `exhaustive` adds every
    record of the window, so that whoever checks the bundle finds the answers themself. `find` looks
    the answers up in the first `size` events.
    """

    find: Callable[[Connection, int], Found]
    actor: str | None = None
    type: str | None = None
    stream: str | None = None
    first: str | None = None
    last: str | None = None
    words: str | None = None
    whole_cases: bool = False
    exhaustive: bool = False

    def as_json(self) -> dict[str, Any]:
        """The conditions as they stand in a bundle's manifest."""
        return {
            "actor": self.actor,
            "type": self.type,
            "stream": self.stream,
            "from": self.first,
            "to": self.last,
            "words": self.words,
            "exhaustive": self.exhaustive,
        }
