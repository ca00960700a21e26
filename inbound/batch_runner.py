"""Works through batches part by part: each row a command of its own, judged like any other.

Ids derive from the caller and the row's key, or from what it asks: a part that is done again after a crash,
and a row that comes in again with another file, find the action that they began.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, select

from domain.commands import ActionCommand, RecordPersonalDataRead, SubmitAction
from domain.errors import IdempotencyKeyReused, NotPermitted, Refusal, UnknownReference
from domain.evaluation_commands import SubmitEvaluation
from domain.finding_texts import remedy_of
from domain.identity import Actor
from domain.personnel_action import ActionState, Status
from domain.policy import Severity
from inbound.batches import FAULTY, REFUSED, REPEATED, STARTED, Batch, BatchStore, Row, Told
from inbound.identified import Identified, identified_as
from inbound.remedies import mend
from inbound.requests import FIELDS, START, Asked
from ledger.append import Ledger, LedgerUnavailable
from ledger.mirror import load_state
from ledger.read import Reader
from ledger.record import decode
from ledger.result import Result, Tried
from ledger.schema import commands, events
from projections.api_keys import api_keys

log = logging.getLogger(__name__)

# So many commands of a batch wait in the writer's queue at once: those of people come between them.
IN_FLIGHT = 48
LONGEST_KEY = 255
REVOKED = ("Kunci API ini telah diakhiri.", "This API key has ended.")
FAILED = ("Terjadi kesalahan pada sistem.", "Something went wrong on our side.")
UNREADABLE = ("Isi baris tidak sesuai bentuknya.", "The row does not have the right form.")


@dataclass(frozen=True)
class _Known:
    """A command that was accepted before: for what, and in which batch."""

    body_hash: str
    batch_id: str


class BatchRunner:
    """Begins what batches ask for. Two at once do no harm, only the same work twice."""

    def __init__(
        self, store: BatchStore, ledger: Ledger, reader: Reader, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._reader = reader
        self._clock = clock

    def run_waiting(self) -> bool:
        """Do one part of the batch that waits longest; False when none waits. Whatever this raises (ledger or
        database are away), the part is done again when the batch has rested.
        """
        batch = self._store.take_waiting(self._clock())
        if batch is None:
            return False
        self.run_part(batch)
        self._store.release(batch)
        return True

    def run(self, batch: Batch) -> None:
        """Do the whole batch."""
        while self.run_part(batch):
            pass

    def run_part(self, batch: Batch) -> bool:
        """Do one part; False, and the batch is finished, when there was none left."""
        found = self._store.next_part(batch)
        if found is None:
            self._store.finish(batch, self._clock())
            return False
        part, rows = found
        self._store.tell(batch, part, self._told(batch, rows))
        return True

    def _told(self, batch: Batch, rows: Sequence[Row]) -> list[Told]:
        actor = _actor_of(self._reader.engine, batch)
        if actor is None:
            return [_faulty(row, "key-revoked", REVOKED) for row, _ in rows]
        told: dict[int, Told] = {}
        asked: list[tuple[int, Identified, ActionCommand]] = []
        with self._reader.engine.connect() as connection:
            reading = Asked(self._reader, connection, actor, self._clock)
            identities = {row: _identity(actor, request) for row, request in rows}
            known = _known(connection, [one.command_id for one in identities.values()])
            for row, request in rows:
                identified = identities[row]
                before = known.get(identified.command_id)
                if before is not None and before.body_hash != identified.body_hash:
                    told[row] = _refused_row(row, IdempotencyKeyReused())
                    continue
                if before is not None and not batch.sandbox:
                    outcome = STARTED if before.batch_id == batch.batch_id else REPEATED
                    told[row] = Told(row, outcome, identified.made("action"))
                    continue
                try:
                    body = START.validate_python(_without_key(request))
                    command = reading.command(identified, body)
                except ValidationError as error:
                    told[row] = _unreadable(row, error)
                except Refusal as refusal:
                    told[row] = _refused_row(row, refusal)
                else:
                    asked.append((row, identified, command))
        told |= self._begun(batch, asked)
        return self._once_each(batch, [told[row] for row, _ in rows])

    def _begun(self, batch: Batch, asked: Sequence[tuple[int, Identified, ActionCommand]]) -> dict[int, Told]:
        told: dict[int, Told] = {}
        running: list[tuple[int, Future[Any]]] = []
        for row, identified, command in asked:
            if len(running) >= IN_FLIGHT:
                first, future = running.pop(0)
                told[first] = self._outcome(first, future)
            running.append((row, self._submitted(batch, identified, command)))
        for row, future in running:
            told[row] = self._outcome(row, future)
        return told

    def _submitted(self, batch: Batch, identified: Identified, command: ActionCommand) -> Future[Any]:
        if batch.sandbox:
            self._read_by(command)
            return self._ledger.try_out(command)
        of_batch = command.model_copy(update={"correlation_id": batch.batch_id})
        return self._ledger.submit(of_batch, body_hash=identified.body_hash)

    def _read_by(self, command: ActionCommand) -> None:
        """What a trial is told of a person is a reading of their data."""
        if isinstance(command, SubmitEvaluation) or (
            isinstance(command, SubmitAction) and not command.candidate
        ):
            reading = RecordPersonalDataRead(
                command_id=str(uuid.uuid4()),
                actor=command.actor,
                subject_id=command.subject_id,
                what="sandbox",
                purpose="sandbox",
            )
            self._ledger.submit(reading)

    def _outcome(self, row: int, future: Future[Any]) -> Told:
        try:
            result = future.result()
        except Refusal as refusal:
            return _refused_row(row, refusal)
        except LedgerUnavailable:
            raise
        except Exception:
            log.exception("a row of a batch could not be judged")
            return _faulty(row, "internal-error", FAILED)
        if isinstance(result, Tried):
            state, action_id = _after(result), None
        else:
            assert isinstance(result, Result)
            state, action_id = result.state, result.state.id if result.state else None
        assert state is not None  # a beginning that is not refused makes an action
        if state.status is not Status.REFUSED:
            return Told(row, STARTED, action_id)
        rules = [o.rule for o in state.outcomes if o.severity is Severity.HARD and o.outcome != "pass"]
        remedies = [
            " ".join(filter(None, (remedy_of(rule, "fail", language) for rule in rules)))
            for language in ("id", "en")
        ]
        wrong = (f"Ditolak oleh aturan: {', '.join(rules)}.", f"Refused by rule: {', '.join(rules)}.")
        mends = (remedies[0], remedies[1]) if all(remedies) else mend("refused")
        return Told(row, REFUSED, action_id, "refused", wrong=wrong, mend=mends)

    def _once_each(self, batch: Batch, told: list[Told]) -> list[Told]:
        """Of rows that ask for the same action the first began it and the others repeat it."""
        began = [one.action_id for one in told if one.outcome == STARTED and one.action_id]
        seen = self._store.told_before(batch, began) if began else set()
        found = []
        for one in told:
            if one.outcome == STARTED and one.action_id in seen:
                one = Told(one.row, REPEATED, one.action_id)  # noqa: PLW2901  (the same row, told otherwise)
            if one.action_id:
                seen.add(one.action_id)
            found.append(one)
        return found


def _actor_of(engine: Engine, batch: Batch) -> Actor | None:
    """Whoever sent the batch, with the scopes of today; None where their key has ended."""
    if batch.actor.kind != "integration":
        return batch.actor
    mine = (api_keys.c.key_id == batch.actor.id) & api_keys.c.revoked_at.is_(None)
    with engine.connect() as connection:
        scopes = connection.execute(select(api_keys.c.scopes).where(mine)).scalar()
    if scopes is None:
        return None
    return batch.actor.model_copy(update={"scopes": frozenset(scopes.split())})


def _identity(actor: Actor, request: Any) -> Identified:
    asked = _without_key(request)
    key = request.get("key") if isinstance(request, dict) else None
    if isinstance(key, str) and 0 < len(key) <= LONGEST_KEY:
        return identified_as(actor, "row", key, asked)
    unnamed = identified_as(actor, "row", "", asked)
    return identified_as(actor, "row by content", unnamed.body_hash, asked)


def _without_key(request: Any) -> Any:
    return {k: v for k, v in request.items() if k != "key"} if isinstance(request, dict) else request


def _known(connection: Connection, command_ids: Sequence[str]) -> dict[str, _Known]:
    columns = (commands.c.command_id, commands.c.body_hash, events.c.record)
    beside = commands.join(events, events.c.position == commands.c.position)
    wanted = select(*columns).select_from(beside).where(commands.c.command_id.in_(command_ids))
    return {
        row.command_id: _Known(row.body_hash, decode(bytes(row.record))["correlation_id"])
        for row in connection.execute(wanted)
    }


def _after(tried: Tried) -> ActionState | None:
    return load_state(tried.history)


def _faulty(row: int, code: str, wrong: tuple[str, str], **more: Any) -> Told:
    return Told(row, FAULTY, code=code, wrong=wrong, mend=mend(code), **more)


def _refused_row(row: int, refusal: Refusal) -> Told:
    """What the law or the register says of a row that began nothing."""
    field = refusal.facts.get("field")
    if isinstance(refusal, UnknownReference) and field:
        refusal = UnknownReference(what=field, field=field)  # what was named there is not kept
    wrong = (refusal.sentence("id"), refusal.sentence("en"))
    code = NotPermitted.code if isinstance(refusal, NotPermitted) else refusal.code
    return _faulty(row, code, wrong, fields=((str(field), ""),) if field else ())


def _unreadable(row: int, error: ValidationError) -> Told:
    fields = tuple(
        (".".join(part for part in map(str, item["loc"]) if part in FIELDS or part.isdigit()), item["msg"])
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    )
    return _faulty(row, "invalid-request", UNREADABLE, fields=fields)
