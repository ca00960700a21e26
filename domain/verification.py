"""Verifying a document: by the unit's personnel officer or the personnel agency, never one's own."""

from __future__ import annotations

from domain import events as ev
from domain.document_commands import VerifyDocument
from domain.document_events import DocumentVerified
from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    ExcludedOwner,
    NotFound,
    NotPermitted,
    WrongExpectedVersion,
)
from domain.facts import Facts
from domain.identity import Actor, Capacity, Signature
from domain.offices import office_key
from domain.personnel_file import FiledDocument
from domain.reasons import require_words
from domain.signing import not_on_oneself


def verify_document(facts: Facts, command: VerifyDocument) -> list[ev.NewEvent]:
    """One verdict. Raises NotFound, NotPermitted, ExcludedOwner (one's own file, one's own upload),
    WrongExpectedVersion, ReasonRequired, DateOutOfOrder, AlreadyExists (the same verdict again).
    """
    document = facts.files.documents.get(command.document_id)
    if document is None:
        raise NotFound()
    signature = verifier_signature(command.actor, document, facts)
    stream = f"document/{document.id}"
    if command.expected_version is not None and command.expected_version != document.version:
        raise WrongExpectedVersion(stream=stream, expected=command.expected_version, actual=document.version)
    accepted = command.outcome == "accepted"
    if not accepted:
        require_words(command.reason)
    until = command.valid_until if accepted else None
    first = document.issued_on or facts.today
    if until is not None and until < first:
        raise DateOutOfOrder(earlier=first.isoformat(), later=until.isoformat())
    if (document.verdict, document.valid_until) == (command.outcome, until):
        raise AlreadyExists(what="outcome")
    event = DocumentVerified(
        document_id=document.id,
        person_id=document.person_id,
        outcome=command.outcome,
        signature=signature,
        valid_until=until,
        reason=command.reason.strip() or None,
    )
    return [ev.NewEvent(stream, event, document.person_id)]


def verifier_signature(actor: Actor, document: FiledDocument, facts: Facts) -> Signature:
    """The authority under which `actor` may verify the document: an office of `verified_by`, that of
    the person's own apparatus where it is a unit's. A personal delegate verifies nothing, nor does who
    stands in (as Plh) for the person.
    """
    if actor.kind != "person":
        raise NotPermitted()
    policy = facts.offices.policy
    person = facts.agency.people.get(document.person_id)
    unit = facts.agency.unit_of(person.position_id) if person else None
    apparatus = facts.agency.apparatus_of(unit)
    wanted = {
        name if policy.offices[name].scope == "agency" else office_key(name, apparatus)
        for name in policy.personnel_file.verified_by
    }
    possible = [
        signature
        for key, signature in facts.offices.exercised_by(actor.id, facts.today)
        if key in wanted and signature.capacity is not Capacity.DELEGATE
    ]
    if not possible:
        raise NotPermitted()
    signature = not_on_oneself(actor, possible, (document.person_id,), facts.agency)
    if document.filed_by == ("person", actor.id):
        raise ExcludedOwner(why="filed_by")
    return signature
