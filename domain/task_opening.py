"""Opening a human task: its office, who is kept out from the start, and its working-day deadlines."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from domain import events as ev
from domain.agency import Agency
from domain.evaluation_dates import not_before, window_closes
from domain.evaluation_parts import assessed_post
from domain.facts import Facts
from domain.human_task import Task
from domain.offices import ASSESSOR, ASSESSOR_SUPERIOR, COMMITTEE, INITIATOR, SUBJECT, Offices, office_key
from domain.ownership import answering_office, excluded_people, why_excluded
from domain.personnel_action import ActionState
from domain.policy import Clearance, Kind, Policy, StepRule, Variant

INTER_AGENCY = (Variant.INTER_AGENCY_IN, Variant.INTER_AGENCY_OUT)


def open_task(
    name: str, state: ActionState, facts: Facts, *, returned: bool = False, resumes: str | None = None
) -> ev.TaskOpened:
    """The event that opens step `name`. Deadlines count from today, which itself does not count, or
    from the first day on which the step may be decided.
    """
    policy = facts.policy_of(state)
    step = policy.steps[name]
    today, calendar = facts.today, facts.calendar
    first = not_before(name, state.variant, state.evaluation, policy.evaluation)
    today = max(today, first) if first else today
    sla = step.sla_by_variant.get(state.variant.value, step.sla_working_days)
    half = (sla or 0) // 2
    due_on = calendar.after(today, sla) if sla else None
    expires = step.expires and sla is not None and not state.ended
    return ev.TaskOpened(
        task_id=str(uuid.uuid5(uuid.UUID(state.id), f"{name}/{len(state.tasks) + 1}")),
        step=name,
        phase=step.phase,
        office=_office(name, state, facts),
        returned=returned,
        due_on=due_on,
        remind_at=calendar.end_of(calendar.after(today, half)) if half else None,
        due_at=calendar.end_of(due_on) if due_on else None,
        expires_at=calendar.end_of(calendar.after(today, (sla or 0) * policy.deadlines.expiry_multiple))
        if expires
        else None,
        silence_at=_silence(name, step, today, state, facts),
        calendar_version=calendar.version,
        excluded=tuple(sorted(excluded_people(step, state))),
        resumes=resumes,
    )


def _silence(name: str, step: StepRule, today: date, state: ActionState, facts: Facts) -> datetime | None:
    """The moment from which nobody's answer is waited for any more."""
    if name == "result_response":
        return window_closes(facts.policy_of(state).evaluation.objection_window, today, facts.calendar)
    if step.silence is None or not _silence_applies(step, state, facts):
        return None
    return facts.calendar.start_of(facts.calendar.after(today, step.silence.on_working_day))


def assessor_office(position_id: str | None, agency: Agency, offices: Offices, policy: Policy) -> str | None:
    """The office of who rates the holder of a post: the leader of their unit, or for a leader the one
    above. None without a post. Source: PermenPANRB 6/2022 (the assessor is the direct superior).
    """
    unit = agency.unit_of(position_id)
    if unit is None:
        return None
    key = office_key(policy.evaluation.assessment.office, unit)
    return offices.superior(key) if agency.head_of(unit) == position_id else key


def office_of_assessment(name: str, state: ActionState, facts: Facts) -> str:
    """The assessor's office or the one above it, as step `name` needs. Where nobody in the agency is left
    to decide, the policy's office records what an authority above the agency decides.
    """
    policy = facts.policy_of(state)
    step = policy.steps[name]
    post = assessed_post(name, state, facts.agency)
    key = assessor_office(post, facts.agency, facts.offices, policy)
    if step.office == ASSESSOR_SUPERIOR and key is not None:
        key = facts.offices.superior(key)
    if key is not None:
        key = answering_office(key, step, state, facts)
        if _somebody_may(key, step, state, facts):
            return key
    return policy.evaluation.assessment.without_superior


def beyond_the_agency(task: Task, state: ActionState, facts: Facts) -> str | None:
    """The office that records what the authority above decides, where an open task of assessment has come to
    wait for nobody in the agency; None where somebody is left, and for every other task.
    """
    policy = facts.policy_of(state)
    recording = policy.evaluation.assessment.without_superior
    if policy.steps[task.step].office not in (ASSESSOR, ASSESSOR_SUPERIOR) or task.office == recording:
        return None
    return recording if office_of_assessment(task.step, state, facts) == recording else None


def _somebody_may(key: str, step: StepRule, state: ActionState, facts: Facts) -> bool:
    """Whether somebody of the office, or of the one to which a vacant one falls, is not kept out."""
    here: str | None = key
    while here is not None:
        holders = facts.offices.holders(here, facts.today)
        if holders:
            return any(why_excluded(person, step, state) is None for person in holders)
        here = facts.offices.superior(here)
    return True


def _office(name: str, state: ActionState, facts: Facts) -> str:
    step = facts.policy_of(state).steps[name]
    if step.office == INITIATOR:
        # A machine that asked for the action cannot revise it; the analysts do.
        return INITIATOR if state.initiator[0] == "person" else "personnel_analyst"
    if step.office in (COMMITTEE, SUBJECT):
        return step.office
    if step.office in (ASSESSOR, ASSESSOR_SUPERIOR):
        return office_of_assessment(name, state, facts)
    if facts.policy_of(state).offices[step.office].scope == "agency":
        return answering_office(step.office, step, state, facts)
    unit_id = state.target_unit_id if _is_of_target(step, state) else state.origin_unit_id
    key = office_key(step.office, facts.agency.apparatus_of(unit_id))
    return answering_office(key, step, state, facts)


def _is_of_target(step: StepRule, state: ActionState) -> bool:
    return step.of_unit == "target" or state.origin_unit_id is None


def _silence_applies(step: StepRule, state: ActionState, facts: Facts) -> bool:
    if step.silence is None or state.variant in INTER_AGENCY:
        return False
    post = facts.agency.posts.get(state.target_position_id or "")
    return post is not None and post.kind in step.silence.post_kinds


def route_of(kind: Kind, variant: Variant, origin: str | None, target: str | None, facts: Facts,
             policy: Policy, *, in_election_window: bool) -> tuple[str, ...]:  # fmt: skip
    """The steps of one case: the route of its kind and variant with the clearances that it needs,
    placed before BKN's review. `origin` and `target` are position ids.
    """
    needed: list[str] = []
    for clearance in policy.clearances:
        concerns = any(_concerns(clearance, position_id, facts) for position_id in (origin, target))
        if (concerns or (clearance.election_window and in_election_window)) and clearance.step not in needed:
            needed.append(clearance.step)
    steps: list[str] = []
    for step in policy.route(kind, variant).steps:
        if step == "bkn_review":
            steps += needed
        steps.append(step)
    return tuple(steps)


def _concerns(clearance: Clearance, position_id: str | None, facts: Facts) -> bool:
    post = facts.agency.posts.get(position_id or "")
    if post is None:
        return False
    unit_id = facts.agency.apparatus_of(post.unit_id)
    return any(
        selector.matches(
            kind=post.kind,
            name=post.name,
            opd_name=facts.agency.units[unit_id].name if unit_id else "",
            heads_unit=unit_id is not None and facts.agency.head_of(unit_id) == post.id,
        )
        for selector in clearance.posts
    )
