"""Documents of personnel files: whose verdict counts, and what a step may not be approved without."""

from __future__ import annotations

from audit.case import Case, Moment
from domain import events as ev
from domain.document_events import DocumentVerified
from domain.identity import Capacity
from domain.offices import split_key
from domain.personnel_action import ActionState
from domain.personnel_file import DocumentState, FiledDocument, state_of, was_rejected
from domain.policy import Kind, Severity
from ledger.record import StoredEvent

Problem = tuple[str, str]


def filed(event: ev.DocumentFiled, moment: Moment) -> list[Problem]:
    """What is unlawful about a document's arrival: it belongs to somebody registered, and arrives once."""
    found: list[Problem] = []
    if event.person_id not in moment.agency.people:
        found.append(("illegal-transition", "a document of nobody"))
    if event.document_id in moment.files.documents:
        found.append(("illegal-transition", "a document that had been filed before"))
    if event.issued_on is not None and event.issued_on > moment.day:
        found.append(("wrong-date", "a document from a day that had not come"))
    if was_rejected(event, moment.files.of(event.person_id), moment.offices.policy.personnel_file):
        found.append(("illegal-transition", "bytes that had been rejected in this file"))
    return found


def verified(stored: StoredEvent, event: DocumentVerified, moment: Moment) -> list[Problem]:
    """What is unlawful about a verdict: by whom, on whose document, in which capacity."""
    document = moment.files.documents.get(event.document_id)
    if document is None:
        return [("illegal-transition", "a verdict on a document that was never filed")]
    found: list[Problem] = []
    actor = stored.actor
    if event.person_id != document.person_id:
        found.append(("illegal-transition", "the document lies in somebody else's file"))
    post = moment.agency.posts.get(event.signature.post_id or "")
    if actor.kind != "person" or document.person_id in (actor.id, post.incumbent_id if post else None):
        found.append(("excluded-actor", f"{actor.id} verified what is theirs, or for whom it is of"))
    if document.filed_by == (actor.kind, actor.id):
        found.append(("excluded-actor", f"{actor.id} verified what they had filed themselves"))
    if not _holds(actor.id, event, document, moment):
        found.append(("not-entitled", f"{actor.id} may not verify documents of {document.person_id}"))
    unreasoned = stored.person_id is None or (stored.sealed is not None and not event.reason)
    if event.outcome != "accepted" and unreasoned:
        found.append(("illegal-transition", "a document that does not count, without a reason"))
    if event.outcome != "accepted" and event.valid_until is not None:
        found.append(("illegal-transition", "a document that does not count has no last day"))
    return found


def _holds(person: str, event: DocumentVerified, document: FiledDocument, moment: Moment) -> bool:
    if event.signature.capacity is Capacity.DELEGATE or event.signature.on_behalf_of is not None:
        return False
    owner = moment.agency.people.get(document.person_id)
    home = moment.agency.apparatus_of(moment.agency.unit_of(owner.position_id)) if owner else None
    office, unit = split_key(event.signature.office)
    entitled = office in moment.offices.policy.personnel_file.verified_by and unit in (None, home)
    return entitled and any(
        signature == event.signature for _, signature in moment.offices.exercised_by(person, moment.day)
    )


def needed(case: Case, stored: StoredEvent, step: str, state: ActionState) -> None:
    """Report an approval of a step whose HARD documents were not in the file on that day."""
    promoted = state.kind is Kind.PROMOTION
    before_choice = step != "promotion_choice" and (
        step in state.steps or state.subject_id == state.vacancy_id
    )
    if promoted and before_choice:
        return  # it concerns nobody yet
    policy, day = case.policy.personnel_file, case.moment.day
    worth: dict[str | None, set[DocumentState]] = {}
    for document in case.moment.files.of(state.subject_id):
        worth.setdefault(policy.code_of(document.document_type), set()).add(state_of(document, policy, day))
    for rule in policy.for_steps:
        applies = rule.kind is state.kind and step in rule.steps and rule.severity is Severity.HARD
        if not applies or (rule.variants and state.variant not in rule.variants):
            continue
        enough = {DocumentState.VERIFIED}
        if rule.demand == "filed":
            enough.add(DocumentState.UNVERIFIED)
        for code in rule.types:
            if not worth.get(code, set()) & enough:
                case.report(stored, "documents-lacking", f"{step} was approved without {code}")
