"""Who may act on a task, under which signature, and who is kept out of it."""

from __future__ import annotations

from domain.errors import CapacityNotAllowed, ExcludedOwner, NotFound, NotPermitted
from domain.facts import Facts
from domain.human_task import Task
from domain.identity import Actor, Capacity, Signature
from domain.offices import COMMITTEE, INITIATOR, OF_A_PERSON, SUBJECT
from domain.personnel_action import ActionState, Status
from domain.policy import StepRule


def why_excluded(person_id: str, step: StepRule, state: ActionState) -> str | None:
    """The reason why the person may not act at this step, or None.

    The subject never decides on themselves, nor a candidate on the candidates; nobody decides where
    they acted before at a step that the policy separates (proposer, verifier, decider); a declared
    interest shuts every door.
    """
    if person_id == state.subject_id and step.office not in OF_A_PERSON:
        return "subject"
    if person_id == state.subject_id and step.office == SUBJECT:
        return None
    if person_id in state.candidates:
        return "candidate"
    if person_id in state.conflicts:
        return "conflict_of_interest"
    if "initiator" in step.excludes_actors_of and state.initiator == ("person", person_id):
        return "initiator"
    for earlier in step.excludes_actors_of:
        if person_id in state.actors_of(earlier):
            return f"acted_at_{earlier}"
    return None


def why_interested(person_id: str, state: ActionState) -> str | None:
    """The reason why the person has a stake of their own in the case, or None."""
    if person_id == state.subject_id:
        return "subject"
    if person_id in state.candidates:
        return "candidate"
    return "conflict_of_interest" if person_id in state.conflicts else None


def excluded_people(step: StepRule, state: ActionState) -> frozenset[str]:
    """Everybody who is known to be excluded from the step as the case stands."""
    known = {state.subject_id, *state.candidates, *state.conflicts, *(person for _, person in state.acted)}
    if state.initiator[0] == "person":
        known.add(state.initiator[1])
    return frozenset(person for person in known if why_excluded(person, step, state))


def voters(state: ActionState, step: StepRule, facts: Facts) -> frozenset[str]:
    """Committee members who may vote on this case today."""
    members: set[str] = set()
    for office in facts.policy_of(state).committee.members:
        members |= facts.offices.holders(office, facts.today)
    return frozenset(person for person in members if why_excluded(person, step, state) is None)


def answering_office(key: str, step: StepRule, state: ActionState, facts: Facts) -> str:
    """The office that answers for `key`: itself, or the nearest superior when all its holders are
    excluded from this case. A merely vacant office falls to its superior at reading time, so it
    answers itself as long as the people it falls to may act.
    """
    answering = current = key
    while (above := facts.offices.superior(current)) is not None:
        holders = _holders(current, state, facts)
        if any(why_excluded(person, step, state) is None for person in holders):
            return answering
        if holders:
            answering = above
        current = above
    return answering


def _holders(key: str, state: ActionState, facts: Facts) -> frozenset[str]:
    """Who holds the office; the subject too, where the transfer that takes effect brings it to them."""
    holders = facts.offices.holders(key, facts.today)
    if state.status is Status.EFFECTIVE and state.target_position_id in facts.offices.posts_of(key):
        return holders | {state.subject_id}
    return holders


def may_act(person_id: str, task: Task, state: ActionState, facts: Facts) -> bool:
    """Whether the person could act on the task today."""
    try:
        signature_for(Actor(kind="person", id=person_id), task, state, facts)
    except (NotFound, NotPermitted):
        return False
    return True


def signature_for(actor: Actor, task: Task, state: ActionState, facts: Facts) -> Signature:
    """The signature under which `actor` may act on `task`.

    Raises NotFound for who has nothing to do with it, ExcludedOwner, CapacityNotAllowed, or
    NotPermitted for keys and systems: a decision is a person's.
    """
    if actor.kind != "person":
        raise NotPermitted()
    step = facts.policy_of(state).steps[task.step]
    why = why_excluded(actor.id, step, state)
    if why is not None:
        # Whoever is excluded has a part in the case and is told so, even where the task has
        # already gone to the superior office because of them.
        raise ExcludedOwner(why=why)
    candidates = _candidates(actor.id, task, state, facts)
    if not candidates:
        raise NotFound()
    allowed = [s for s in candidates if _principal_may(s, step, state)]
    if not allowed:
        raise ExcludedOwner(why="principal_excluded")
    if step.definitive_only:
        definitive = [s for s in allowed if s.capacity is Capacity.DEFINITIVE]
        if not definitive:
            raise CapacityNotAllowed(capacity=allowed[0].capacity.value)
        return definitive[0]
    return allowed[0]


def _candidates(person_id: str, task: Task, state: ActionState, facts: Facts) -> list[Signature]:
    if task.office == INITIATOR:
        mine = state.initiator == ("person", person_id)
        return [Signature(office=INITIATOR, capacity=Capacity.DEFINITIVE)] if mine else []
    if task.office == SUBJECT and person_id == state.subject_id:
        return [Signature(office=SUBJECT, capacity=Capacity.DEFINITIVE)]
    exercised = facts.offices.exercised_by(person_id, facts.today)
    if task.office == COMMITTEE:
        # A vote is personal: neither a delegate nor the superior of a vacant seat casts it.
        seats = [
            office
            for office in facts.policy_of(state).committee.members
            if person_id in facts.offices.holders(office, facts.today)
        ]
        return [
            signature
            for key, signature in exercised
            if key in seats and signature.capacity is not Capacity.DELEGATE
        ]
    step = facts.policy_of(state).steps[task.step]
    keys = {task.office, answering_office(task.office, step, state, facts)}
    if task.escalated_to:
        keys.add(task.escalated_to)
    own = [signature for key, signature in exercised if key in keys]
    return own + _delegated(person_id, task, keys, facts)


def _delegated(person_id: str, task: Task, keys: set[str], facts: Facts) -> list[Signature]:
    """The signature of a delegate of this one task, while the delegator holds the office as they did: an
    acting term that is over lends nothing, nor does another's delegate.
    """
    principal, lent = task.delegated_by, task.delegated_signature
    if task.delegated_to != person_id or principal is None or lent is None:
        return []
    exercised = facts.offices.exercised_by(principal, facts.today)
    if lent.office not in keys or (lent.office, lent) not in exercised:
        return []
    return [lent.model_copy(update={"capacity": Capacity.DELEGATE, "on_behalf_of": principal})]


def _principal_may(signature: Signature, step: StepRule, state: ActionState) -> bool:
    """Exclusion holds through delegation: nobody signs for a person who may not sign."""
    behalf = signature.on_behalf_of
    return behalf is None or why_excluded(behalf, step, state) is None
