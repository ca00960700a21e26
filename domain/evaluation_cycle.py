"""A cycle of evaluations: opened for units, filled part by part in the order of ids, closed by name.

The six-monthly cycle is the city's own policy. Opening a part again changes nothing that was opened:
the id of an evaluation derives from the cycle and the person.
"""

from __future__ import annotations

import uuid

from domain import evaluation_events as eve
from domain import events as ev
from domain.cycle_register import Cycle
from domain.errors import AlreadyExists, CycleNotComplete, NotFound, NotPermitted, UnknownReference
from domain.evaluation_commands import CloseEvaluationCycle, OpenEvaluationCycle, OpenEvaluations
from domain.evaluation_opening import begun, check_period, is_evaluated
from domain.facts import Facts
from domain.identity import Actor
from domain.policy import Policy, Variant
from domain.submission import START_SCOPE

MOST_AT_ONCE = 200


def people_of(unit_ids: tuple[str, ...], facts: Facts, policy: Policy) -> list[str]:
    """Everybody who is evaluated in the units and below them, in the order of ids; no units: everybody."""
    agency, wanted = facts.agency, set(unit_ids)
    inside = {unit for unit in agency.units if not wanted or not wanted.isdisjoint(agency.lineage(unit))}
    return sorted(
        person.id
        for person in agency.people.values()
        if agency.unit_of(person.position_id) in inside and is_evaluated(person.id, facts, policy)
    )


def open_cycle(facts: Facts, command: OpenEvaluationCycle) -> list[ev.NewEvent]:
    """A new cycle, still empty. Raises NotPermitted, UnknownReference, DateOutOfOrder, and AlreadyExists
    where one of the same units and period has not been closed.
    """
    if not may_open(command.actor, facts):
        raise NotPermitted()
    policy = facts.policy_in_force(command.period_end)
    check_period(command.period_start, command.period_end, facts, policy)
    if not all(unit in facts.agency.units for unit in command.unit_ids):
        raise UnknownReference(what="unit_ids")
    if command.cycle_id in facts.registry.cycles.by_id:
        raise AlreadyExists(what="cycle_id")
    period = (command.period_start, command.period_end)
    unit_ids = tuple(sorted(set(command.unit_ids)))
    for known in facts.registry.cycles.by_id.values():
        if not known.closed and known.unit_ids == unit_ids and known.period == period:
            raise AlreadyExists(what=f"cycle {known.id} of these units and this period")
    opened = eve.EvaluationCycleOpened(
        cycle_id=command.cycle_id,
        period_start=command.period_start,
        period_end=command.period_end,
        unit_ids=unit_ids,
        expected=len(people_of(unit_ids, facts, policy)),
        policy_id=policy.id,
        policy_hash=policy.hash,
    )
    return [ev.NewEvent(stream_of(command.cycle_id), opened)]


def may_open(actor: Actor, facts: Facts) -> bool:
    """Whether the actor may open and close cycles: the system by its calendar, offices that the policy
    names, and integrations whose key carries the scope.
    """
    if actor.kind == "integration":
        return START_SCOPE in actor.scopes
    if actor.kind == "system":
        return True
    named = facts.policy_in_force(facts.today).evaluation.cycles_by
    return facts.offices.holds_any(actor.id, named, facts.today)


def open_next(facts: Facts, command: OpenEvaluations) -> list[ev.NewEvent]:
    """The evaluations of the next people under the policy of the cycle, whatever was adopted since; nothing
    when all are open. Whose evaluation shares a day with the cycle's period already is skipped.
    """
    if command.actor.kind != "system":
        raise NotPermitted()
    cycle = _known(command.cycle_id, facts)
    if cycle.complete or cycle.closed:
        return []
    policy = facts.policies[cycle.policy_id]
    waiting = [person for person in people_of(cycle.unit_ids, facts, policy) if person > cycle.last]
    part = waiting[: min(command.limit, MOST_AT_ONCE)]
    events: list[ev.NewEvent] = []
    of_cycle = (cycle.id, policy)
    by = (command.actor.kind, command.actor.id)
    skipped = 0
    for person in part:
        if facts.registry.evaluations.overlapping(person, cycle.period) is not None:
            skipped += 1
            continue
        action_id = evaluation_id(cycle.id, person)
        events += begun(action_id, person, Variant.SIX_MONTHLY, cycle.period, facts, by=by, cycle=of_cycle)
    opened = eve.EvaluationsOpened(
        cycle_id=cycle.id,
        opened=len(part) - skipped,
        skipped=skipped,
        last=part[-1] if part else cycle.last,
        complete=len(part) == len(waiting),
    )
    return [ev.NewEvent(stream_of(cycle.id), opened), *events]


def close_cycle(facts: Facts, command: CloseEvaluationCycle) -> list[ev.NewEvent]:
    """The end of a cycle that is fully open, naming what is not final. Those evaluations go on."""
    if not may_open(command.actor, facts):
        raise NotPermitted()
    cycle = _known(command.cycle_id, facts)
    if cycle.closed:
        return []
    if not cycle.complete:
        raise CycleNotComplete()
    members = facts.registry.cycles.members[cycle.id]
    missing = tuple(sorted(action for action, final in members.items() if not final))
    closed = eve.EvaluationCycleClosed(
        cycle_id=cycle.id, closed_at=facts.now, final=len(members) - len(missing), missing=missing
    )
    return [ev.NewEvent(stream_of(cycle.id), closed)]


def evaluation_id(cycle_id: str, person_id: str) -> str:
    """The id of a person's evaluation in a cycle."""
    return str(uuid.uuid5(uuid.UUID(cycle_id), person_id))


def stream_of(cycle_id: str) -> str:
    return f"evaluation-cycle/{cycle_id}"


def _known(cycle_id: str, facts: Facts) -> Cycle:
    cycle = facts.registry.cycles.by_id.get(cycle_id)
    if cycle is None:
        raise NotFound()
    return cycle
