"""Publishing a policy: one person proposes the text, another adopts it, and no judged day changes its law.

Cases that were judged ahead, for a day on which a later policy turns out to hold, stay under the policy
that judged them: what has begun is finished under the law it began under.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from domain.errors import (
    AlreadyExists,
    CapacityNotAllowed,
    ExcludedOwner,
    NotFound,
    NotPermitted,
    PolicyBackdated,
    PolicyTextDiffers,
    PolicyUnsound,
)
from domain.event import NewEvent
from domain.events import PolicyAdopted
from domain.facts import Facts
from domain.identity import Actor, Capacity, Signature
from domain.offices import split_key
from domain.policy import Policy
from domain.policy_check import check_policy, read_policy
from domain.policy_commands import AdoptProposal, ProposePolicy
from domain.policy_events import PolicyProposed
from domain.policy_register import Proposal


def stream_of(policy_id: str) -> str:
    return f"policy/{policy_id}"


def propose(facts: Facts, command: ProposePolicy) -> list[NewEvent]:
    """A text put up for adoption; the same text again by the same person changes nothing.

    Raises NotPermitted, PolicyUnsound, AlreadyExists, PolicyBackdated.
    """
    rules = facts.policy_in_force(facts.today).publishing
    signature = next(iter(_signatures(command.actor, rules.proposed_by, facts)), None)
    if signature is None:
        raise NotPermitted()
    policy, found = read_policy(command.document)
    if policy is None:
        raise PolicyUnsound(faults=[finding.model_dump() for finding in found])
    is_adoptable(policy, facts)
    standing = facts.proposals.get(policy.id)
    if standing is not None and (standing.by, standing.policy.hash) == (command.actor.id, policy.hash):
        return []
    proposed = PolicyProposed(
        policy_id=policy.id,
        hash=policy.hash,
        effective_from=policy.effective_from,
        document=policy.model_dump(mode="json"),
        signature=signature,
    )
    return [NewEvent(stream_of(policy.id), proposed)]


def adopt(facts: Facts, command: AdoptProposal) -> list[NewEvent]:
    """The second person makes the proposed text the agency's policy from its day on.

    Raises NotPermitted, CapacityNotAllowed, NotFound, ExcludedOwner for who proposed it,
    PolicyTextDiffers, and what `propose` raises, because the agency may have moved on.
    """
    rules = facts.policy_in_force(facts.today).publishing
    signatures = _signatures(command.actor, rules.adopted_by, facts)
    if not signatures:
        raise NotPermitted()
    definitive = next((s for s in signatures if s.capacity is Capacity.DEFINITIVE), None)
    if definitive is None:
        raise CapacityNotAllowed(capacity=signatures[0].capacity.value)
    if command.policy_id in facts.policies:
        raise AlreadyExists(what=f"policy {command.policy_id}")
    proposal = facts.proposals.get(command.policy_id)
    if proposal is None:
        raise NotFound()
    if is_proposer(command.actor, proposal):
        raise ExcludedOwner(why="proposer")
    policy = proposal.policy
    if policy.hash != command.hash:
        raise PolicyTextDiffers(hash=policy.hash)
    is_adoptable(policy, facts)
    adopted = PolicyAdopted(
        policy_id=policy.id,
        hash=policy.hash,
        document=policy.model_dump(mode="json"),
        signature=definitive,
    )
    return [NewEvent(stream_of(policy.id), adopted)]


def last_judged(effective_from: date, today: date, judged: Iterable[date]) -> date | None:
    """The last day up to `today` that the policy would cover and for which somebody was judged."""
    return max((day for day in judged if effective_from <= day <= today), default=None)


def is_proposer(actor: Actor, proposal: Proposal) -> bool:
    """Whether the actor is who proposed the text, in whatever office."""
    return proposal.by == actor.id


def is_adoptable(policy: Policy, facts: Facts) -> None:
    """Raises AlreadyExists, PolicyBackdated or PolicyUnsound where the text may not become law today."""
    current = facts.policy_in_force(facts.today)
    if policy.id in facts.policies:
        raise AlreadyExists(what=f"policy {policy.id}")
    earliest = facts.today - timedelta(days=current.publishing.backdating_days)
    if earliest <= policy.effective_from <= facts.today:
        placed = (placement.as_of for placement in facts.talent.placements().values())
        judged = last_judged(policy.effective_from, facts.today, {*facts.registry.judged_days, *placed})
        earliest = judged + timedelta(days=1) if judged else earliest
    if policy.effective_from < earliest:
        raise PolicyBackdated(effective_from=policy.effective_from.isoformat(), earliest=earliest.isoformat())
    beside = [p.id for p in facts.policies.values() if p.effective_from == policy.effective_from]
    if beside:
        raise AlreadyExists(what=f"policy from {policy.effective_from.isoformat()}: {beside[0]}")
    day = max(policy.effective_from, facts.today)
    found = check_policy(policy, facts.agency, day, tuple(facts.policies.values()))
    errors = [finding.model_dump() for finding in found if finding.severity == "error"]
    if errors:
        raise PolicyUnsound(faults=errors)


def _signatures(actor: Actor, offices: Iterable[str], facts: Facts) -> list[Signature]:
    """How the actor could sign: through an office of that name, in any capacity but a delegate's."""
    if actor.kind != "person":
        return []
    named = frozenset(offices)
    return [
        signature
        for key, signature in facts.offices.exercised_by(actor.id, facts.today)
        if split_key(key)[0] in named and signature.capacity is not Capacity.DELEGATE
    ]
