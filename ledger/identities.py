"""Who people are, as one transaction of the writer opens it: one by one, or many in few statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from domain.facts import Identity
from ledger.record import identity_in

AT_ONCE = 400
Query = Callable[[str, tuple[Any, ...]], list[Any]]
Find = Callable[[str], bytes | None]
# What was opened, by position; emptied when a key is destroyed.
Opened = dict[int, Identity | None]
Unseal = Callable[[bytes, Find], dict[str, Any] | None]


class LedgerIdentities:
    """Identities by person. `positions` says where each person was registered last, `opened` is kept from
    command to command, `unseal` opens a record with the wrapped key that its second argument finds, and
    `find` finds one.
    """

    def __init__(
        self, positions: Mapping[str, int], opened: Opened, query: Query, unseal: Unseal, find: Find
    ) -> None:
        self._positions, self._opened = positions, opened
        self._query, self._unseal, self._find = query, unseal, find

    def of(self, person_id: str) -> Identity | None:
        """The person's identity; None for who is not registered or whose key is gone."""
        position = self._positions.get(person_id)
        if position is None:
            return None
        if position not in self._opened:
            rows = self._query("SELECT record FROM events WHERE position = ?", (position,))
            self._opened[position] = identity_in(
                self._unseal(bytes(rows[0][0]), self._find) if rows else None
            )
        return self._opened[position]

    def meet(self, person_ids: Iterable[str]) -> None:
        """Open those of all these people, who are about to be asked for one by one."""
        wanted = {p: self._positions[p] for p in person_ids if p in self._positions}
        people = iter([p for p, position in wanted.items() if position not in self._opened])
        while part := tuple(islice(people, AT_ONCE)):
            marks = ", ".join("?" * len(part))
            of_part = f"SELECT person_id, wrapped_key FROM person_keys WHERE person_id IN ({marks})"
            keys = {row[0]: bytes(row[1]) for row in self._query(of_part, part)}
            find = self._first_in(keys)
            statement = f"SELECT position, record FROM events WHERE position IN ({marks})"
            positions = tuple(wanted[person_id] for person_id in part)
            for position, record in self._query(statement, positions):
                self._opened[position] = identity_in(self._unseal(bytes(record), find))

    def _first_in(self, keys: Mapping[str, bytes]) -> Find:
        return lambda person_id: keys.get(person_id) or self._find(person_id)
