"""Acting holders and delegates: who may appoint them, for how long, and for what."""

from __future__ import annotations

from domain import events as ev
from domain.commands import GrantDelegation, RevokeDelegation
from domain.errors import (
    ActingHolderExists,
    ActingTermExceeded,
    AlreadyExists,
    DateOutOfOrder,
    NotFound,
    NotPermitted,
    UnknownReference,
    VariantMismatch,
)
from domain.facts import Facts
from domain.identity import Actor, Capacity

ACTIVE = ("01", "07")


def grant(facts: Facts, command: GrantDelegation) -> list[ev.NewEvent]:
    """A Plt for a vacant post, a Plh or Pj for an absent holder, or a delegate of one's own.

    Limits come from the policy (SE BKN 2/2019, 1/2021). Nobody appoints themself, nor (as Plh) who acts in
    their own place: the mandate comes from another. What an acting holder may sign is judged at each task.

    Raises NotPermitted, UnknownReference, DateOutOfOrder, ActingTermExceeded, ActingHolderExists.
    """
    if command.delegation_id in facts.agency.delegations:
        raise AlreadyExists(what="delegation_id")
    policy = facts.policy_in_force(facts.today)
    delegate = facts.agency.people.get(command.delegate_id)
    if delegate is None or delegate.employment_status not in ACTIVE or delegate.candidate:
        raise UnknownReference(what="delegate")
    position_id, principal_id = _on_whose_behalf(facts, command)
    if command.delegate_id == principal_id:
        raise UnknownReference(what="delegate")
    if command.last_day < command.first_day:
        raise DateOutOfOrder(earlier="first_day", later="last_day")
    term = policy.acting_terms.get(command.capacity.value, policy.acting_terms["PLT"])
    if (command.last_day - command.first_day).days + 1 > term.maximum_days:
        raise ActingTermExceeded(capacity=command.capacity.value, limit=f"{term.maximum_days} days")
    if command.capacity is not Capacity.DELEGATE:
        _check_acting(facts, command, position_id, principal_id)
    granted = ev.DelegationGranted(
        delegation_id=command.delegation_id,
        capacity=command.capacity,
        position_id=position_id,
        principal_id=principal_id,
        delegate_id=command.delegate_id,
        first_day=command.first_day,
        last_day=command.last_day,
        letter_number=command.letter_number,
        reason=command.reason or None,
    )
    return [ev.NewEvent(f"delegation/{command.delegation_id}", granted, command.delegate_id)]


def revoke(facts: Facts, command: RevokeDelegation) -> list[ev.NewEvent]:
    delegation = facts.agency.delegations.get(command.delegation_id)
    if delegation is None:
        raise NotFound()
    mine = command.actor.kind == "person" and command.actor.id == delegation.principal_id
    if not mine and not may_appoint(command.actor, facts):
        raise NotFound()
    revoked = ev.DelegationRevoked(delegation_id=command.delegation_id)
    return [ev.NewEvent(f"delegation/{command.delegation_id}", revoked, delegation.delegate_id)]


def may_appoint(actor: Actor, facts: Facts) -> bool:
    """Whether the actor may appoint acting holders, by the offices the policy names. A personal
    delegate signs what waits for their principal, and appoints nobody.
    """
    if actor.kind != "person":
        return False
    allowed = facts.policy_in_force(facts.today).acting_granted_by
    return facts.offices.holds_any(actor.id, allowed, facts.today)


def _on_whose_behalf(facts: Facts, command: GrantDelegation) -> tuple[str, str | None]:
    if command.capacity is Capacity.DELEGATE:
        person = facts.agency.people.get(command.actor.id) if command.actor.kind == "person" else None
        if person is None or person.position_id is None:
            raise NotPermitted()
        if command.position_id not in (None, person.position_id):
            raise NotPermitted()
        return person.position_id, person.id
    if not may_appoint(command.actor, facts) or command.actor.id == command.delegate_id:
        raise NotPermitted()
    post = facts.agency.posts.get(command.position_id or "")
    if post is None:
        raise UnknownReference(what="position_id")
    if post.incumbent_id == command.actor.id:
        raise NotPermitted()  # else who may not decide would choose who does it for them
    return post.id, post.incumbent_id


def _check_acting(facts: Facts, command: GrantDelegation, position_id: str, incumbent: str | None) -> None:
    if command.capacity not in (Capacity.PLT, Capacity.PLH, Capacity.PJ):
        raise VariantMismatch(
            variant=command.capacity.value,
            why_id="bukan penugasan sementara",
            why_en="it is not an acting capacity",
        )
    if command.capacity is Capacity.PLT and incumbent is not None:
        raise VariantMismatch(variant="PLT", why_id="jabatan masih terisi", why_en="the post is held")
    if command.capacity is Capacity.PLH and incumbent is None:
        raise VariantMismatch(variant="PLH", why_id="jabatan kosong", why_en="the post is vacant")
    for other in facts.agency.delegations.values():
        overlaps = other.first_day <= command.last_day and command.first_day <= other.last_day
        if other.position_id == position_id and other.capacity is not Capacity.DELEGATE and overlaps:
            raise ActingHolderExists(delegation_id=other.id)
