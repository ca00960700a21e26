"""The one signed file of a decree: whoever records it first has made it, and another is never taken."""

from __future__ import annotations

import uuid
from datetime import date

from domain.commands import FileDocument
from domain.decree_commands import RecordDecreeSigned
from domain.decree_events import DecreeSigned
from domain.directory import file_document
from domain.errors import NotDue, NotFound, NotPermitted
from domain.event import NewEvent
from domain.facts import Facts
from domain.personnel_action import Status
from domain.rank_list import DECIDED
from domain.rank_promotion import known_list

DECREE = "decree"


def stream_of(decree_id: str) -> str:
    return f"{DECREE}/{decree_id}"


def rank_decree_id(list_id: str, person_id: str) -> str:
    """The id of one person's decree on a list of rank promotions; a case's decree has the case's id."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"decree/{list_id}/{person_id}"))


def record_signed(facts: Facts, command: RecordDecreeSigned) -> list[NewEvent]:
    """The file into the person's file, and what was signed with which key. Told twice, or by another worker
    with another file, it changes nothing. Raises NotPermitted, NotFound, and NotDue for a decree that does
    not stand or is another's.
    """
    if command.actor.kind != "system":
        raise NotPermitted()
    stream = stream_of(command.decree_id)
    if facts.last_recorded(stream) is not None:
        return []
    day = _day_of(facts, command)
    filing = FileDocument(
        command_id=command.command_id,
        actor=command.actor,
        document_id=command.document_id,
        person_id=command.person_id,
        document_type=command.document_type,
        media_type="application/pdf",
        size_bytes=command.size_bytes,
        sha256=command.signed_sha256,
        file_name=command.file_name,
        issued_on=day,
    )
    signed = DecreeSigned(**command.model_dump(include=set(DecreeSigned.model_fields)))
    return [*file_document(facts, filing), NewEvent(stream, signed)]


def _day_of(facts: Facts, command: RecordDecreeSigned) -> date:
    """The decree's date, where it stands as the command says."""
    if command.list_id is not None:
        return _day_on_list(facts, command, command.list_id)
    state = facts.action(command.action_id or "")
    if state is None:
        raise NotFound()
    decree = state.decree
    same = decree is not None and (command.decree_id, command.person_id, command.number) == (
        state.id,
        state.subject_id,
        decree.number,
    )
    if decree is None or not same or state.status is Status.ANNULLED:
        raise NotDue()
    return decree.decree_date


def _day_on_list(facts: Facts, command: RecordDecreeSigned, list_id: str) -> date:
    known, _ = known_list(list_id, facts)
    entry = known.entries.get(command.person_id)
    if entry is None or command.action_id is not None:
        raise NotFound()
    own = command.decree_id == rank_decree_id(list_id, command.person_id)
    if not own or entry.status not in DECIDED or entry.decree_number != command.number:
        raise NotDue()
    assert entry.decree_date is not None  # of whatever has a number
    return entry.decree_date
