"""The connector's next step in a case: facts from the ledger, one step at SIASN, the result back."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from activities.progress import Progress
from domain import events as ev
from domain.errors import Refusal
from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from domain.personnel_file import DocumentState, state_of
from domain.siasn_commands import ConnectSiasn, RecordWriteBack
from domain.siasn_events import Reached
from integrations.object_store import ObjectMissing, ObjectStore, StoreUnavailable
from integrations.siasn.connector import Connector
from integrations.siasn.faults import SiasnRefused, SiasnUnreachable
from integrations.siasn.position import Placed
from integrations.siasn.writing import DECREE_OF_POSITION
from ledger.append import Ledger
from ledger.directory_view import DirectoryView
from ledger.read import Reader
from projections import decree_files, employees
from projections.action_state import state_of as action_state
from relay.recorder import LedgerRecorder
from relay.siasn_steps import Decree, Reply, Telling

log = logging.getLogger(__name__)

NOT_NOW = "siasn-not-now"


@dataclass
class LedgerSiasnTeller:
    """Satisfies `activities.siasn.SiasnTeller`. `connector` None: what was begun goes to officers."""

    ledger: Ledger
    reader: Reader
    clock: Callable[[], datetime]
    documents: ObjectStore | None
    connector: Connector | None

    def announce(self) -> None:
        """Let the ledger know whether outcomes go by a connector. Raises what the ledger raises."""
        mode = self.connector.mode if self.connector else None
        command = ConnectSiasn(command_id=str(uuid.uuid4()), actor=SYSTEM, mode=mode)
        self.ledger.execute(command)

    async def take_step(self, action_id: str) -> Progress | None:
        refusal = await asyncio.to_thread(self._step, action_id)
        found = await LedgerRecorder(self.ledger, self.reader, self.clock).progress(action_id)
        return found.model_copy(update={"refusal": refusal}) if found and refusal else found

    def _step(self, action_id: str) -> str | None:
        """Why the step could not be taken now; None where it was, or is no longer wanted."""
        with self.reader.engine.connect() as connection:
            state = action_state(connection, action_id)
            if state is None or state.write_back is None or not state.write_back.running:
                return None
            telling = self._telling(connection, state)
        if telling is None:
            return self._record(state, Reply(Reached.FAILED), why="not-connected")
        try:
            return self._record(state, telling.take_step())
        except SiasnUnreachable as error:
            log.warning("%s of %s: %s", state.write_back.purpose, action_id, error)
            return NOT_NOW
        except (StoreUnavailable, ObjectMissing) as error:
            log.warning("%s of %s: %s", state.write_back.purpose, action_id, type(error).__name__)
            return NOT_NOW
        except SiasnRefused as error:
            log.warning("%s of %s: %s", state.write_back.purpose, action_id, error)
            return self._record(state, Reply(Reached.FAILED), why=error.why, message=error.message)

    def _record(self, state: ActionState, reply: Reply, why: str = "", message: str = "") -> str | None:
        running = state.write_back
        assert running is not None  # whoever has a reply had something to tell
        name = f"siasn/{state.version}/{reply.reached}"
        command = RecordWriteBack(
            command_id=str(uuid.uuid5(uuid.UUID(state.id), name)),
            actor=SYSTEM,
            action_id=state.id,
            purpose=running.purpose,
            reached=reply.reached,
            siasn_id=reply.siasn_id,
            document_id=reply.document_id,
            why=why,
            message=message or None,
        )
        try:
            self.ledger.execute(command)
        except Refusal as refusal:
            log.warning("%s of %s refused: %s", reply.reached, state.id, refusal.code)
            return NOT_NOW
        return None

    def _telling(self, connection: Connection, state: ActionState) -> Telling | None:
        """What is to be told, with names and numbers unsealed; None without a connector."""
        view = self.reader.directory.current(connection)
        person = employees.by_id(connection, state.subject_id)
        post = view.agency.posts.get(state.target_position_id or "")
        nip = person["nip"] if person else None
        known = nip and post and state.decree and state.write_back
        if self.connector is None or not known:
            return None
        assert state.decree is not None
        assert state.write_back is not None
        assert post is not None
        placed = Placed(
            post=post,
            origin=view.agency.posts.get(state.origin_position_id or ""),
            decree_number=state.decree.number,
            decree_date=state.decree.decree_date,
            effective_date=state.effective_date,
            inaugurated_on=self._inaugurated_on(connection, state),
        )
        decree = self._decree(connection, state, view)
        return Telling(self.connector, str(nip), placed, state.write_back, decree)

    def _inaugurated_on(self, connection: Connection, state: ActionState) -> date | None:
        for stored in reversed(self.reader.stream(connection, f"personnel-action/{state.id}")):
            event = stored.event
            if isinstance(event, ev.TaskCompleted) and event.step == "inauguration" and event.details:
                return date.fromisoformat(str(event.details["inaugurated_on"]))
        return None

    def _decree(self, connection: Connection, state: ActionState, view: DirectoryView) -> Decree | None:
        """The signed decree, if it is in the subject's file and counts, else the newest decree of position
        there that counts and is of the decree's day.
        """
        policy = view.policies[state.policy_id].personnel_file
        today = view.calendar.today(self.clock())
        file = decree_files.by_id(connection, state.id)
        own = file["document_id"] if file is not None else None
        newest_first = view.files.of(state.subject_id)[::-1]
        for document in sorted(newest_first, key=lambda each: each.id != own):
            code = policy.code_of(document.document_type)
            kind = policy.types[code].siasn_id if code else None
            counts = state_of(document, policy, today) in (DocumentState.VERIFIED, DocumentState.UNVERIFIED)
            if kind != DECREE_OF_POSITION or not counts:
                continue
            if state.decree is None or document.issued_on != state.decree.decree_date:
                continue
            first = self.reader.stream(connection, f"document/{document.id}")[0].event
            media_type = first.media_type if isinstance(first, ev.DocumentFiled) else "application/pdf"
            return Decree(document.id, media_type, partial(self._bytes, document.sha256))
        return None

    def _bytes(self, sha256: str) -> bytes:
        if self.documents is None:
            raise StoreUnavailable("no store of documents")
        with self.documents.open(sha256) as file:
            content: Any = file.read()
        return bytes(content)
