"""Who could act on a task, each under which signature, and who was kept out of it and why."""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import CapacityNotAllowed, ExcludedOwner, NotFound
from domain.facts import Facts
from domain.human_task import Task
from domain.identity import Actor, Capacity, Signature
from domain.offices import COMMITTEE, INITIATOR, SUBJECT
from domain.ownership import answering_office, signature_for
from domain.personnel_action import ActionState


@dataclass(frozen=True)
class PotentialOwner:
    """Somebody whose office has the task: with the signature that they may give, or why they may not."""

    person_id: str
    signature: Signature | None
    why_not: str | None


def potential_owners(task: Task, state: ActionState, facts: Facts) -> list[PotentialOwner]:
    """Everybody who has to do with an open task at the moment of `facts`, by person id."""
    found = []
    for person in sorted(_concerned(task, state, facts)):
        try:
            signature = signature_for(Actor(kind="person", id=person), task, state, facts)
        except ExcludedOwner as excluded:
            found.append(PotentialOwner(person, None, str(excluded.facts["why"])))
        except CapacityNotAllowed as refused:
            found.append(PotentialOwner(person, None, refused.code))
        except NotFound:
            continue
        else:
            found.append(PotentialOwner(person, signature, None))
    return found


def _concerned(task: Task, state: ActionState, facts: Facts) -> set[str]:
    if task.office == INITIATOR:
        return {state.initiator[1]} if state.initiator[0] == "person" else set()
    policy = facts.policy_of(state)
    if task.office == COMMITTEE:
        seats = policy.committee.members
        return {person for seat in seats for person in facts.offices.holders(seat, facts.today)}
    step = policy.steps[task.step]
    keys = {task.office, answering_office(task.office, step, state, facts)}
    people = {state.subject_id} if task.office == SUBJECT else set()
    people |= {person for person in (task.delegated_to,) if person}
    for key in keys | {key for key in (task.escalated_to,) if key}:
        people |= _answering(key, facts)
    return people


def _answering(key: str, facts: Facts) -> frozenset[str]:
    """Holders of the office, of the one above where nobody holds it, and their delegates."""
    current: str | None = key
    holders: frozenset[str] = frozenset()
    while current is not None and not holders:
        holders = facts.offices.holders(current, facts.today)
        current = facts.offices.superior(current)
    delegates = {
        delegation.delegate_id
        for delegation in facts.agency.delegations.values()
        if delegation.capacity is Capacity.DELEGATE
        and delegation.principal_id in holders
        and delegation.runs_on(facts.today)
    }
    return holders | delegates
