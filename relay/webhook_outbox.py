"""What waits to be sent to one receiver: state of operation, kept in the database, made from the ledger.

Events of one case go out in order, the next when the one before has arrived; no case waits for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from domain.agency import Agency
from domain.authorization import subtrees
from ledger.record import moment
from ledger.schema import webhook_cursors as cursors
from ledger.schema import webhook_deliveries as deliveries
from projections import outgoing_events
from projections.outgoing_events import OutgoingEvent

WAITING, DELIVERED = "waiting", "delivered"
# So many wait at most: the rest waits in the ledger.
WAITING_AT_MOST = 2_000
LOOKED_AT_ONCE = 1_000
# What was delivered is kept to be looked at, the newest of it.
KEPT = 1_000


@dataclass(frozen=True)
class Place:
    """The position that is looked at next; after so many outages in a row, until when nothing is tried."""

    position: int
    outages: int = 0
    rests_until: str | None = None


@dataclass(frozen=True)
class Waiting:
    """The oldest event of a case that has not arrived. Moments as recorded."""

    position: int
    attempts: int
    next_at: str
    failing_since: str | None


@dataclass(frozen=True)
class Try:
    """How a try ended: the `status` of an answer, and the `error` in a word; None where it arrived."""

    waiting: Waiting
    status: int | None
    error: str | None


def place_of(connection: Connection, row: Mapping[str, Any], *, lock: bool = False) -> Place | None:
    """The place of a subscription (`row` of projections.webhooks); None where it was never looked at, or the
    subscription has changed since. With `lock` no other process moves it before the transaction's end.
    """
    mine = (cursors.c.subscription_id == row["subscription_id"]) & (cursors.c.version == row["version"])
    statement = select(cursors).where(mine)
    found = connection.execute(statement.with_for_update() if lock else statement).first()
    return Place(found.position, found.outages, found.rests_until) if found else None


def begin_anew(connection: Connection, row: Mapping[str, Any], now: datetime) -> Place:
    """After the subscription has changed: what waits is due at once; a replay begins from its position."""
    subscription_id = row["subscription_id"]
    values = {"version": row["version"], "outages": 0, "rests_until": None}
    mine = deliveries.c.subscription_id == subscription_id
    known = connection.execute(select(cursors).where(cursors.c.subscription_id == subscription_id)).first()
    if known is not None and known.replays == row["replays"]:
        fresh = {"attempts": 0, "next_at": moment(now), "failing_since": None}
        connection.execute(update(deliveries).where(mine, deliveries.c.state == WAITING).values(**fresh))
        connection.execute(
            update(cursors).where(cursors.c.subscription_id == subscription_id).values(**values)
        )
        return Place(known.position)
    again = deliveries.c.position > row["starts_after"]
    connection.execute(delete(deliveries).where(mine, again | (deliveries.c.state == WAITING)))
    connection.execute(delete(cursors).where(cursors.c.subscription_id == subscription_id))
    place = Place(row["starts_after"] + 1)
    values |= {"subscription_id": subscription_id, "replays": row["replays"], "position": place.position}
    connection.execute(insert(cursors).values(**values))
    return place


def take_in(
    connection: Connection, row: Mapping[str, Any], place: Place, size: int, agency: Agency, now: datetime
) -> Place:
    """Read on in the ledger of `size` events as far as there is room, and keep what passes the filter."""
    passes = passing(row, agency)
    room = WAITING_AT_MOST - waiting_count(connection, row["subscription_id"])
    position = place.position
    while position < size and room > 0:
        stop = min(position + LOOKED_AT_ONCE, size)
        found = [each for each in outgoing_events.between(connection, position, stop) if passes(each)]
        if len(found) > room:
            found = found[:room]
            stop = found[-1].position + 1
        if found:
            connection.execute(
                insert(deliveries), [_row(row["subscription_id"], each, now) for each in found]
            )
        room -= len(found)
        position = stop
    mine = cursors.c.subscription_id == row["subscription_id"]
    connection.execute(update(cursors).where(mine).values(position=position))
    _forget_old(connection, row["subscription_id"])
    return Place(position, place.outages, place.rests_until)


def passing(row: Mapping[str, Any], agency: Agency) -> Any:
    """The filter of a subscription, as a question about an outgoing event."""
    types, kinds = set(row["event_types"].split()), set(row["kinds"].split())
    units = subtrees(agency, row["unit_ids"].split())

    def passes(event: OutgoingEvent) -> bool:
        if (types and event.type not in types) or (kinds and event.kind not in kinds):
            return False
        return not row["unit_ids"] or bool(event.units & units)

    return passes


def heads(connection: Connection, subscription_id: str) -> list[Waiting]:
    """The oldest waiting event of each case, oldest first."""
    mine = and_(deliveries.c.subscription_id == subscription_id, deliveries.c.state == WAITING)
    first = (
        select(func.min(deliveries.c.position).label("position"))
        .where(mine)
        .group_by(deliveries.c.case_key)
        .subquery()
    )
    columns = (deliveries.c.position, deliveries.c.attempts, deliveries.c.next_at, deliveries.c.failing_since)
    statement = select(*columns).join(first, first.c.position == deliveries.c.position)
    found = connection.execute(
        statement.where(deliveries.c.subscription_id == subscription_id).order_by(deliveries.c.position)
    )
    return [Waiting(*row) for row in found]


def settle(
    connection: Connection, subscription_id: str, tries: list[tuple[Try, datetime | None]], now: datetime
) -> None:
    """Keep how tries ended; the moment beside each is that of its next try, None where it has arrived."""
    for ended, next_at in tries:
        known = ended.waiting
        mine = (deliveries.c.subscription_id == subscription_id) & (deliveries.c.position == known.position)
        values: dict[str, Any] = {
            "attempts": known.attempts + 1,
            "last_status": ended.status,
            "last_error": ended.error,
        }
        if next_at is None:
            values |= {"state": DELIVERED, "delivered_at": moment(now)}
        else:
            values |= {"next_at": moment(next_at), "failing_since": known.failing_since or moment(now)}
        connection.execute(update(deliveries).where(mine, deliveries.c.state == WAITING).values(**values))


def rest(connection: Connection, subscription_id: str, outages: int, until: datetime | None) -> None:
    """Leave the receiver alone until then; None: it answers."""
    mine = cursors.c.subscription_id == subscription_id
    values = {"outages": outages, "rests_until": moment(until) if until else None}
    connection.execute(update(cursors).where(mine).values(**values))


def waiting_count(connection: Connection, subscription_id: str | None = None) -> int:
    """How many events wait, of one subscription or of all."""
    statement = select(func.count()).select_from(deliveries).where(deliveries.c.state == WAITING)
    if subscription_id is not None:
        statement = statement.where(deliveries.c.subscription_id == subscription_id)
    return int(connection.execute(statement).scalar_one())


def page(
    connection: Connection, subscription_id: str, state: str, limit: int, before: int | None
) -> list[dict[str, Any]]:
    """Deliveries in that state, newest first, below the position `before`."""
    mine = (deliveries.c.subscription_id == subscription_id) & (deliveries.c.state == state)
    statement = select(deliveries).where(mine)
    if before is not None:
        statement = statement.where(deliveries.c.position < before)
    rows = connection.execute(statement.order_by(deliveries.c.position.desc()).limit(limit)).mappings()
    return [dict(row) for row in rows]


@dataclass(frozen=True)
class Standing:
    """How a subscription stands: the next position, what waits, since when the oldest fails, and why."""

    position: int | None
    waiting: int
    failing_since: str | None
    last_error: str | None


def standing(connection: Connection, subscription_id: str) -> Standing:
    mine = (deliveries.c.subscription_id == subscription_id) & (deliveries.c.state == WAITING)
    count, since = connection.execute(
        select(func.count(), func.min(deliveries.c.failing_since)).where(mine)
    ).one()
    failing = mine & (deliveries.c.failing_since == since)
    error = connection.execute(select(deliveries.c.last_error).where(failing).limit(1)).scalar()
    place = select(cursors.c.position).where(cursors.c.subscription_id == subscription_id)
    return Standing(connection.execute(place).scalar(), count, since, error)


def _row(subscription_id: str, event: OutgoingEvent, now: datetime) -> dict[str, Any]:
    return {
        "subscription_id": subscription_id,
        "position": event.position,
        "case_key": event.record["stream"],
        "event_type": event.type,
        "state": WAITING,
        "attempts": 0,
        "next_at": moment(now),
    }


def _forget_old(connection: Connection, subscription_id: str) -> None:
    mine = (deliveries.c.subscription_id == subscription_id) & (deliveries.c.state == DELIVERED)
    newest = select(deliveries.c.position).where(mine).order_by(deliveries.c.position.desc())
    last = connection.execute(newest.offset(KEPT).limit(1)).scalar()
    if last is not None:
        connection.execute(delete(deliveries).where(mine, deliveries.c.position <= last))
