"""Opening an evaluation: who may, of whom, for which period, and once only."""

from __future__ import annotations

from datetime import date

from domain import events as ev
from domain.calendar import months_after
from domain.errors import (
    DateOutOfOrder,
    EvaluationExists,
    NotPermitted,
    UnknownReference,
)
from domain.evaluation_commands import SubmitEvaluation
from domain.facts import Facts
from domain.identity import Actor, Capacity
from domain.offices import office_key, split_key
from domain.personnel_action import Recorded, evolve
from domain.policy import Kind, Policy, Variant
from domain.submission import START_SCOPE
from domain.task_opening import assessor_office, open_task


def submit(facts: Facts, command: SubmitEvaluation) -> list[ev.NewEvent]:
    """A new evaluation of one person, at its first step.

    Raises NotPermitted, UnknownReference, DateOutOfOrder, and EvaluationExists for a period that
    shares a day with one of the person's that runs or is final.
    """
    if not may_submit(command.actor, command.subject_id, facts):
        raise NotPermitted()
    policy = facts.policy_in_force(command.period_end)
    check_period(command.period_start, command.period_end, facts, policy)
    if not is_evaluated(command.subject_id, facts, policy):
        raise UnknownReference(what="subject")
    period = (command.period_start, command.period_end)
    known = facts.registry.evaluations.overlapping(command.subject_id, period)
    if known is not None:
        raise EvaluationExists(action_id=known)
    by = (command.actor.kind, command.actor.id)
    return begun(command.action_id, command.subject_id, Variant.SIX_MONTHLY, period, facts, by=by)


def may_submit(actor: Actor, subject_id: str, facts: Facts) -> bool:
    """Whether the actor may open an evaluation of the person: officers of the person's unit, BKPSDM,
    the assessor, the person, and integrations whose key carries the scope. No personal delegate.
    """
    if actor.kind != "person":
        return actor.kind == "integration" and START_SCOPE in actor.scopes
    subject = facts.agency.people.get(subject_id)
    if subject is None or subject.position_id is None:
        return False
    policy = facts.policy_in_force(facts.today)
    allowed = policy.submitters[Variant.SIX_MONTHLY.value]
    if actor.id == subject_id:
        return "subject" in allowed
    apparatus = facts.agency.apparatus_of(facts.agency.unit_of(subject.position_id))
    rater = assessor_office(subject.position_id, facts.agency, facts.offices, policy)
    for key, signature in facts.offices.exercised_by(actor.id, facts.today):
        office, unit = split_key(key)
        if signature.capacity is Capacity.DELEGATE:
            continue
        if key == rater or (office in allowed and (unit is None or key == office_key(office, apparatus))):
            return True
    return False


def check_period(first: date, last: date, facts: Facts, policy: Policy) -> None:
    """Raise DateOutOfOrder for a period that is turned, too long, or not yet begun."""
    if first >= last:
        raise DateOutOfOrder(earlier="period_start", later="period_end")
    longest = months_after(first, policy.evaluation.period.longest_months)
    if last >= longest:
        raise DateOutOfOrder(earlier="period_end", later=longest.isoformat())
    if first > facts.today:
        raise DateOutOfOrder(earlier="period_start", later="today")


def is_evaluated(person_id: str, facts: Facts, policy: Policy) -> bool:
    """Whether the person is one whom evaluations are about: in service, in a post that is assessed."""
    person = facts.agency.people.get(person_id)
    if person is None or person.candidate or person.position_id is None:
        return False
    post = facts.agency.posts[person.position_id]
    rules = policy.evaluation
    return (
        person.employment_status in rules.employment_statuses and post.kind not in rules.post_kinds_left_out
    )


def begun(
    action_id: str,
    subject_id: str,
    variant: Variant,
    period: tuple[date, date],
    facts: Facts,
    *,
    by: tuple[str, str],
    cycle: tuple[str, Policy] | None = None,
    follows: str | None = None,
) -> list[ev.NewEvent]:
    """The first events of an evaluation: submitted, and its first task. `by` is who is recorded; `cycle` are
    the id of its cycle and the policy that this began under.
    """
    cycle_id, policy = cycle or (None, facts.policy_in_force(period[1]))
    origin = facts.agency.people[subject_id].position_id
    submitted = ev.ActionSubmitted(
        action_id=action_id,
        kind=Kind.EVALUATION,
        variant=variant,
        subject_id=subject_id,
        origin_position_id=origin,
        origin_unit_id=facts.agency.unit_of(origin),
        effective_date=period[1],
        period_start=period[0],
        period_end=period[1],
        cycle_id=cycle_id,
        follows=follows,
        policy_id=policy.id,
        policy_hash=policy.hash,
        calendar_version=facts.calendar.version,
        steps=policy.route(Kind.EVALUATION, variant).steps,
        inauguration=False,
    )
    state = evolve(None, Recorded(submitted, 1, facts.now, *by))
    assert state is not None  # ActionSubmitted always begins a state
    stream = f"personnel-action/{action_id}"
    first = open_task(state.steps[0], state, facts)
    return [ev.NewEvent(stream, event, subject_id) for event in (submitted, first)]
