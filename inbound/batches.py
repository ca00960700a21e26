"""Batches of requests: taken in whole before they are acknowledged, and told about row by row.

Rows wait sealed under a key of the agency's, some hundred to a part, and are gone with their part's results.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from accounts.schema import batch_parts, batch_rows, batches
from domain.errors import Conflict, IdempotencyKeyReused, Unlawful
from domain.identity import Actor
from ledger.record import moment

PART_ROWS = 200
# So many rows are stored by one transaction.
STORED_ROWS = 10 * PART_ROWS
NONCE_BYTES = 12
# So long a request that brought a small batch may work at it before others may.
HELD_FOR = timedelta(minutes=2)
# What was never whole is forgotten after a day, what was told after a quarter.
HALF_KEPT_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=90)
STARTED, REFUSED, REPEATED, FAULTY = "started", "refused", "repeated", "faulty"
OUTCOMES = (STARTED, REPEATED, REFUSED, FAULTY)
PROBLEMS = (FAULTY, REFUSED)
Row = tuple[int, Any]


class TooManyRows(Unlawful):
    code = "too-many-rows"
    sentence_id = "Lebih dari {most} baris; pecah menjadi beberapa berkas."
    sentence_en = "More than {most} rows; send several files."


class BatchArriving(Conflict):
    code = "batch-arriving"
    sentence_id = "Kiriman yang sama sedang diterima; coba lagi sebentar."
    sentence_en = "The same batch is on its way in; ask again in a moment."


@dataclass(frozen=True)
class Batch:
    batch_id: str
    actor: Actor
    sandbox: bool
    rows: int


@dataclass(frozen=True)
class Told:
    """What came of one row. `fields` names what was wrong in it; sentences in Indonesian and English."""

    row: int
    outcome: str
    action_id: str | None = None
    code: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    wrong: tuple[str, str] | None = None
    mend: tuple[str, str] | None = None


class BatchStore:
    """The batches of an installation. Methods block on the database."""

    def __init__(self, engine: Engine, sealing_key: bytes) -> None:
        self._engine = engine
        derived = HKDF(SHA256(), 32, salt=None, info=b"jenjang inbound batch").derive(sealing_key)
        self._cipher = AESGCM(derived)

    def receive(
        self,
        batch_id: str,
        actor: Actor,
        form: str,
        body: bytes,
        requests: Iterable[Row],
        now: datetime,
        *,
        body_hash: str,
        sandbox: bool,
        most: int,
        at_once: int,
    ) -> Batch:
        """Store every row, then acknowledge: of a process that dies before, nothing is left to be done. With
        `at_once` rows at most the caller works at the batch themself for a while. Raises what reading the
        requests raises, TooManyRows, IdempotencyKeyReused for a batch that is there, and BatchArriving.
        """
        self._forget(now)
        self._announce(batch_id, actor, form, body, now, body_hash=body_hash, sandbox=sandbox)
        try:
            count = self._store(batch_id, requests, most)
        except BaseException:
            with self._engine.begin() as connection:
                _drop(connection, [batch_id])
            raise
        held = moment(now + HELD_FOR) if count <= at_once else None
        taken = {"rows": count, "taken_at": moment(now), "held_until": held}
        with self._engine.begin() as connection:
            mine = batches.c.batch_id == batch_id
            connection.execute(update(batches).where(mine).values(**taken))
        return Batch(batch_id, actor, sandbox, count)

    def _announce(
        self, batch_id: str, actor: Actor, form: str, body: bytes, now: datetime, **what: Any
    ) -> None:
        known = select(batches.c.taken_at, batches.c.received_at).where(batches.c.batch_id == batch_id)
        with self._engine.begin() as connection:
            there = connection.execute(known).first()
            if there is not None and there.taken_at is not None:
                raise IdempotencyKeyReused()
            if there is not None and there.received_at > moment(now - HELD_FOR):
                raise BatchArriving()
            _drop(connection, [batch_id])
            connection.execute(
                insert(batches).values(
                    batch_id=batch_id,
                    owner_kind=actor.kind,
                    owner_id=actor.id,
                    form=form,
                    sha256=hashlib.sha256(body).hexdigest(),
                    body_hash=what["body_hash"],
                    sandbox=int(what["sandbox"]),
                    rows=0,
                    received_at=moment(now),
                )
            )

    def _store(self, batch_id: str, requests: Iterable[Row], most: int) -> int:
        count = 0
        for rows in _batched(requests, STORED_ROWS):
            parts = [
                {"batch_id": batch_id, "part": part, "sealed": self._seal(batch_id, part, some)}
                for part, some in enumerate(_batched(rows, PART_ROWS), count // PART_ROWS)
            ]
            count += len(rows)
            if count > most:
                raise TooManyRows(most=most)
            with self._engine.begin() as connection:
                connection.execute(insert(batch_parts), parts)
        return count

    def take_waiting(self, now: datetime) -> Batch | None:
        """The batch that waits longest and that nobody works at, held for some time from now on."""
        free = batches.c.held_until.is_(None) | (batches.c.held_until < moment(now))
        waits = batches.c.taken_at.is_not(None) & batches.c.finished_at.is_(None) & free
        with self._engine.begin() as connection:
            row = connection.execute(
                select(batches).where(waits).order_by(batches.c.taken_at).limit(1).with_for_update()
            ).first()
            if row is None:
                return None
            mine = batches.c.batch_id == row.batch_id
            held = moment(now + HELD_FOR)
            connection.execute(update(batches).where(mine).values(held_until=held))
        return _batch(row)

    def release(self, batch: Batch) -> None:
        """Let another process go on with it at once."""
        with self._engine.begin() as connection:
            mine = batches.c.batch_id == batch.batch_id
            connection.execute(update(batches).where(mine).values(held_until=None))

    def next_part(self, batch: Batch) -> tuple[int, list[Row]] | None:
        """The first part of the batch that has no results yet."""
        mine = batch_parts.c.batch_id == batch.batch_id
        with self._engine.connect() as connection:
            row = connection.execute(
                select(batch_parts).where(mine).order_by(batch_parts.c.part).limit(1)
            ).first()
        return (
            (row.part, self._open(batch.batch_id, row.part, bytes(row.sealed))) if row is not None else None
        )

    def told_before(self, batch: Batch, action_ids: Sequence[str]) -> set[str]:
        """Those of the actions that an earlier row of the batch was told about."""
        mine = (batch_rows.c.batch_id == batch.batch_id) & batch_rows.c.action_id.in_(action_ids)
        with self._engine.connect() as connection:
            return set(connection.execute(select(batch_rows.c.action_id).where(mine)).scalars())

    def tell(self, batch: Batch, part: int, told: Sequence[Told]) -> None:
        """Keep what came of a part's rows and let the rows go, unless another process did so first."""
        mine = (batch_parts.c.batch_id == batch.batch_id) & (batch_parts.c.part == part)
        with self._engine.begin() as connection:
            if connection.execute(delete(batch_parts).where(mine)).rowcount == 1:
                connection.execute(insert(batch_rows), [_told_row(batch, one) for one in told])

    def finish(self, batch: Batch, now: datetime) -> None:
        mine = (batches.c.batch_id == batch.batch_id) & batches.c.finished_at.is_(None)
        with self._engine.begin() as connection:
            connection.execute(update(batches).where(mine).values(finished_at=moment(now)))

    def _forget(self, now: datetime) -> None:
        """Batches that were never whole, and reports that were kept long enough."""
        half = batches.c.taken_at.is_(None) & (batches.c.received_at < moment(now - HALF_KEPT_FOR))
        old = batches.c.finished_at < moment(now - KEPT_FOR)
        with self._engine.begin() as connection:
            _drop(
                connection, connection.execute(select(batches.c.batch_id).where(half | old)).scalars().all()
            )

    def _seal(self, batch_id: str, part: int, rows: list[Row]) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        text = zlib.compress(orjson.dumps(rows))
        return nonce + self._cipher.encrypt(nonce, text, f"{batch_id}/{part}".encode())

    def _open(self, batch_id: str, part: int, sealed: bytes) -> list[Row]:
        text = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], f"{batch_id}/{part}".encode())
        return [(row, request) for row, request in orjson.loads(zlib.decompress(text))]


def find(connection: Connection, batch_id: str, actor: Actor) -> Any:
    """The batch's row; None where it is not there, not whole, or another's."""
    mine = (batches.c.owner_kind == actor.kind) & (batches.c.owner_id == actor.id)
    whole = (batches.c.batch_id == batch_id) & batches.c.taken_at.is_not(None)
    return connection.execute(select(batches).where(whole & mine)).first()


def counts(connection: Connection, batch_id: str) -> dict[str, int]:
    """How many rows came out how."""
    of_batch = batch_rows.c.batch_id == batch_id
    found = connection.execute(
        select(batch_rows.c.outcome, func.count()).where(of_batch).group_by(batch_rows.c.outcome)
    ).all()
    known = {row[0]: int(row[1]) for row in found}
    return {outcome: known.get(outcome, 0) for outcome in OUTCOMES}


def page(connection: Connection, batch_id: str, outcomes: Sequence[str], limit: int, after: int) -> list[Any]:
    """Rows by number, those after row `after` with one of the outcomes."""
    wanted = (batch_rows.c.batch_id == batch_id) & (batch_rows.c.row > after)
    wanted &= batch_rows.c.outcome.in_(outcomes)
    return list(connection.execute(select(batch_rows).where(wanted).order_by(batch_rows.c.row).limit(limit)))


def every_row(connection: Connection, batch_id: str, outcomes: Sequence[str]) -> Iterator[Any]:
    """As `page`, to the end, never more than some hundred at a time."""
    after = -1
    while rows := page(connection, batch_id, outcomes, 500, after):
        yield from rows
        after = rows[-1].row


def _batched(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in lists of `size`, the last one shorter."""
    waiting = iter(rows)
    while some := list(islice(waiting, size)):
        yield some


def _batch(row: Any) -> Batch:
    return Batch(row.batch_id, Actor(kind=row.owner_kind, id=row.owner_id), bool(row.sandbox), row.rows)


def _drop(connection: Connection, batch_ids: Sequence[str]) -> None:
    for table in (batch_parts, batch_rows, batches):
        connection.execute(delete(table).where(table.c.batch_id.in_(batch_ids)))


def _told_row(batch: Batch, one: Told) -> dict[str, Any]:
    wrong, mend = one.wrong or (None, None), one.mend or (None, None)
    return {
        "batch_id": batch.batch_id,
        "row": one.row,
        "outcome": one.outcome,
        "action_id": one.action_id,
        "code": one.code,
        "fields": orjson.dumps(one.fields).decode() if one.fields else None,
        "wrong_id": wrong[0],
        "wrong_en": wrong[1],
        "mend_id": mend[0],
        "mend_en": mend[1],
    }
