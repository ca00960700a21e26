"""Talent records inside a transaction: folded from the ledger when asked for, kept between commits.

Everything about a person's talent is sealed, so a record is read from the person's stream and
opened; what one process has opened it keeps, and drops when another process has added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from domain.talent_events import TalentPlaced
from domain.talent_record import Placement, TalentRecord, evolve_talent, placement_in
from ledger.record import StoredEvent, decode, event_of, sealing_context
from ledger.sealing import Keyring

TALENT = "talent"
RECORDS_IN_MEMORY = 50_000
AT_ONCE = 500
Query = Callable[[str, tuple[Any, ...]], Sequence[Any]]


class KeptTalent:
    """Opened records of one process, moved on by what it appends itself."""

    def __init__(self) -> None:
        self.records: dict[str, TalentRecord] = {}
        self.placements: dict[str, Placement] | None = None
        self.stale: set[str] = set()

    def apply(self, stored: StoredEvent) -> None:
        """Follow one event of a talent stream; one whose seal is closed is looked up when asked for."""
        person_id = stored.stream.partition("/")[2]
        if stored.person_id is not None and stored.sealed is None:
            self.records.pop(person_id, None)
            if isinstance(stored.event, TalentPlaced):
                self.stale.add(person_id)
            return
        if person_id in self.records:
            self.records[person_id] = evolve_talent(self.records[person_id], stored.event)
        if isinstance(stored.event, TalentPlaced) and self.placements is not None:
            self.placements[person_id] = placement_in(stored.event)

    def forget(self, person_id: str) -> None:
        """The person was erased: what was opened of them goes."""
        self.records.pop(person_id, None)
        if self.placements is not None and person_id in self.placements:
            self.stale.add(person_id)

    def keep(self, records: Mapping[str, TalentRecord]) -> None:
        if len(self.records) + len(records) > RECORDS_IN_MEMORY:
            self.records.clear()
        self.records.update(records)


class LedgerTalent:
    """The talent source of one transaction. `query` runs a statement with `?` marks and sees what the
    transaction has appended; `new_keys` are keys that it has made and not stored yet.
    """

    def __init__(
        self, kept: KeptTalent, query: Query, keyring: Keyring, new_keys: Mapping[str, bytes]
    ) -> None:
        self._kept = kept
        self._query = query
        self._keyring = keyring
        self._new_keys = new_keys

    def of(self, person_ids: Iterable[str]) -> dict[str, TalentRecord]:
        """The record of each of these people, an empty one of whom nothing was recorded."""
        wanted = list(dict.fromkeys(person_ids))
        missing = iter([person_id for person_id in wanted if person_id not in self._kept.records])
        found = {p: self._kept.records[p] for p in wanted if p in self._kept.records}
        while part := list(islice(missing, AT_ONCE)):
            loaded = self._load(part)
            self._kept.keep(loaded)
            found.update(loaded)
        return found

    def placements(self) -> dict[str, Placement]:
        """The newest placement of everybody who has one, by person. Not to be changed."""
        kept = self._kept
        if kept.placements is None:
            rows = self._query(
                "SELECT record FROM events WHERE type = ? ORDER BY position", (TalentPlaced.__name__,)
            )
            documents = (decode(bytes(row[0])) for row in rows)
            newest = {document["data"]["person_id"]: document for document in documents}
            keys = self._keys(None)
            kept.placements = {p: placement_in(self._placed(d, keys)) for p, d in newest.items()}
            kept.stale.clear()
        elif kept.stale:
            for person_id, record in self.of(kept.stale).items():
                if record.placement is not None:
                    kept.placements[person_id] = record.placement
            kept.stale.clear()
        return kept.placements

    def _placed(self, document: dict[str, Any], keys: Mapping[str, bytes]) -> TalentPlaced:
        event = event_of(document, self._open(document, keys))
        assert isinstance(event, TalentPlaced)  # asked for by type
        return event

    def _load(self, person_ids: list[str]) -> dict[str, TalentRecord]:
        records = {person_id: TalentRecord(person_id) for person_id in person_ids}
        marks = ", ".join("?" * len(person_ids))
        rows = self._query(
            f"SELECT record FROM events WHERE stream IN ({marks}) ORDER BY stream, version",
            tuple(f"{TALENT}/{person_id}" for person_id in person_ids),
        )
        keys = self._keys(person_ids) if rows else {}
        for (record,) in rows:
            document = decode(bytes(record))
            person_id = document["stream"].partition("/")[2]
            event = event_of(document, self._open(document, keys))
            records[person_id] = evolve_talent(records[person_id], event)
        return records

    def _open(self, document: dict[str, Any], keys: Mapping[str, bytes]) -> dict[str, Any] | None:
        sealed = document.get("sealed")
        if sealed is None:
            return {}
        context = sealing_context(document["id"], document["stream"])
        return self._keyring.read(sealed["for"], sealed["box"], context, keys.get)

    def _keys(self, person_ids: list[str] | None) -> dict[str, bytes]:
        """Wrapped keys of these people, or of everybody."""
        statement = "SELECT person_id, wrapped_key FROM person_keys"
        values: tuple[str, ...] = ()
        if person_ids is not None:
            marks = ", ".join("?" * len(person_ids))
            statement, values = f"{statement} WHERE person_id IN ({marks})", tuple(person_ids)
        return {row[0]: bytes(row[1]) for row in self._query(statement, values)} | dict(self._new_keys)
