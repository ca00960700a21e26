"""The whole ledger folded for comparison: events with open seals, the agency, every action's state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, cast

from sqlalchemy import Connection, select

from domain.agency import Agency
from domain.personnel_action import ActionState, evolve
from domain.policy import Policy
from ledger.mirror import ACTION
from ledger.projection import History
from ledger.record import StoredEvent, decode, sealing_context, stored_event
from ledger.schema import events, person_keys
from ledger.sealing import Keyring, SealBroken

EVENTS_IN_MEMORY = 50_000
ROWS_AT_ONCE = 2_000
SealReport = Callable[[str, int, str], None]


class Events:
    """The interpretable events in order, unsealed where keys are. May be walked many times; a small
    ledger is read once. `report` hears once of each seal that does not open (code, position, detail).
    """

    def __init__(
        self,
        connection: Connection,
        sealing_key: bytes | None,
        *,
        broken: AbstractSet[int] = frozenset(),
        size: int = 0,
        report: SealReport | None = None,
    ) -> None:
        self._connection = connection
        self._keyring = Keyring(sealing_key) if sealing_key is not None else None
        self._find = self._wrapped_key
        self._broken = broken
        self._report = report
        self._cache: list[StoredEvent] | None = [] if size <= EVENTS_IN_MEMORY else None
        self._cached = False

    def __iter__(self) -> Iterator[StoredEvent]:
        if self._cached and self._cache is not None:
            yield from self._cache
            return
        if self._cache is None:
            yield from self._walk(select(events).order_by(events.c.position))
        else:
            self._cache = list(self._walk(select(events).order_by(events.c.position)))
            self._cached = True
            yield from self._cache
        self._report = None

    def of_actions(self) -> Iterator[StoredEvent]:
        """The events of personnel actions, stream by stream."""
        if self._cached and self._cache is not None:
            found = [stored for stored in self._cache if stored.category == ACTION]
            yield from sorted(found, key=lambda stored: (stored.stream, stored.version))
            return
        yield from self._walk(
            select(events).where(events.c.category == ACTION).order_by(events.c.stream, events.c.version)
        )

    def of_stream(self, stream: str, below: int) -> Iterator[StoredEvent]:
        """The events of one stream before position `below`."""
        yield from self._walk(
            select(events)
            .where(events.c.stream == stream, events.c.position < below)
            .order_by(events.c.position)
        )

    def _walk(self, statement: Any) -> Iterator[StoredEvent]:
        result = self._connection.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})
        for row in result:
            if type(row.position) is not int or row.position in self._broken:
                continue
            record = bytes(row.record)
            sealed = self._unseal(row.position, record)
            try:
                yield stored_event(row.position, record, row.leaf_hash, sealed)
            except ValueError as error:
                self._tell(row.position, "sealed-invalid", f"sealed data does not fit: {error}")
                yield stored_event(row.position, record, row.leaf_hash)

    def _unseal(self, position: int, record: bytes) -> dict[str, Any] | None:
        document = decode(record)
        sealed = document.get("sealed")
        if sealed is None:
            return {}
        if self._keyring is None:
            return None
        context = sealing_context(document["id"], document["stream"])
        try:
            values = self._keyring.unseal(sealed["for"], sealed["box"], context, self._find)
        except (SealBroken, TypeError, ValueError) as error:
            self._tell(position, "seal-broken", str(error))
            return None
        if values is None:
            self._tell(position, "sealed-unreadable", f"there is no key of {sealed['for']}")
        return values

    def _wrapped_key(self, person_id: str) -> bytes | None:
        """The stored key, the first where an altered table has two."""
        wanted = select(person_keys.c.wrapped_key).where(person_keys.c.person_id == person_id)
        found = self._connection.execute(wanted).scalars().first()
        return bytes(found) if isinstance(found, bytes | memoryview) else None

    def _tell(self, position: int, code: str, detail: str) -> None:
        if self._report is not None:
            self._report(code, position, detail)


class _Actions:
    """States of all actions, folded one at a time, so that a national ledger fits in memory."""

    def __init__(self, stored: Events) -> None:
        self._stored = stored

    def values(self) -> Iterator[ActionState]:
        state: ActionState | None = None
        stream = ""
        for item in self._stored.of_actions():
            if item.stream != stream:
                if state is not None:
                    yield state
                state, stream = None, item.stream
            try:
                state = evolve(state, item.recorded)
            except (KeyError, ValueError, AttributeError):
                continue
        if state is not None:
            yield state


def history_of(stored: Events, agency: Agency, policies: dict[str, Policy]) -> History:
    """The history that projections are checked against."""
    return History(agency, policies, cast(dict[str, ActionState], _Actions(stored)), stored)
