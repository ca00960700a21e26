"""Who reviews, who is too near to a case to review it, who answers, and whose data a review's text is."""

from __future__ import annotations

from collections.abc import Collection

from domain.agency import Agency
from domain.errors import ExcludedOwner, NotPermitted
from domain.facts import Facts
from domain.identity import Actor, Capacity, Signature
from domain.offices import split_key
from domain.personnel_action import ActionState
from domain.personnel_file import PersonnelFiles

NOBODY = ""
ACTION, DOCUMENT, DELEGATION = "personnel-action", "document", "delegation"


def auditor_signature(actor: Actor, facts: Facts) -> Signature:
    """The authority of an office that audits, held and not lent. Raises NotPermitted."""
    auditing = facts.policy_in_force(facts.today).readers.get("audit", ())
    found = _signatures(actor, auditing, facts)
    if not found:
        raise NotPermitted()
    return found[0]


def answering_signature(actor: Actor, unit_id: str, facts: Facts) -> Signature:
    """The authority of an office that answers for the apparatus of a unit. Raises NotPermitted."""
    rules = facts.policy_in_force(facts.today).review
    apparatus = facts.agency.apparatus_of(unit_id)
    for signature in _signatures(actor, rules.answered_by, facts):
        if split_key(signature.office)[1] in (unit_id, apparatus):
            return signature
    raise NotPermitted()


def has_part_in(person_id: str, state: ActionState) -> str | None:
    """Why a person cannot review a case: they are its subject, stand or stood on its list, asked for it,
    acted in it or declared a conflict; None where they have no part in it.
    """
    if person_id == state.subject_id:
        return "subject"
    if person_id in state.candidates:
        return "candidate"
    if state.initiator == ("person", person_id):
        return "initiator"
    if any(person_id == acted for _, acted in state.acted):
        return "acted"
    return "conflict" if person_id in state.conflicts else None


def is_independent(actor: Actor, about: str, facts: Facts) -> None:
    """Raises ExcludedOwner for an auditor who has a part in the case that is reviewed, or whose own file,
    document or acting it is.
    """
    category, _, known = about.partition("/")
    state = facts.action(known) if category == ACTION else None
    why = has_part_in(actor.id, state) if state is not None else None
    if why is not None:
        raise ExcludedOwner(why=why)
    if concerned_by(about, state, facts.agency, facts.files, NOBODY) == actor.id:
        raise ExcludedOwner(why="subject")


def concerned_by(
    about: str, state: ActionState | None, agency: Agency, files: PersonnelFiles, author: str
) -> str:
    """The person under whose key a review's text is sealed: the subject of the case, the owner of the file
    or document, the delegate; else its author.
    """
    category, _, known = about.partition("/")
    if state is not None:
        return state.subject_id
    if category == DOCUMENT and known in files.documents:
        return files.documents[known].person_id
    if category == DELEGATION and known in agency.delegations:
        return agency.delegations[known].delegate_id
    return known if known in agency.people else author


def concerned(about: str, facts: Facts, author: str) -> str:
    """As `concerned_by`, of a stream in the transaction of `facts`."""
    category, _, known = about.partition("/")
    state = facts.action(known) if category == ACTION else None
    return concerned_by(about, state, facts.agency, facts.files, author)


def _signatures(actor: Actor, offices: Collection[str], facts: Facts) -> list[Signature]:
    if actor.kind != "person":
        return []
    return [
        signature
        for key, signature in facts.offices.exercised_by(actor.id, facts.today)
        if split_key(key)[0] in offices and signature.capacity is not Capacity.DELEGATE
    ]
