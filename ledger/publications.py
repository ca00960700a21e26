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
    cosignatures; `timestamp` is the RFC 3161 answer over `signed`.
    """

    position: int
    size: int
    signed: str
    note: str
    timestamp: bytes | None


def newest_publication(connection: Connection, *, upto: int | None = None) -> Published | None:
    """The newest published checkpoint, of those whose event stands below position `upto`."""
    statement = select(events.c.position, events.c.record).where(events.c.stream == PUBLICATIONS)
    if upto is not None:
        statement = statement.where(events.c.position < upto)
    row = connection.execute(statement.order_by(events.c.version.desc()).limit(1)).first()
    if row is None:
        return None
    event = event_of(decode(bytes(row[1])))
    assert isinstance(event, CheckpointPublished)
    signed = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == event.size)).scalar()
    if signed is None:
        return None
    note = signed + "".join(f"{line}\n" for line in event.cosignatures)
    stamp = base64.b64decode(event.timestamp) if event.timestamp is not None else None
    return Published(row[0], event.size, signed, note, stamp)


def has_news(connection: Connection, published: int) -> bool:
    """Whether anything but publications was recorded from that tree size on."""
    fresh = select(events.c.position).where(events.c.position >= published, events.c.stream != PUBLICATIONS)
    return connection.execute(fresh.limit(1)).first() is not None
