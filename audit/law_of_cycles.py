"""Was a cycle lawful? Opened by who may, everybody in order and nobody left out, closed with the truth."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from audit.case import Moment
from domain import evaluation_events as eve
from domain import events as ev
from domain.agency import Agency
from domain.calendar import months_after
from domain.performance import Achievement, Predicate
from domain.policy import Policy
from ledger.record import StoredEvent

Problem = tuple[str, str]
OF_A_CYCLE = (
    eve.EvaluationCycleOpened,
    eve.EvaluationsOpened,
    eve.OrganisationRated,
    eve.DistributionConsidered,
    eve.EvaluationCycleClosed,
)


def stream_for(event: ev.Event) -> str | None:
    """The stream in which an event of a cycle belongs; None for every other event."""
    if isinstance(event, OF_A_CYCLE):
        return f"evaluation-cycle/{event.cycle_id}"
    return None


@dataclass
class _Cycle:
    unit_ids: tuple[str, ...]
    period: tuple[date, date]
    policy_id: str
    last: str = ""
    complete: bool = False
    closed: bool = False
    members: dict[str, bool] = field(default_factory=dict)
    units: dict[str, str | None] = field(default_factory=dict)
    achievements: dict[str, Achievement] = field(default_factory=dict)


@dataclass
class Cycles:
    """Follows all cycles in order; asked before each of their events is applied. `_given` are the judgements
    that stand, by evaluation: None where the seal is closed.
    """

    _by_id: dict[str, _Cycle] = field(default_factory=dict)
    _cycle_of: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, tuple[str, date, date]] = field(default_factory=dict)
    _given: dict[str, Predicate | None] = field(default_factory=dict)

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about an event of a cycle."""
        match stored.event:
            case eve.EvaluationCycleOpened():
                return self._opened(stored, stored.event, moment)
            case eve.EvaluationsOpened():
                return self._filled(stored, stored.event, moment, group)
            case eve.EvaluationCycleClosed():
                return self._closed(stored, stored.event, moment)
            case eve.OrganisationRated():
                return self._rated(stored, stored.event, moment)
            case eve.DistributionConsidered():
                return self._considered(stored, stored.event, moment)
        return []

    def follow(self, action_id: str | None, event: ev.Event, *, ended: bool) -> None:
        """Apply one event, of a cycle or (with its id) of an action."""
        match event:
            case eve.EvaluationCycleOpened():
                period = (event.period_start, event.period_end)
                self._by_id[event.cycle_id] = _Cycle(event.unit_ids, period, event.policy_id)
            case eve.EvaluationsOpened():
                cycle = self._by_id[event.cycle_id]
                cycle.last, cycle.complete = event.last, event.complete
            case eve.EvaluationCycleClosed():
                self._by_id[event.cycle_id].closed = True
            case eve.OrganisationRated():
                self._by_id[event.cycle_id].achievements[event.unit_id] = event.achievement
            case eve.PerformanceJudged() if action_id in self._cycle_of and event.at_step != "motion":
                self._given[action_id] = Predicate(event.predicate) if event.predicate else None
            case ev.ActionSubmitted(period_start=date() as first, period_end=date() as last) if action_id:
                if event.follows is None:
                    self._taken[action_id] = (event.subject_id, first, last)
                if event.cycle_id in self._by_id:
                    self._cycle_of[action_id] = event.cycle_id
                    self._by_id[event.cycle_id].members[action_id] = False
                    self._by_id[event.cycle_id].units[action_id] = event.origin_unit_id
            case _ if action_id in self._cycle_of and (ended or isinstance(event, eve.EvaluationBecameFinal)):
                self._by_id[self._cycle_of[action_id]].members[action_id] = True
            case _:
                pass
        if action_id and ended and not isinstance(event, ev.ActionCompleted):
            self._taken.pop(action_id, None)
            self._given.pop(action_id, None)

    def _opened(self, stored: StoredEvent, event: eve.EvaluationCycleOpened, moment: Moment) -> list[Problem]:
        found = _by_entitled(stored, moment)
        policy = moment.policies.get(event.policy_id)
        if policy is None or policy.hash != event.policy_hash:
            return [*found, ("wrong-policy", "the cycle names another policy than was adopted")]
        first, last = event.period_start, event.period_end
        if moment.policy_in_force(last).id != policy.id:
            found.append(("wrong-policy", f"another policy is in force on {last}"))
        longest = months_after(first, policy.evaluation.period.longest_months)
        if not first < last < longest or first > moment.day:
            found.append(("wrong-date", f"a cycle of {first} to {last}"))
        if event.cycle_id in self._by_id:
            found.append(("illegal-transition", "the cycle had been opened before"))
        twin = (tuple(sorted(set(event.unit_ids))), (first, last))
        if any(not known.closed and (known.unit_ids, known.period) == twin for known in self._by_id.values()):
            found.append(("illegal-transition", "a cycle of the same units and period was still open"))
        if event.expected != len(people_of(event.unit_ids, moment.agency, policy)):
            found.append(("wrong-facts", f"{event.expected} is not how many are evaluated there"))
        return found

    def _filled(
        self, stored: StoredEvent, event: eve.EvaluationsOpened, moment: Moment, group: list[StoredEvent]
    ) -> list[Problem]:
        """The next people in order under the cycle's policy, each under the id that derives from cycle and
        person.
        """
        cycle = self._by_id.get(event.cycle_id)
        if stored.actor.kind != "system":
            return [("not-the-system", "evaluations of a cycle are opened by the system")]
        if cycle is None or cycle.complete or cycle.closed:
            return [("illegal-transition", "the cycle is not one that is being opened")]
        policy = _policy_of(cycle, moment)
        waiting = [p for p in people_of(cycle.unit_ids, moment.agency, policy) if p > cycle.last]
        part = [person for person in waiting if person <= event.last]
        first, last = cycle.period
        taken = {person for person, begins, ends in self._taken.values() if begins <= last and first <= ends}
        due = {str(uuid.uuid5(uuid.UUID(event.cycle_id), p)): p for p in part if p not in taken}
        opened = [s.event for s in group if isinstance(s.event, ev.ActionSubmitted)]
        opened = [each for each in opened if each.cycle_id == event.cycle_id]
        made = {each.action_id: each.subject_id for each in opened}
        problems: list[Problem] = []
        if any(each.policy_id != cycle.policy_id for each in opened):
            problems.append(("wrong-policy", f"the cycle began under {cycle.policy_id}"))
        if made != due or (event.opened, event.skipped) != (len(made), len(part) - len(made)):
            problems.append(("wrong-facts", "not exactly the next people's evaluations were opened"))
        if event.complete != (len(part) == len(waiting)):
            problems.append(("wrong-facts", "whether everybody's is open is told wrongly"))
        return problems

    def _members(self, cycle: _Cycle, unit_id: str, moment: Moment) -> list[str]:
        agency = moment.agency
        return [action for action, unit in cycle.units.items() if agency.apparatus_of(unit) == unit_id]

    def _rated(self, stored: StoredEvent, event: eve.OrganisationRated, moment: Moment) -> list[Problem]:
        """By an officer who is not of the unit, for one that the cycle evaluates."""
        rules = moment.offices.policy.evaluation.organisation
        found = _by_an_outsider(stored, rules.rated_by, event.unit_id, moment)
        cycle = self._by_id.get(event.cycle_id)
        if cycle is None or cycle.closed:
            return [*found, ("illegal-transition", "the cycle does not run")]
        if not self._members(cycle, event.unit_id, moment):
            found.append(("wrong-facts", f"nobody of {event.unit_id} is evaluated in it"))
        return found

    def _considered(
        self, stored: StoredEvent, event: eve.DistributionConsidered, moment: Moment
    ) -> list[Problem]:
        """What lay beside the pattern is counted again where the seals of all of them are open."""
        rules = moment.offices.policy.evaluation.organisation
        found = _by_an_outsider(stored, rules.considered_by, event.unit_id, moment)
        cycle = self._by_id.get(event.cycle_id)
        if cycle is None or cycle.closed or cycle.achievements.get(event.unit_id) is not event.achievement:
            return [*found, ("illegal-transition", "no such achievement was recorded in a running cycle")]
        if event.counts is None:
            return found
        members = self._members(cycle, event.unit_id, moment)
        given = [self._given[action] for action in members if action in self._given]
        counted = Counter(predicate for predicate in given if predicate is not None)
        if None not in given and event.counts != {each.value: counted[each] for each in Predicate}:
            found.append(("finding-mismatch", "other ratings stood in the unit than were counted"))
        pattern = _policy_of(cycle, moment).talent.distribution.patterns[event.achievement]
        most = max(event.counts.values(), default=0)
        leading = {name for name, count in event.counts.items() if most and count == most}
        fits = not leading or not leading.isdisjoint(each.value for each in pattern)
        if event.fits != fits:
            found.append(("finding-mismatch", "whether they fit the pattern is told wrongly"))
        if not fits and rules.deviation_needs_reason and not event.reason:
            found.append(("finding-mismatch", "a deviation from the pattern without its reason"))
        return found

    def _closed(self, stored: StoredEvent, event: eve.EvaluationCycleClosed, moment: Moment) -> list[Problem]:
        cycle = self._by_id.get(event.cycle_id)
        found = _by_entitled(stored, moment)
        if cycle is None or cycle.closed or not cycle.complete:
            return [*found, ("illegal-transition", "the cycle could not be closed then")]
        missing = tuple(sorted(action for action, final in cycle.members.items() if not final))
        if event.missing != missing or event.final != len(cycle.members) - len(missing):
            found.append(("wrong-facts", "what was missing is told wrongly"))
        return found


def people_of(unit_ids: tuple[str, ...], agency: Agency, policy: Policy) -> list[str]:
    """Everybody who is evaluated there, as the auditor counts."""
    rules, wanted = policy.evaluation, set(unit_ids)
    inside = {unit for unit in agency.units if not wanted or wanted & set(agency.lineage(unit))}
    return sorted(
        person.id
        for person in agency.people.values()
        if (post := agency.posts.get(person.position_id or "")) is not None
        and post.unit_id in inside
        and not person.candidate
        and person.employment_status in rules.employment_statuses
        and post.kind not in rules.post_kinds_left_out
    )


def _policy_of(cycle: _Cycle, moment: Moment) -> Policy:
    """The one that the cycle began under; where it names one that was never adopted, the lawful one."""
    return moment.policies.get(cycle.policy_id) or moment.policy_in_force(cycle.period[1])


def _by_entitled(stored: StoredEvent, moment: Moment) -> list[Problem]:
    actor = stored.actor
    if actor.kind != "person":
        return []
    named = moment.offices.policy.evaluation.cycles_by
    if moment.offices.holds_any(actor.id, named, moment.day):
        return []
    return [("not-entitled", f"{actor.id} may not open or close a cycle")]


def _by_an_outsider(
    stored: StoredEvent, offices: tuple[str, ...], unit_id: str, moment: Moment
) -> list[Problem]:
    actor = stored.actor
    if actor.kind != "person" or not moment.offices.holds_any(actor.id, offices, moment.day):
        return [("not-entitled", f"{actor.kind} {actor.id} may not speak for {unit_id}")]
    agency = moment.agency
    person = agency.people.get(actor.id)
    posts = [person.position_id if person else None]
    lent = [each for each in agency.delegations.values() if each.delegate_id == actor.id]
    posts += [each.position_id for each in lent if each.runs_on(moment.day)]
    if unit_id not in {agency.apparatus_of(agency.unit_of(post)) for post in posts}:
        return []
    return [("excluded-actor", f"{actor.id} belongs to {unit_id} or acts for somebody there")]
