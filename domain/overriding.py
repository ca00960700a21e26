"""Carrying a case past a finding that allows it: one person proposes with a reason, a second confirms."""

from __future__ import annotations

from dataclasses import replace

from domain import events as ev
from domain.commands import DecideTask
from domain.errors import HardFinding, InvalidDetails
from domain.identity import Signature
from domain.personnel_action import ActionState, Proposed
from domain.policy import Policy, Severity, StepRule


def override_events(
    state: ActionState, step: StepRule, command: DecideTask, signature: Signature, policy: Policy
) -> list[ev.OverrideProposed | ev.Overridden]:
    """The overrides that come with a decision: a proposal by the first person, and the override
    itself by a second one at a step that confirms. Who signs for another is no second person beside them.
    """
    events: list[ev.OverrideProposed | ev.Overridden] = []
    known = {outcome.rule: outcome for outcome in state.outcomes}
    for item in command.overrides:
        outcome = known.get(item.rule)
        if outcome is None or outcome.outcome != "fail":
            raise InvalidDetails(errors=[{"field": "overrides", "message": f"no failed finding {item.rule}"}])
        if outcome.severity is not Severity.OVERRIDE:
            raise HardFinding(rules=[item.rule])
        if item.rule in state.overridden:
            continue
        hands = (command.actor.id, signature.on_behalf_of)
        proposals = [proposed for proposed in state.proposals if proposed.rule == item.rule]
        others = [proposed.person_id for proposed in proposals if not proposed.is_by(hands)]
        if step.confirms_override and others:
            events.append(
                ev.Overridden(
                    rule=item.rule,
                    proposed_by=min(others),
                    confirmed_by=command.actor.id,
                    signature=signature,
                    citation=policy.weight_of(item.rule).citation,
                    reason=item.reason,
                )
            )
        elif command.actor.id not in state.proposers_of(item.rule):
            events.append(
                ev.OverrideProposed(
                    rule=item.rule, person_id=command.actor.id, signature=signature, reason=item.reason
                )
            )
    return events


def with_overrides(state: ActionState, events: list[ev.OverrideProposed | ev.Overridden]) -> ActionState:
    proposed = tuple(
        Proposed(e.rule, e.person_id, e.signature.on_behalf_of)
        for e in events
        if isinstance(e, ev.OverrideProposed)
    )
    confirmed = {e.rule for e in events if isinstance(e, ev.Overridden)}
    return replace(state, proposals=state.proposals + proposed, overridden=state.overridden | confirmed)
