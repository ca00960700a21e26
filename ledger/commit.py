"""One commit of the ledger: judge, record, seal and project many commands in one transaction.

Each commit takes the head's lock, catches up with what other processes appended, judges its
commands in order, each against the state its predecessors left, and appends with gap-free
positions, tree head, signed checkpoint and projections. A refused command leaves no trace and
harms no neighbour.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from domain.canonical import NotCanonical
from domain.commands import ActionCommand, Command
from domain.decide import decide
from domain.erasure_events import PersonErased
from domain.errors import IdempotencyKeyReused, InvalidDetails, PersonIsErased, Refusal
from domain.events import NewEvent
from domain.facts import Facts
from domain.identity import Actor
from domain.personnel_action import ActionState, Recorded, evolve, wakes
from ledger import retries, schema
from ledger.identities import Find, LedgerIdentities, Opened
from ledger.mirror import ACTION, NO_OFFICES, Mirror, action_id_of, load_state
from ledger.projection import Batch, Projection, RowWriter
from ledger.record import (
    StoredEvent,
    category_of,
    clear_part,
    decode,
    encode,
    moment,
    parse_moment,
    personal_part,
    sealing_context,
    stored_event,
)
from ledger.result import Answer, Receipt, Result, Tried, Waiting
from ledger.retries import Known
from ledger.reviews import LedgerReviews
from ledger.sealing import Keyring
from ledger.talent import LedgerTalent
from ledger.vacancies import LedgerVacancies
from proofs.checkpoint import Checkpoint
from proofs.key_folder import LogSigners
from proofs.merkle import Frontier, leaf_hash

log = logging.getLogger(__name__)

READ_COLUMNS = "position, record, leaf_hash"


@dataclass(frozen=True)
class WriterContext:
    """What every commit of a process works with."""

    rows: RowWriter
    signers: LogSigners
    keyring: Keyring
    projections: tuple[Projection, ...]
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class _Draft:
    """An event that was judged and has its place in its stream, but no position and bytes yet."""

    id: str
    new: NewEvent
    version: int
    actor: Actor
    at: str

    @property
    def action_id(self) -> str | None:
        return action_id_of(self.new.stream) if category_of(self.new.stream) == ACTION else None

    @property
    def recorded(self) -> Recorded:
        return Recorded(self.new.event, self.version, parse_moment(self.at), self.actor.kind, self.actor.id)

    @property
    def unrecorded(self) -> StoredEvent:
        """As a trial is told of it: no bytes, no place in the ledger."""
        return StoredEvent(
            position=0,
            record=b"",
            leaf_hash=b"",
            stream=self.new.stream,
            version=self.version,
            category=category_of(self.new.stream),
            type=type(self.new.event).__name__,
            recorded_at=self.at,
            actor=self.actor,
            wakes=False,
            event=self.new.event,
            person_id=self.new.person_id,
            sealed=None,
        )


@dataclass
class _Accepted:
    waiting: Waiting
    stream: str
    version: int
    last: StoredEvent | None
    state: ActionState | None


class Commit:
    """One transaction of the writer. `mirror` is caught up with the head when it is made."""

    def __init__(self, context: WriterContext, connection: Connection, mirror: Mirror | None) -> None:
        self._context = context
        self._rows = context.rows
        self._rows.use(connection)
        self._driver_error: type[Exception] = connection.dialect.loaded_dbapi.Error
        lock = "" if self._rows.dialect == "sqlite" else " FOR UPDATE"
        size, frontier, recorded_at = self._rows.execute(
            f"SELECT size, frontier, recorded_at FROM head WHERE id = 1{lock}"
        ).fetchone()
        self._start: int = size
        self._new_keys: dict[str, bytes] = {}
        self._frontier = Frontier.from_bytes(bytes(frontier))
        self._last_moment: str = recorded_at
        self.mirror = mirror if mirror is not None else Mirror.load(connection, size)
        self.mirror.catch_up(connection, size)
        self._opened: Opened = {}
        self._forget_erased()
        self._position = self._start
        self._batch = Batch(
            agency=self.mirror.agency,
            policies=self.mirror.policies,
            rank_lists=self.mirror.registry.ranks,
        )
        self._flushed = 0
        self._versions: dict[str, int] = {}
        self._accepted: dict[str, _Accepted] = {}

    def run(self, waiting: list[Waiting]) -> list[Answer]:
        """Judge the commands in order and write the commit; one answer for each, in order. With no
        commands nothing is written, and the mirror is caught up.
        """
        known = retries.known(self._rows, [item.command.command_id for item in waiting])
        judged = [self._judge(item, known) for item in waiting]
        head = self._write_commit() if self._position > self._start else None
        return [self._answer(item, found, head) for item, found in zip(waiting, judged, strict=True)]

    # --- judging ---

    def _judge(self, item: Waiting, known: dict[str, Known]) -> _Accepted | BaseException | Result | Tried:
        command = item.command
        kept = set(self._new_keys)
        try:
            if item.trial:
                return self._try_out(command)
            if command.command_id in known:
                return retries.first_answer(self._rows, item, known[command.command_id])
            return self._twin(item) or self._accept(item)
        except Refusal as refusal:
            return refusal
        except NotCanonical as error:
            self._unkeep(kept)
            return InvalidDetails(errors=[{"field": "", "message": str(error)}])
        except (SQLAlchemyError, self._driver_error):
            # The transaction itself is in doubt: nobody's command may be answered from it.
            raise
        except Exception as error:
            # A fault of ours in judging one command: nothing of it is written yet, so its
            # neighbours need not suffer. `_append` is past the point where this can happen.
            log.exception("%s could not be judged", type(command).__name__)
            self._unkeep(kept)
            return error

    def _try_out(self, command: Command) -> Tried:
        """By the judge and the facts of the writer, so that a trial hears what a command would."""
        action_id = command.action_id if isinstance(command, ActionCommand) else None
        state = self._state(action_id) if action_id else None
        drafts = self._drafts(command, decide(state, self._facts(), command))
        own = f"{ACTION}/{action_id}"
        return Tried(command, tuple(draft.unrecorded for draft in drafts if draft.new.stream == own))

    def _twin(self, item: Waiting) -> _Accepted | None:
        """The same command earlier in this batch."""
        twin = self._accepted.get(item.command.command_id)
        if twin is not None and twin.waiting.body_hash != item.body_hash:
            raise IdempotencyKeyReused()
        return twin

    def _unkeep(self, kept: set[str]) -> None:
        """Forget the keys that a failed command had made: they would never be stored."""
        for person_id in self._new_keys.keys() - kept:
            del self._new_keys[person_id]
            self._context.keyring.forget(person_id)

    def _accept(self, item: Waiting) -> _Accepted:
        command = item.command
        action_id = command.action_id if isinstance(command, ActionCommand) else None
        state = self._state(action_id) if action_id else None
        drafts = self._drafts(command, decide(state, self._facts(), command))
        before, after = self._moves(drafts)
        stored = self._append(command, drafts, before, after)
        for touched, moved in after.items():
            earliest, _ = self._batch.actions.get(touched, (before[touched], moved))
            self._batch.actions[touched] = (earliest, moved)
        own = f"{ACTION}/{action_id}" if action_id else (stored[0].stream if stored else "")
        last = next((event for event in reversed(stored) if event.stream == own), None)
        version = last.version if last else (state.version if state else 0)
        accepted = _Accepted(item, own, version, last, after.get(action_id, state) if action_id else None)
        if last is not None:
            self._accepted[command.command_id] = accepted
        return accepted

    def _drafts(self, command: Command, judged: list[tuple[NewEvent, Actor]]) -> list[_Draft]:
        """Number the events within their streams. Event ids derive from the command's."""
        drafts: list[_Draft] = []
        versions: dict[str, int] = {}
        namespace = uuid.UUID(command.command_id)
        at = self._moment()
        for index, (new, actor) in enumerate(judged):
            if new.event.PERSONAL and self._is_erased(new):
                raise PersonIsErased()
            versions[new.stream] = versions.get(new.stream, self._version(new.stream)) + 1
            drafts.append(
                _Draft(str(uuid.uuid5(namespace, str(index))), new, versions[new.stream], actor, at)
            )
        return drafts

    def _is_erased(self, new: NewEvent) -> bool:
        """Whether the event would record personal data of somebody whose key was destroyed."""
        erased = new.person_id is not None and self.mirror.agency.is_erased(new.person_id)
        return erased and bool(personal_part(new.event))

    def _forget_erased(self) -> None:
        """Let go of the keys of people who were erased since the mirror was looked at last."""
        for person_id in self.mirror.take_erased():
            self._context.keyring.forget(person_id)
            self._new_keys.pop(person_id, None)
            self._opened.clear()

    def _moves(self, drafts: list[_Draft]) -> tuple[dict[str, ActionState | None], dict[str, ActionState]]:
        """The state of each action touched, before and after the drafts."""
        before: dict[str, ActionState | None] = {}
        after: dict[str, ActionState] = {}
        for draft in drafts:
            touched = draft.action_id
            if touched is None:
                continue
            if touched not in before:
                before[touched] = self._state(touched)
            moved = evolve(after.get(touched, before[touched]), draft.recorded)
            assert moved is not None  # the first event of an action is its submission
            after[touched] = moved
        return before, after

    def _append(
        self,
        command: Command,
        drafts: list[_Draft],
        before: dict[str, ActionState | None],
        after: dict[str, ActionState],
    ) -> list[StoredEvent]:
        """Write the drafts' bytes, then (nothing can fail any more) tree, batch and mirror."""
        last_of = {draft.new.stream: index for index, draft in enumerate(drafts)}
        stored: list[StoredEvent] = []
        for index, draft in enumerate(drafts):
            touched = draft.action_id
            is_last = last_of[draft.new.stream] == index
            wake = touched is not None and is_last and wakes(before[touched], after[touched])
            stored.append(self._encode(command, draft, self._position + index, wake=wake))
        for event in stored:
            self._frontier.append(event.leaf_hash)
            self._batch.events.append(event)
            self._versions[event.stream] = event.version
            self.mirror.apply(event, fold_actions=False)
        self._forget_erased()
        self._position += len(stored)
        for moved in after.values():
            self.mirror.remember(moved)
        return stored

    def _encode(self, command: Command, draft: _Draft, position: int, *, wake: bool) -> StoredEvent:
        event, stream = draft.new.event, draft.new.stream
        document: dict[str, Any] = {
            "id": draft.id,
            "position": position,
            "stream": stream,
            "version": draft.version,
            "type": type(event).__name__,
            "schema": event.SCHEMA,
            "recorded_at": draft.at,
            "actor": draft.actor.as_recorded(),
            "correlation_id": command.correlation_id or command.command_id,
            "causation_id": command.causation_id or command.command_id,
            "commit": self._start,
            "wakes": wake,
            "data": clear_part(event),
        }
        personal = personal_part(event)
        person_id = draft.new.person_id if personal else None
        if personal:
            if person_id is None:
                raise NotCanonical(f"{document['type']} holds personal data of nobody")
            context = sealing_context(draft.id, stream)
            box = self._context.keyring.seal(person_id, personal, context, self._find_key, self._keep_key)
            document["sealed"] = {"for": person_id, "box": box}
        record = encode(document)
        return StoredEvent(
            position=position,
            record=record,
            leaf_hash=leaf_hash(record),
            stream=stream,
            version=draft.version,
            category=category_of(stream),
            type=document["type"],
            recorded_at=draft.at,
            actor=draft.actor,
            wakes=wake,
            event=event,
            person_id=person_id,
            sealed=personal or None,
        )

    # --- facts ---

    def _facts(self) -> Facts:
        now = datetime.fromisoformat(self._moment())
        mirror = self.mirror
        identities = LedgerIdentities(
            mirror.identity_positions, self._opened, self._query, self._unseal, self._find_key
        )
        return Facts(
            now=now,
            agency=mirror.agency,
            registry=mirror.registry,
            offices=mirror.offices(mirror.calendar.today(now)) or NO_OFFICES,
            policies=mirror.policies,
            calendar=mirror.calendar,
            identity_of=identities.of,
            meet=identities.meet,
            action=self._state,
            sealed_at=self._sealed_at,
            salt=lambda: secrets.token_hex(16),
            vacancies=LedgerVacancies(self._query, self._unseal),
            talent=LedgerTalent(mirror.talent, self._query, self._context.keyring, self._new_keys),
            files=mirror.files,
            proposals=mirror.published.proposed,
            log=mirror.log,
            reviews=LedgerReviews(self._query),
            siasn_mode=mirror.siasn_mode,
            siasn_differences=mirror.differences.open,
            last_recorded=self._last_recorded,
        )

    def _query(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        """Rows as this commit sees them, with what it has appended so far."""
        self._flush_events()
        return list(self._rows.execute(statement, values).fetchall())

    def _state(self, action_id: str) -> ActionState | None:
        state = self.mirror.state(action_id)
        if state is None:
            rows = self._query(
                f"SELECT {READ_COLUMNS} FROM events WHERE stream = ? ORDER BY version",
                (f"{ACTION}/{action_id}",),
            )
            state = load_state(stored_event(p, bytes(r), bytes(h)) for p, r, h in rows)
            if state is not None:
                self.mirror.remember(state)
        return state

    def _last_recorded(self, stream: str) -> datetime | None:
        rows = self._query(
            "SELECT recorded_at FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1", (stream,)
        )
        return parse_moment(rows[0][0]) if rows else None

    def _sealed_at(self, action_id: str, version: int) -> dict[str, Any] | None:
        rows = self._query(
            "SELECT record FROM events WHERE stream = ? AND version = ?", (f"{ACTION}/{action_id}", version)
        )
        return self._unseal(bytes(rows[0][0])) if rows else None

    def _unseal(self, record: bytes, find: Find | None = None) -> dict[str, Any] | None:
        document = decode(record)
        sealed = document.get("sealed")
        if sealed is None:
            return {}
        context = sealing_context(document["id"], document["stream"])
        return self._context.keyring.read(sealed["for"], sealed["box"], context, find or self._find_key)

    def _find_key(self, person_id: str) -> bytes | None:
        kept = self._new_keys.get(person_id)
        if kept is not None:
            return kept
        row = self._rows.execute(
            "SELECT wrapped_key FROM person_keys WHERE person_id = ?", (person_id,)
        ).fetchone()
        return bytes(row[0]) if row else None

    def _keep_key(self, person_id: str, wrapped: bytes) -> None:
        self._new_keys[person_id] = wrapped

    def _version(self, stream: str) -> int:
        """The version of a stream as this commit has left it so far."""
        if stream not in self._versions:
            category, _, key = stream.partition("/")
            state = self.mirror.state(key) if category == ACTION else None
            if state is not None:
                return state.version
            row = self._rows.execute("SELECT MAX(version) FROM events WHERE stream = ?", (stream,)).fetchone()
            self._versions[stream] = row[0] or 0
        return self._versions[stream]

    def _moment(self) -> str:
        """Now, never before what was recorded last."""
        self._last_moment = max(self._last_moment, moment(self._context.clock()))
        return self._last_moment

    # --- writing ---

    def _flush_events(self) -> None:
        fresh = self._batch.events[self._flushed :]
        self._rows.insert(schema.events, [stored.row for stored in fresh])
        self._flushed = len(self._batch.events)

    def _write_commit(self) -> tuple[int, str, str]:
        """Write events, checkpoint, head and projections; returns size, root and signature."""
        self._flush_events()
        root = self._frontier.root()
        note, signature = self._signed(Checkpoint(self._context.signers.name, self._position, root))
        self._rows.insert(schema.checkpoints, [(self._position, note)])
        self._rows.execute(
            "UPDATE head SET size = ?, frontier = ?, recorded_at = ? WHERE id = 1",
            (self._position, self._frontier.to_bytes(), self._batch.events[-1].recorded_at),
        )
        self._rows.insert(schema.person_keys, list(self._new_keys.items()))
        erased = [e.event.person_id for e in self._batch.events if isinstance(e.event, PersonErased)]
        self._rows.delete(schema.person_keys, [(person_id,) for person_id in erased])
        self._rows.insert(
            schema.commands,
            [
                (command_id, a.waiting.body_hash, a.stream, a.version, a.last.position, self._position)
                for command_id, a in self._accepted.items()
                if a.last is not None
            ],
        )
        for projection in self._context.projections:
            projection.apply(self._rows, self._batch)
        return self._position, root.hex(), signature

    def _signed(self, checkpoint: Checkpoint) -> tuple[str, str]:
        """The note, signed by each key in force, and the signature of the newest."""
        name, note, signature = checkpoint.origin, f"{checkpoint.text}\n", ""
        for signer in self._context.signers.in_force(self.mirror.log.keys):
            signature = signer.signature_line_payload(checkpoint.text)
            note += f"— {name} {signature}\n"
        return note, signature

    def _answer(
        self,
        item: Waiting,
        found: _Accepted | BaseException | Result | Tried,
        head: tuple[int, str, str] | None,
    ) -> Answer:
        if not isinstance(found, _Accepted):
            return found
        receipt = None
        if found.last is not None and head is not None:
            size, root, signature = head
            receipt = Receipt(
                position=found.last.position,
                version=found.last.version,
                leaf_hash=found.last.leaf_hash.hex(),
                tree_size=size,
                root=root,
                recorded_at=found.last.recorded_at,
                signature=signature,
            )
        result = Result(item.command.command_id, found.stream, found.version, receipt, found.state)
        return result if found.waiting is item else replace(result, replayed=True)
