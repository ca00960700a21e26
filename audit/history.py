"""The whole ledger folded for comparison: events with open seals, the agency, every action's state."""

from __future__ import annotations

import heapq
import pickle
import zlib
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import Connection, Select, select

from audit.record_check import Report, check_data, meaning_of
from audit.stored_rows import batches_of, whole
from domain import events as ev
from domain.agency import Agency
from domain.identity import Actor
from domain.personnel_action import ActionState, evolve
from domain.policy import Policy
from ledger.mirror import ACTION, action_id_of
from ledger.projection import History
from ledger.record import StoredEvent, category_of, decode, sealing_context
from ledger.schema import events, person_keys
from ledger.sealing import Keyring, SealBroken

EVENTS_IN_MEMORY = 50_000
READ = select(events.c.position, events.c.record, events.c.leaf_hash).order_by(events.c.position)
SealReport = Callable[[str, int, str], None]


class Events:
    """The interpretable events in order, unsealed where keys are. May be walked many times; a small
    ledger is read once. On the first walk `report` hears of what cannot be interpreted or unsealed
    (code, position, detail), and `broken`, the positions not to be read, grows by the former.
    """

    def __init__(
        self,
        connection: Connection,
        sealing_key: bytes | None,
        *,
        broken: set[int] | None = None,
        size: int = 0,
        report: SealReport | None = None,
    ) -> None:
        self._connection = connection
        self._keyring = Keyring(sealing_key) if sealing_key is not None else None
        self._broken = set() if broken is None else broken
        self._report = report
        self._wrapped: dict[str, bytes] | None = None
        self._cache: list[StoredEvent] | None = [] if size <= EVENTS_IN_MEMORY else None
        self._cached = False
        self._by_kind: dict[type[ev.Event], list[StoredEvent]] = {}
        # Whose data could not be opened for want of a key, and where: erased people, or a loss.
        self.closed: list[tuple[str, int]] = []

    def __iter__(self) -> Iterator[StoredEvent]:
        if self._cache is None:
            yield from self._walk(READ)
        else:
            if not self._cached:
                self._cache = list(self._walk(READ))
                self._cached = True
            yield from self._cache
        self._report = None

    def of(self, *kinds: type[ev.Event]) -> Iterator[StoredEvent]:
        """The events of these classes and their subclasses, in order."""
        if self._cached and self._cache is not None:
            lists = [items for kind, items in self._kinds().items() if issubclass(kind, kinds)]
            yield from heapq.merge(*lists, key=attrgetter("position"))
            return
        names = [name for name, model in ev.EVENT_TYPES.items() if issubclass(model, kinds)]
        # An expression, so that no index is asked: a database's owner may have made it leave out some.
        type_ = events.c.type + ""
        yield from self._walk(READ.where(type_.in_(names)))

    def _kinds(self) -> dict[type[ev.Event], list[StoredEvent]]:
        """What is in memory by class, once for all read models."""
        if not self._by_kind:
            for stored in self._cache or ():
                self._by_kind.setdefault(type(stored.event), []).append(stored)
        return self._by_kind

    def _walk(self, statement: Select[Any]) -> Iterator[StoredEvent]:
        for batch in batches_of(self._connection, statement):
            for position, record, leaf_hash in batch:
                if type(position) is int and position not in self._broken:
                    stored = self._interpret(position, record, leaf_hash)
                    if stored is not None:
                        yield stored

    def _interpret(self, position: int, record: bytes, leaf_hash: bytes) -> StoredEvent | None:
        document = decode(record)
        report = self._reporter(position)
        sealed = self._unseal(document, report)
        if sealed is None and self._report is not None and self._keyring is not None:
            self._note_closed(document, position)
        event = meaning_of(document, sealed, report)
        if event is None:
            self._broken.add(position)
            return None
        if self._report is not None:
            check_data(document, event, report)
        stream = document["stream"]
        return StoredEvent(
            position=position,
            record=record,
            leaf_hash=leaf_hash,
            stream=stream,
            version=document["version"],
            category=category_of(stream),
            type=document["type"],
            recorded_at=document["recorded_at"],
            actor=Actor(kind=document["actor"]["kind"], id=document["actor"]["id"]),
            wakes=document["wakes"],
            event=event,
            person_id=document["sealed"]["for"] if "sealed" in document else None,
            sealed=sealed,
        )

    def _unseal(self, document: dict[str, Any], report: Report) -> dict[str, Any] | None:
        box = document.get("sealed")
        if box is None:
            return {}
        if self._keyring is None:
            return None
        context = sealing_context(document["id"], document["stream"])
        try:
            values = self._keyring.unseal(box["for"], box["box"], context, self._wrapped_key)
        except (SealBroken, TypeError, ValueError) as error:
            report("seal-broken", str(error))
            return None
        return values

    def _note_closed(self, document: dict[str, Any], position: int) -> None:
        if self._wrapped_key(document["sealed"]["for"]) is None:
            self.closed.append((document["sealed"]["for"], position))

    def _reporter(self, position: int) -> Report:
        tell = self._report
        return (lambda code, detail: tell(code, position, detail)) if tell else lambda _code, _detail: None

    def _wrapped_key(self, person_id: str) -> bytes | None:
        """The stored key, the first where an altered table has two."""
        if self._wrapped is None:
            self._wrapped = {}
            for batch in batches_of(self._connection, whole(person_keys)):
                for owner, key in batch:
                    if type(key) is bytes:
                        self._wrapped.setdefault(owner, key)
        return self._wrapped.get(person_id)


class States:
    """The states of all actions. Those in which nothing moves any more are kept packed, so that a
    national ledger fits in memory.
    """

    def __init__(self) -> None:
        self._moving: dict[str, ActionState] = {}
        self._quiet: dict[str, bytes] = {}

    def get(self, action_id: str) -> ActionState | None:
        packed = self._quiet.get(action_id)
        return self._moving.get(action_id) if packed is None else _unpacked(packed)

    def put(self, state: ActionState) -> None:
        self._moving.pop(state.id, None)
        self._quiet.pop(state.id, None)
        if state.is_quiet:
            self._quiet[state.id] = zlib.compress(pickle.dumps(state), 1)
        else:
            self._moving[state.id] = state

    def values(self) -> Iterator[ActionState]:
        yield from self._moving.values()
        for packed in self._quiet.values():
            yield _unpacked(packed)


def _unpacked(packed: bytes) -> ActionState:
    state = pickle.loads(zlib.decompress(packed))  # noqa: S301  (packed above, in this process)
    return cast(ActionState, state)


def fold(stored: Events, note: Callable[[StoredEvent], None]) -> History:
    """The history taken as sound, each event noted on the way."""
    agency = Agency()
    policies: dict[str, Policy] = {}
    states = States()
    for item in stored:
        note(item)
        if item.category == ACTION:
            state = evolve(states.get(action_id_of(item.stream)), item.recorded)
            if state is not None:
                states.put(state)
        elif isinstance(item.event, ev.PolicyAdopted):
            policies[item.event.policy_id] = Policy.model_validate(item.event.document)
        else:
            agency.evolve(item.event)
    return history_of(stored, agency, policies, states)


def history_of(stored: Events, agency: Agency, policies: dict[str, Policy], states: States) -> History:
    """The history that projections are checked against."""
    return History(agency, policies, states, stored)
