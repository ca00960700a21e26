"""An organisation's achievement in a cycle, and how its people's ratings lie beside the pattern for it.

The achievement is set by the next-higher leader before anybody is rated, and recorded by an officer; the
pattern is a consideration and never a quota. Nothing here keeps an evaluation from going on. Sources:
PermenPANRB 6/2022; SE MenPANRB 3/2023 (order).
"""

from __future__ import annotations

from domain import evaluation_events as eve
from domain import events as ev
from domain.cycle_register import Cycle
from domain.errors import CycleClosed, NotFound, NotPermitted, UnknownReference
from domain.evaluation_commands import ConsiderDistribution, RateOrganisation
from domain.facts import Facts
from domain.identity import Actor
from domain.performance import Predicate, consider_distribution
from domain.reasons import require_words


def rate_organisation(facts: Facts, command: RateOrganisation) -> list[ev.NewEvent]:
    """Record the achievement of a regional apparatus that the cycle evaluates; the newest one counts.

    Raises NotFound, CycleClosed, NotPermitted also for who belongs to it, UnknownReference.
    """
    rules = facts.policy_in_force(facts.today).evaluation.organisation
    cycle = _open_cycle(command.cycle_id, facts)
    _may(command.actor, rules.rated_by, command.unit_id, facts)
    if not members_of(cycle.id, command.unit_id, facts):
        raise UnknownReference(what="unit_id")
    if cycle.achievements.get(command.unit_id) is command.achievement:
        return []
    rated = eve.OrganisationRated(
        cycle_id=cycle.id,
        unit_id=command.unit_id,
        achievement=command.achievement,
        document_number=command.document_number,
    )
    return [ev.NewEvent(f"evaluation-cycle/{cycle.id}", rated)]


def consider(facts: Facts, command: ConsiderDistribution) -> list[ev.NewEvent]:
    """Record that the ratings given so far were seen beside the pattern of the apparatus's achievement;
    where they lie otherwise and the policy wants it, with the reason.

    Raises NotFound, CycleClosed, NotPermitted also for who belongs to it, UnknownReference where no
    achievement is recorded, ReasonRequired.
    """
    cycle = _open_cycle(command.cycle_id, facts)
    policy = facts.policies[cycle.policy_id]
    rules = facts.policy_in_force(facts.today).evaluation.organisation
    _may(command.actor, rules.considered_by, command.unit_id, facts)
    achievement = cycle.achievements.get(command.unit_id)
    if achievement is None:
        raise UnknownReference(what="achievement")
    given = _given(cycle, command.unit_id, facts)
    fit = consider_distribution(achievement, given, policy.talent.distribution.patterns)
    reason = command.reason.strip()
    if not fit.fits and rules.deviation_needs_reason:
        require_words(reason)
    considered = eve.DistributionConsidered(
        cycle_id=cycle.id,
        unit_id=command.unit_id,
        achievement=achievement,
        fits=fit.fits,
        counts={predicate.value: count for predicate, count in fit.counts.items()},
        reason=reason or None,
    )
    # Sealed under the cycle's own key: counts of a small unit tell of its people.
    return [ev.NewEvent(f"evaluation-cycle/{cycle.id}", considered, cycle.id)]


def members_of(cycle_id: str, unit_id: str, facts: Facts) -> list[str]:
    """The evaluations of the cycle whose people were in the apparatus when these were opened."""
    agency, units = facts.agency, facts.registry.cycles.units[cycle_id]
    return [action for action, unit in units.items() if agency.apparatus_of(unit) == unit_id]


def _given(cycle: Cycle, unit_id: str, facts: Facts) -> list[Predicate]:
    """The judgements that stand; none of whom was withdrawn, annulled or erased."""
    found = []
    for action_id in members_of(cycle.id, unit_id, facts):
        state = facts.action(action_id)
        evaluation = state.evaluation if state else None
        if state is None or evaluation is None or evaluation.judged_at is None or state.came_to_nothing:
            continue
        sealed = facts.sealed_at(action_id, evaluation.judged_at)
        if sealed and "predicate" in sealed:
            found.append(Predicate(sealed["predicate"]))
    return found


def _open_cycle(cycle_id: str, facts: Facts) -> Cycle:
    cycle = facts.registry.cycles.by_id.get(cycle_id)
    if cycle is None:
        raise NotFound()
    if cycle.closed:
        raise CycleClosed()
    return cycle


def _may(actor: Actor, offices: tuple[str, ...], unit_id: str, facts: Facts) -> None:
    """An officer whom the policy names, and who neither belongs to the unit nor acts for somebody there."""
    if actor.kind != "person" or not facts.offices.holds_any(actor.id, offices, facts.today):
        raise NotPermitted()
    agency = facts.agency
    posts = {agency.people[actor.id].position_id if actor.id in agency.people else None}
    posts |= {
        lent.position_id
        for lent in agency.delegations.values()
        if lent.delegate_id == actor.id and lent.runs_on(facts.today)
    }
    if any(agency.apparatus_of(agency.unit_of(post)) == unit_id for post in posts):
        raise NotPermitted()
