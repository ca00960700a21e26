"""What processes have to hear: the ledger's waking events, the newest of each action, and its haste."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from domain.identity import BKN_SILENCE, SYSTEM
from domain.policy import Kind
from ledger.mirror import ACTION
from ledger.read import kinds_of, waking_events
from ledger.record import moment
from projections.register import actions

BATCH = 500
# What a process caused itself it knows from the answer to its command; the evaluations that a cycle's process
# opens it gives their processes itself.
ITS_OWN = (SYSTEM.id, BKN_SILENCE.id)
# Phases in which the process has to act, where in others it only keeps a deadline.
ACTS_AT_ONCE = ("decree", "awaiting_effect")
SOON = timedelta(minutes=5)


@dataclass(frozen=True)
class News:
    """The newest waking event of an action. `is_over`: nothing is waited for any more. `can_wait`: only
    a deadline has moved, and it is not near. `begun`: somebody else has seen to it that a process runs.
    """

    position: int
    kind: Kind
    is_over: bool
    can_wait: bool
    begun: bool = False


def read_news(connection: Connection, start: int, now: datetime) -> tuple[dict[str, News], int]:
    """The news from position `start` on, by action, and the position to read next."""
    found = waking_events(connection, start, BATCH)
    newest = {
        stream.removeprefix(f"{ACTION}/"): position
        for position, stream, actor in found
        if actor not in ITS_OWN
    }
    following = found[-1][0] + 1 if found else start
    if not newest:
        return {}, following
    told = (actions.c.quiet, actions.c.phase, actions.c.next_due, actions.c.tells_siasn, actions.c.cycle_id)
    columns = (actions.c.action_id, actions.c.kind, *told)
    rows = connection.execute(select(*columns).where(actions.c.action_id.in_(newest))).all()
    near = moment(now + SOON)
    # An action that the register has lost is told of at once; `doctor` finds the register.
    lost = kinds_of(connection, newest.keys() - {row.action_id for row in rows})
    news = {id_: News(newest[id_], kind, is_over=False, can_wait=False) for id_, kind in lost.items()}
    for row in rows:
        far = row.next_due is None or row.next_due > near
        acts = row.phase in ACTS_AT_ONCE or row.tells_siasn
        can_wait = not row.quiet and not acts and far
        begun = row.cycle_id is not None
        news[row.action_id] = News(newest[row.action_id], Kind(row.kind), bool(row.quiet), can_wait, begun)
    return news, following
