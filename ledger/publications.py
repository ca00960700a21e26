"""Checkpoints that went out, with what witnesses and a timestamp authority said of them."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from sqlalchemy import Connection, select

from domain.log_events import CheckpointPublished
from domain.log_state import PUBLICATIONS
from ledger.record import decode, event_of
from ledger.schema import checkpoints, events


@dataclass(frozen=True)
class Published:
    """One published checkpoint. `signed` is the note as the log signed it, `note` the same with the
    cosignatures; `timestamp` is the RFC 3161 answer over `signed`; `refused` are witnesses, by the
    name in the log's policy, that saw another history.
    """

    position: int
    recorded_at: str
    size: int
    signed: str
    note: str
    timestamp: bytes | None
    refused: tuple[str, ...]


def newest_publication(connection: Connection, *, upto: int | None = None) -> Published | None:
    """The newest published checkpoint, of those whose event stands below position `upto`."""
    statement = select(events.c.position, events.c.record).where(events.c.stream == PUBLICATIONS)
    if upto is not None:
        statement = statement.where(events.c.position < upto)
    row = connection.execute(statement.order_by(events.c.version.desc()).limit(1)).first()
    if row is None:
        return None
    document = decode(bytes(row[1]))
    event = event_of(document)
    assert isinstance(event, CheckpointPublished)
    signed = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == event.size)).scalar()
    if signed is None:
        return None
    note = signed + "".join(f"{line}\n" for line in event.cosignatures)
    stamp = base64.b64decode(event.timestamp) if event.timestamp is not None else None
    return Published(row[0], document["recorded_at"], event.size, signed, note, stamp, event.refused)


def first_news(connection: Connection, published: int) -> str | None:
    """When the first event that is no publication was recorded from that tree size on."""
    fresh = select(events.c.recorded_at).where(
        events.c.position >= published, events.c.stream != PUBLICATIONS
    )
    found = connection.execute(fresh.order_by(events.c.position).limit(1)).scalar()
    return str(found) if found is not None else None
