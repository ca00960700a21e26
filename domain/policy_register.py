"""The agency's policies as published: proposed by whom, adopted by whom, in force from when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.event import Event
from domain.events import PolicyAdopted
from domain.identity import Actor
from domain.policy import Policy
from domain.policy_events import PolicyProposed


@dataclass(frozen=True)
class Proposal:
    """A text that stands for adoption; `by` is a person's id."""

    policy: Policy
    by: str
    at: datetime


@dataclass(frozen=True)
class Published:
    """An adopted policy. `proposal` is None where the system adopted it when it was set up."""

    policy: Policy
    by: Actor
    at: datetime
    proposal: Proposal | None


@dataclass
class PolicyRegister:
    """Mutable fold over proposals and adoptions, by policy id."""

    adopted: dict[str, Published] = field(default_factory=dict)
    proposed: dict[str, Proposal] = field(default_factory=dict)

    def evolve(self, event: Event, actor: Actor, at: datetime) -> None:
        """Apply one event; those of other streams are ignored."""
        if isinstance(event, PolicyProposed):
            self.proposed[event.policy_id] = Proposal(Policy.model_validate(event.document), actor.id, at)
        elif isinstance(event, PolicyAdopted):
            policy = Policy.model_validate(event.document)
            proposal = self.proposed.pop(event.policy_id, None)
            self.adopted[event.policy_id] = Published(policy, actor, at, proposal)

    def copy(self) -> PolicyRegister:
        return PolicyRegister(dict(self.adopted), dict(self.proposed))


def last_day(policy: Policy, policies: Iterable[Policy]) -> date | None:
    """The last day on which an adopted policy is in force; None while no later one is adopted."""
    later = [other.effective_from for other in policies if other.effective_from > policy.effective_from]
    return date.fromordinal(min(later).toordinal() - 1) if later else None
