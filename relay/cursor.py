"""A consumer's place in the ledger, and the hold by which one process at a time does its work.

The hold is a lease: who dies stops renewing it, and another takes over. Two at once would do no harm,
only the same work twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, or_, select, update

from ledger.record import moment
from ledger.schema import cursors

HELD_FOR = timedelta(seconds=15)


class Cursor:
    """The place of `consumer`, as one process holds it. Its methods block on the database."""

    def __init__(
        self, engine: Engine, consumer: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine = engine
        self._consumer = consumer
        self._holder = str(uuid.uuid4())
        self._clock = clock

    def take(self) -> int | None:
        """Take or keep the hold and return the next position to look at; None while another has it."""
        now = self._clock()
        with self._engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(
                f"INSERT INTO cursors (consumer, position) VALUES ('{self._consumer}', 0) "
                "ON CONFLICT (consumer) DO NOTHING"
            )
            free = or_(
                cursors.c.holder.is_(None),
                cursors.c.holder == self._holder,
                cursors.c.held_until < moment(now),
            )
            taken = connection.execute(
                update(cursors)
                .where(cursors.c.consumer == self._consumer, free)
                .values(holder=self._holder, held_until=moment(now + HELD_FOR))
            )
            if taken.rowcount == 0:
                return None
            place = select(cursors.c.position).where(cursors.c.consumer == self._consumer)
            return int(connection.execute(place).scalar_one())

    def save(self, position: int) -> bool:
        """Keep `position` and renew the hold. False when another process has taken it meanwhile."""
        return self._write(position, self._holder, moment(self._clock() + HELD_FOR))

    def release(self, position: int) -> None:
        """Keep `position` and let the hold go, so that another process need not wait for its end."""
        self._write(position, None, None)

    def _write(self, position: int, holder: str | None, until: str | None) -> bool:
        mine = (cursors.c.consumer == self._consumer) & (cursors.c.holder == self._holder)
        with self._engine.connect() as connection, connection.begin():
            written = connection.execute(
                update(cursors).where(mine).values(position=position, holder=holder, held_until=until)
            )
            return written.rowcount == 1
