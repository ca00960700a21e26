"""Reading the ledger: records, streams, heads and checkpoints, and the agency as it stands now."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from domain.log_state import LogState
from domain.offices import Offices
from domain.personnel_file import PersonnelFiles
from domain.policy import Kind
from ledger.database import fetch
from ledger.directory_view import DirectoryView
from ledger.mirror import ACTION, DIRECTORY, DOCUMENT, NO_CALENDAR, Mirror, action_id_of, load_log_state
from ledger.past import Past
from ledger.record import StoredEvent, decode, sealing_context, stored_event
from ledger.schema import checkpoints, events, head
from ledger.sealing import Keyring, find_wrapped_key

NEWS = (
    "SELECT position, record, leaf_hash, category FROM events "
    f"WHERE category IN ({', '.join('?' * len(DIRECTORY))}) AND position >= ? ORDER BY position"
)


class Directory:
    """Follows the directory events for readers. A change makes a new view; old views stay as they are.
    `forget` hears of everybody who was erased.
    """

    def __init__(self, forget: Callable[[str], None] = lambda _: None) -> None:
        self._forget = forget
        self._lock = threading.Lock()
        self._mirror: Mirror | None = None
        self._next = 0
        self._view: DirectoryView | None = None
        self._past = Past(NO_CALENDAR)

    def current(self, connection: Connection) -> DirectoryView:
        """The view at the newest position that `connection`'s transaction sees."""
        with self._lock:
            if self._mirror is None or self._view is None:
                size = connection.execute(select(head.c.size)).scalar_one()
                self._mirror = Mirror.load(connection, size, actions=False, past=self._past)
                self._next = size
                self._view = self._freeze(self._mirror)
                return self._view
            fresh = fetch(connection, NEWS, (*DIRECTORY, self._next))
            if fresh:
                mirror = self._mirror
                of_files = {category == DOCUMENT for *_, category in fresh}
                if True in of_files:
                    mirror.files = mirror.files.copy()
                if False in of_files:
                    mirror.agency = copy.copy(mirror.agency)
                    mirror.agency.detach()
                    mirror.policies = dict(mirror.policies)
                    mirror.published = mirror.published.copy()
                for position, record, leaf_hash, _ in fresh:
                    mirror.apply(stored_event(position, bytes(record), bytes(leaf_hash)))
                for person_id in mirror.take_erased():
                    self._forget(person_id)
                self._next = mirror.size
                # Offices are found anew only where the agency changed, not for a document more.
                known = self._view.offices_by_policy
                self._view = self._freeze(mirror) if False in of_files else self._freeze(mirror, known)
            return self._view

    def at(self, connection: Connection, position: int, moment: datetime) -> DirectoryView:
        """The view after the event at `position`, for questions about the day of `moment`."""
        self.current(connection)
        return self._past.at(position, self._past.calendar_at(position).today(moment))

    def files_at(self, connection: Connection, position: int) -> PersonnelFiles:
        """The personnel files after the event at `position`."""
        self.current(connection)
        return self._past.files_at(position)

    @staticmethod
    def _freeze(mirror: Mirror, offices: dict[str, Offices] | None = None) -> DirectoryView:
        if offices is None:
            offices = {policy.id: Offices(mirror.agency, policy) for policy in mirror.policies.values()}
        return DirectoryView(
            mirror.agency, mirror.policies, mirror.calendar, offices, mirror.files, mirror.published
        )


class Reader:
    """Reads with open seals where the keyring has the person's key."""

    def __init__(self, engine: Engine, sealing_key: bytes) -> None:
        self.engine = engine
        self.keyring = Keyring(sealing_key)
        self.directory = Directory(self.keyring.forget)

    def stream(self, connection: Connection, stream: str, *, up_to: int | None = None) -> list[StoredEvent]:
        """The events of a stream, oldest first, unsealed; `up_to` is the last position to include."""
        statement = select(events.c.position, events.c.record, events.c.leaf_hash).where(
            events.c.stream == stream
        )
        if up_to is not None:
            statement = statement.where(events.c.position <= up_to)
        found = connection.execute(statement.order_by(events.c.version))
        return [self.open(connection, row[0], bytes(row[1]), bytes(row[2])) for row in found]

    def open(self, connection: Connection, position: int, record: bytes, leaf_hash: bytes) -> StoredEvent:
        """One stored row, unsealed."""
        return stored_event(position, record, leaf_hash, self.unseal(connection, record))

    def unseal(self, connection: Connection, record: bytes) -> dict[str, Any] | None:
        """The sealed values of a record: {} when it has none, None when the key is gone."""
        document = decode(record)
        sealed = document.get("sealed")
        if sealed is None:
            return {}
        context = sealing_context(document["id"], document["stream"])
        return self.keyring.read(sealed["for"], sealed["box"], context, find_wrapped_key(connection))


def size(connection: Connection) -> int:
    return int(connection.execute(select(head.c.size)).scalar_one())


def event_at(connection: Connection, position: int) -> tuple[bytes, bytes] | None:
    """Record and leaf hash of the event at `position`."""
    statement = select(events.c.record, events.c.leaf_hash).where(events.c.position == position)
    row = connection.execute(statement).first()
    return (bytes(row[0]), bytes(row[1])) if row else None


def leaf_hashes(connection: Connection, start: int, stop: int) -> list[bytes]:
    """Leaf hashes of positions `start` to `stop`, the last not included."""
    statement = (
        select(events.c.leaf_hash)
        .where(events.c.position >= start, events.c.position < stop)
        .order_by(events.c.position)
    )
    return [bytes(row[0]) for row in connection.execute(statement)]


def newest_checkpoint(connection: Connection) -> str | None:
    """The newest signed note."""
    return connection.execute(
        select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1)
    ).scalar()


def log_state(connection: Connection) -> LogState:
    """The log's keys in force and its newest publication."""
    return load_log_state(connection, size(connection))


def waking_events(connection: Connection, start: int, limit: int) -> list[tuple[int, str, str]]:
    """`(position, stream, actor)` of events from `start` on that a process has to hear of, oldest first."""
    statement = (
        select(events.c.position, events.c.stream, events.c.actor)
        .where(events.c.wakes == 1, events.c.position >= start)
        .order_by(events.c.position)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(statement)]


def kinds_of(connection: Connection, action_ids: Iterable[str]) -> dict[str, Kind]:
    """The kind of each of these personnel actions, as its submission says."""
    streams = [f"{ACTION}/{action_id}" for action_id in action_ids]
    if not streams:
        return {}
    statement = select(events.c.stream, events.c.record).where(
        events.c.stream.in_(streams), events.c.version == 1
    )
    return {
        action_id_of(stream): Kind(decode(bytes(record))["data"]["kind"])
        for stream, record in connection.execute(statement)
    }


def all_events(connection: Connection) -> Iterator[tuple[int, bytes, bytes]]:
    """Every `(position, record, leaf_hash)`, oldest first, without holding them all."""
    statement = select(events.c.position, events.c.record, events.c.leaf_hash).order_by(events.c.position)
    for row in connection.execution_options(yield_per=5000).execute(statement):
        yield row[0], bytes(row[1]), bytes(row[2])
