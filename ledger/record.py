"""The recorded form of an event: canonical JSON, written once, hashed and stored verbatim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from domain import events as ev
from domain.canonical import NotCanonical, check_profile
from domain.facts import Identity
from domain.identity import Actor
from domain.nip import InvalidNip, parse_nip
from domain.personnel_action import Recorded


@dataclass(frozen=True)
class StoredEvent:
    """An event in the ledger: where it stands, what was stored, and what it means."""

    position: int
    record: bytes
    leaf_hash: bytes
    stream: str
    version: int
    category: str
    type: str
    recorded_at: str
    actor: Actor
    wakes: bool
    event: ev.Event
    person_id: str | None
    sealed: dict[str, Any] | None

    @property
    def row(self) -> tuple[Any, ...]:
        """What table `events` holds of it, in column order."""
        return (
            self.position,
            self.record,
            self.leaf_hash,
            self.stream,
            self.version,
            self.category,
            self.type,
            self.actor.id,
            self.recorded_at,
            int(self.wakes),
        )

    @property
    def recorded(self) -> Recorded:
        return Recorded(
            self.event, self.version, parse_moment(self.recorded_at), self.actor.kind, self.actor.id
        )


def moment(value: datetime) -> str:
    """UTC with microseconds and `Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def category_of(stream: str) -> str:
    return stream.partition("/")[0]


def sealing_context(event_id: str, stream: str) -> str:
    """What a sealed box is bound to: its event and stream."""
    return f"{stream}#{event_id}"


def encode(document: dict[str, Any]) -> bytes:
    """Canonical bytes (RFC 8785). Raises NotCanonical for what the profile does not hold."""
    check_profile(document)
    try:
        return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise NotCanonical(str(error)) from error


def clear_part(event: ev.Event) -> dict[str, Any]:
    """The readable data: without personal fields and without what is not set."""
    return event.model_dump(mode="json", exclude=set(event.PERSONAL), exclude_none=True)


def personal_part(event: ev.Event) -> dict[str, Any]:
    """The personal data of the event, empty when there is none."""
    if not event.PERSONAL:
        return {}
    return event.model_dump(mode="json", include=set(event.PERSONAL), exclude_none=True)


def identity_in(sealed: dict[str, Any] | None) -> Identity | None:
    """Who a registration is about, from its opened seal; None without it."""
    if not sealed or "birth_date" not in sealed:
        return None
    born = date.fromisoformat(sealed["birth_date"])
    try:
        nip = parse_nip(sealed.get("nip", ""))
    except InvalidNip:
        return Identity(born, None)
    return Identity(born, nip.birth_date, nip.appointed_on)


def decode(record: bytes) -> dict[str, Any]:
    document = orjson.loads(record)
    if not isinstance(document, dict):
        raise NotCanonical("a record is a JSON object")
    return document


def event_of(document: dict[str, Any], sealed: dict[str, Any] | None = None) -> ev.Event:
    """The event of a record, with its personal fields where `sealed` is given."""
    model = ev.EVENT_TYPES[document["type"]]
    return model.model_validate(document["data"] | (sealed or {}))


def actor_of(document: dict[str, Any]) -> Actor:
    return Actor(kind=document["actor"]["kind"], id=document["actor"]["id"])


def stored_event(
    position: int, record: bytes, leaf_hash: bytes, sealed: dict[str, Any] | None = None
) -> StoredEvent:
    """Read one stored row back; `sealed` are its unsealed personal fields, if the caller has them."""
    document = decode(record)
    return StoredEvent(
        position=position,
        record=record,
        leaf_hash=leaf_hash,
        stream=document["stream"],
        version=document["version"],
        category=category_of(document["stream"]),
        type=document["type"],
        recorded_at=document["recorded_at"],
        actor=actor_of(document),
        wakes=document["wakes"],
        event=event_of(document, sealed),
        person_id=document["sealed"]["for"] if "sealed" in document else None,
        sealed=sealed,
    )
