"""Policies as the auditor reads them: proposed by one, adopted by another, never for a day already judged."""

from __future__ import annotations

from datetime import date, timedelta

from audit.case import Moment
from domain import events as ev
from domain import promotion_events as pe
from domain import rank_events as rk
from domain import talent_events as te
from domain.event import Event
from domain.identity import Capacity, Signature
from domain.offices import split_key
from domain.policy import Policy
from domain.policy_check import check_policy, read_policy
from domain.policy_events import PolicyProposed
from ledger.record import StoredEvent

Problem = tuple[str, str]


class PolicyLaw:
    """Takes the events in order; a policy is judged against what was proposed and judged before it."""

    def __init__(self) -> None:
        self._proposed: dict[str, tuple[str, str]] = {}
        self._judged: set[date] = set()

    def problems(self, stored: StoredEvent, moment: Moment) -> list[Problem]:
        """What is unlawful about a policy's event; nothing of any other event."""
        event = stored.event
        if isinstance(event, PolicyProposed):
            policy, found = _text(event)
            if policy is None:
                return found
            if event.effective_from != policy.effective_from:
                found.append(("wrong-policy", "it names another first day than its text"))
            found += _signed(stored, event.signature, moment, moment.offices.policy.publishing.proposed_by)
            return found + self._in_time(policy, moment)
        if isinstance(event, ev.PolicyAdopted):
            policy, found = _text(event)
            if policy is None:
                return found
            if stored.actor.kind == "system":
                if moment.agency.people:
                    found.append(("policy-alone", "the system adopted it with people registered"))
                return found
            found += self._second_person(stored, event, moment)
            return found + self._in_time(policy, moment)
        return []

    def follow(self, stored: StoredEvent, day: date) -> None:
        """After an event was judged; `day` is the local day on which it was recorded."""
        event = stored.event
        if isinstance(event, PolicyProposed):
            self._proposed[event.policy_id] = (event.hash, stored.actor.id)
        elif isinstance(event, ev.PolicyAdopted):
            self._proposed.pop(event.policy_id, None)
        else:
            judged = _judged_for(event, day)
            if judged is not None:
                self._judged.add(judged)

    def _second_person(self, stored: StoredEvent, event: ev.PolicyAdopted, moment: Moment) -> list[Problem]:
        known = self._proposed.get(event.policy_id)
        if known is None:
            return [("policy-alone", f"{event.policy_id} was adopted and not proposed")]
        text, by = known
        found: list[Problem] = []
        if text != event.hash:
            found.append(("wrong-policy", "the adopted text is not the one that was proposed"))
        if by == stored.actor.id:
            found.append(("policy-alone", f"{by} proposed and adopted it"))
        found += _signed(stored, event.signature, moment, moment.offices.policy.publishing.adopted_by)
        if event.signature is not None and event.signature.capacity is not Capacity.DEFINITIVE:
            found.append(("capacity-not-allowed", "a policy is adopted by a definitive holder"))
        return found

    def _in_time(self, policy: Policy, moment: Moment) -> list[Problem]:
        first, found = policy.effective_from, list[Problem]()
        if any(other.effective_from == first for other in moment.policies.values()):
            found.append(("policy-backdated", f"another policy is in force from {first}"))
        if first < moment.day - timedelta(days=moment.offices.policy.publishing.backdating_days):
            found.append(("policy-backdated", f"it is to hold from {first}"))
        elif any(first <= day <= moment.day for day in self._judged):
            found.append(("policy-backdated", f"cases had been judged for days from {first} on"))
        day = max(first, moment.day)
        faults = check_policy(policy, moment.agency, day, tuple(moment.policies.values()))
        found += [
            ("wrong-policy", f"{fault.code} {fault.where}") for fault in faults if fault.severity == "error"
        ]
        return found


def _judged_for(event: Event, day: date) -> date | None:
    match event:
        case ev.ActionSubmitted():
            return event.effective_date
        case pe.VacancyOpened():
            return max(event.vacant_from, day)
        case te.TalentPlaced():
            return event.as_of
        case rk.RankListProposed():
            return event.period
    return None


def _text(event: PolicyProposed | ev.PolicyAdopted) -> tuple[Policy | None, list[Problem]]:
    policy, _ = read_policy(event.document)
    if policy is None:
        return None, [("wrong-policy", "the text is no policy")]
    if (policy.id, policy.hash) != (event.policy_id, event.hash):
        return policy, [("wrong-policy", "id or hash is not that of the text")]
    return policy, []


def _signed(
    stored: StoredEvent, signature: Signature | None, moment: Moment, offices: tuple[str, ...]
) -> list[Problem]:
    """Signed by a person through one of the offices, not as somebody's delegate."""
    if stored.actor.kind != "person" or signature is None:
        return [("not-entitled", f"{stored.actor.kind} {stored.actor.id} publishes no policy")]
    held = moment.offices.exercised_by(stored.actor.id, moment.day)
    possible = [s for key, s in held if split_key(key)[0] in offices and s.capacity is not Capacity.DELEGATE]
    if not possible:
        return [("not-entitled", f"{stored.actor.id} holds no office that may do this")]
    if signature not in possible:
        return [("wrong-signature", f"{stored.actor.id} could not sign as {signature.office}")]
    return []
