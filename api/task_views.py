"""How a human task looks to the person who opens it: what it asks, and what they may do with it."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.views import Names, case_subject, office_name, person_view, position_view, step_name
from domain.approval import form_context
from domain.errors import NotFound, NotPermitted
from domain.evaluation_parts import parts_due
from domain.facts import Facts
from domain.forms import form_schema
from domain.human_task import Task
from domain.identity import Actor, Capacity, Signature
from domain.offices import COMMITTEE, INITIATOR, OF_A_PERSON
from domain.ownership import may_act, signature_for
from domain.personnel_action import DECREED, ActionState
from domain.policy import Kind, StepRule
from domain.step_documents import lacking_documents
from ledger.directory_view import DirectoryView
from ledger.record import moment


def task_view(
    task: Task,
    state: ActionState,
    actor: Actor,
    facts: Facts | None,
    names: Names,
    view: DirectoryView,
    language: str,
) -> dict[str, Any]:
    """The task as contract §3 shapes it, and more: what may be done, with what, by this `actor`.
    `facts` are needed while the task is open; with one that is done, nothing may be done.
    """
    policy = view.policies[state.policy_id]
    step = policy.steps[task.step]
    allowed: list[str] = []
    outcomes: list[str] = []
    form = None
    lacks: list[dict[str, Any]] = []
    mine = None
    if task.is_open and facts is not None:
        allowed = allowed_actions(task, state, actor, facts)
        mine = why_mine(task, state, actor, facts, names)
        outcomes = outcomes_of(task, step, state, actor, facts) if "decide" in allowed else []
        form = form_schema(step.form, form_context(state, facts))
        lacks = [
            {
                "document_type": lack.code,
                "name": lack.type.name_id if language == "id" else lack.type.name_en,
                "state": lack.state.value,
                "severity": lack.severity.value,
            }
            for lack in lacking_documents(task.step, state, facts)
        ]
    return {
        "id": task.id,
        "action_id": state.id,
        "kind": state.kind,
        "variant": state.variant.value,
        "step": task.step,
        "step_name": step_name(task.step, policy, language),
        "office": task.office,
        "office_name": office_name(task.office, view, policy, language),
        "state": task.state.value,
        "opened_at": moment(task.opened_at),
        "due_at": moment(task.due_at) if task.due_at else None,
        "expires_at": moment(task.expires_at) if task.expires_at else None,
        "claimed_by": task.claimed_by,
        "claimed_by_name": names.get(task.claimed_by or "", (None, None))[0],
        "delegated_by": task.delegated_by,
        "escalated_to": task.escalated_to,
        "decided_by": person_view(task.decided_by, names),
        "decided_at": moment(task.decided_at) if task.decided_at else None,
        "outcome": task.outcome,
        "subject": case_subject(state, names),
        "status": state.status.value,
        "phase": state.phase,
        "effective_date": state.effective_date.isoformat(),
        "mine": mine,
        "allowed": allowed,
        "outcomes": outcomes,
        "return_to": return_steps(task, step, state) if "return" in outcomes else [],
        "password_again": "decide" in allowed and task.step in _asks_again(view, facts),
        "overrides_required": overrides_required(step, state) if "decide" in allowed else [],
        "documents_lacking": lacks,
        "form": form,
        "rates": _rated_part(task, state, view) if task.is_open else None,
        "version": state.version,
    }


def _asks_again(view: DirectoryView, facts: Facts | None) -> tuple[str, ...]:
    return view.policy_in_force(facts.today).password_again.steps if facts is not None else ()


def _rated_part(task: Task, state: ActionState, view: DirectoryView) -> dict[str, Any] | None:
    """At a rating: the post and the days to be rated, a part of the period where a move divides it."""
    due = parts_due(state, view.agency) if task.step == "rating" else ()
    if not due:
        return None
    return {
        "position": position_view(due[0].position_id, view),
        "first": due[0].first.isoformat(),
        "last": due[0].last.isoformat(),
    }


def allowed_actions(task: Task, state: ActionState, actor: Actor, facts: Facts) -> list[str]:
    """Of claim, release, delegate, decide, comment and declare_conflict those that would be accepted."""
    signature = _signature(task, state, actor, facts) if task.is_open else None
    if signature is None:
        return []
    step = facts.policy_of(state).steps[task.step]
    committee = step.office == COMMITTEE
    claimant = task.claimed_by
    free = claimant in (None, actor.id) or not may_act(claimant, task, state, facts)
    voted = committee and any(vote.person_id == actor.id for vote in task.votes)
    found = []
    if free and claimant != actor.id and not committee:
        found.append("claim")
    if claimant is not None and actor.id in (claimant, task.delegated_by):
        found.append("release")
    if free and not voted:
        found.append("decide")
    if free and _may_delegate(step, signature):
        found.append("delegate")
    found.append("comment")
    if step.office not in OF_A_PERSON:
        found.append("declare_conflict")
    return found


def why_mine(
    task: Task, state: ActionState, actor: Actor, facts: Facts, names: Names
) -> dict[str, Any] | None:
    """Why an open task is this person's, None where it is not. `because` is `own` (initiator or subject),
    `handed_on` (this one task), `delegation`, `acting`, `committee`, `escalation`, `superior` (nobody of the
    office below may act) or `office`.
    """
    signature = _signature(task, state, actor, facts)
    if signature is None:
        return None
    principal = signature.on_behalf_of
    return {
        "because": _because(task, actor, facts, signature),
        "capacity": signature.capacity.value,
        "on_behalf_of": person_view(principal, names),
    }


def _because(task: Task, actor: Actor, facts: Facts, signature: Signature) -> str:
    if task.office in OF_A_PERSON:
        return "own"
    if task.delegated_to == actor.id:
        return "handed_on"
    if signature.capacity is Capacity.DELEGATE:
        return "delegation"
    if task.office == COMMITTEE:
        return "committee"
    if signature.capacity is not Capacity.DEFINITIVE:
        return "acting"
    if actor.id in facts.offices.holders(task.office, facts.today):
        return "office"
    return "escalation" if task.escalated_to else "superior"


def principals_of(view: DirectoryView, person_id: str, day: date) -> set[str]:
    """Those on whose behalf the person may sign on `day`."""
    exercised = view.offices(day).exercised_by(person_id, day)
    return {signature.on_behalf_of for _, signature in exercised if signature.on_behalf_of}


def _may_delegate(step: StepRule, signature: Signature) -> bool:
    personal = step.office in (COMMITTEE, *OF_A_PERSON) or step.definitive_only
    return not personal and signature.on_behalf_of is None


def _signature(task: Task, state: ActionState, actor: Actor, facts: Facts) -> Signature | None:
    try:
        return signature_for(actor, task, state, facts)
    except (NotFound, NotPermitted):
        return None


def outcomes_of(task: Task, step: StepRule, state: ActionState, actor: Actor, facts: Facts) -> list[str]:
    """What the person may decide: after the decision only onwards, at revision likewise."""
    if state.ended or state.status in DECREED or task.step == "revision":
        return ["approve"]
    if state.kind is Kind.EVALUATION and step.office != COMMITTEE:
        return ["approve", "return"] if return_steps(task, step, state) else ["approve"]
    if step.office == COMMITTEE:
        chair = facts.policy_of(state).committee.chair
        if actor.id not in facts.offices.holders(chair, facts.today):
            return ["approve", "reject"]
    return ["approve", "reject", "return"]


def return_steps(task: Task, step: StepRule, state: ActionState) -> list[str]:
    """Where the case may be sent back to: the initiator, or an earlier step. An evaluation has no
    initiator's draft to go back to.
    """
    if state.kind is Kind.EVALUATION:
        return list(state.steps[: state.steps.index(task.step)]) if task.step in state.steps else []
    if task.step == "revision" or step.office == INITIATOR:
        return [INITIATOR]
    return [INITIATOR, *state.steps_before(task.step)]


def overrides_required(step: StepRule, state: ActionState) -> list[str]:
    """Rules for which an approval at this step has to carry a written reason, as far as is known now."""
    open_rules = state.open_overrides()
    if step.confirms_override or step.phase == "appointing_decision":
        return sorted(open_rules)
    if step.proposes_override:
        return sorted(rule for rule in open_rules if not state.proposers_of(rule))
    return []
