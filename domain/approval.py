"""Deciding a human task: claim, delegate, vote, approve, reject, return; and what follows from it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain import evaluation, promotion
from domain import events as ev
from domain.assessment import assessed, fact_sheet
from domain.changed import changed
from domain.commands import (
    ClaimTask,
    CommentTask,
    DecideTask,
    DelegateTask,
    ReleaseTask,
    TaskCommand,
)
from domain.committee import verdict_of
from domain.eligibility import Assessment, hard_stops
from domain.errors import (
    ActionEnded,
    AlreadyVoted,
    CapacityNotAllowed,
    DecreeAlreadyIssued,
    ExcludedOwner,
    HardFinding,
    InvalidDetails,
    NotFound,
    NotPermitted,
    OverrideRequired,
    TaskAlreadyDecided,
    TaskClaimed,
    TaskClosed,
    UnknownReference,
    UnknownReturnStep,
)
from domain.evaluation_forms import ImprovementPlan
from domain.evaluation_parts import unrated
from domain.facts import Facts
from domain.forms import AppointingDecision, CandidateChoice, Form, FormContext, RankingVote, Vote, answer
from domain.human_task import Task, TaskState
from domain.identity import Signature
from domain.offices import COMMITTEE, INITIATOR, SUBJECT
from domain.overriding import override_events, with_overrides
from domain.ownership import may_act, signature_for, why_excluded
from domain.personnel_action import DECREED, ActionState, acted_at
from domain.policy import Kind, StepRule
from domain.process import after_approval
from domain.reasons import require_words
from domain.step_documents import documents_in_order
from domain.task_opening import open_task

Events = list[ev.Event | ev.NewEvent]


def task_of(state: ActionState, command: TaskCommand, facts: Facts) -> tuple[Task, Signature]:
    """The open task and the caller's signature for it.

    Permission is judged before the task's state, so that a stranger learns nothing and only a
    potential owner hears who decided first. Raises TaskAlreadyDecided(by, at, outcome) or TaskClosed.
    """
    task = state.task(command.task_id)
    if task is None:
        raise NotFound()
    signature = signature_for(command.actor, task, state, facts) if task.is_open else None
    if signature is None:
        _judge_late_comer(task, command, state, facts)
        raise TaskClosed(status=state.status.value)
    return task, signature


def _judge_late_comer(task: Task, command: TaskCommand, state: ActionState, facts: Facts) -> None:
    """Raise what somebody hears who comes after the decision: who decided and when, if it was
    theirs to decide as well; nothing more than any stranger otherwise.
    """
    if task.decided_by != command.actor.id:
        # Judged as the case stood before this decision, whose own trace must not exclude them.
        before = changed(state, acted=tuple(pair for pair in state.acted if pair[0] != task.step))
        signature_for(command.actor, task, before, facts)
    if task.state is TaskState.COMPLETED:
        raise TaskAlreadyDecided(
            by=task.decided_by,
            at=task.decided_at.isoformat() if task.decided_at else None,
            outcome=task.outcome,
        )
    if state.ended:
        raise ActionEnded(status=state.status.value)


def claim(state: ActionState, facts: Facts, command: ClaimTask) -> Events:
    task, signature = task_of(state, command, facts)
    if facts.policy_of(state).steps[task.step].office == COMMITTEE:
        raise NotPermitted()
    if task.claimed_by == command.actor.id:
        return []
    _unclaimed_by_others(task, command.actor.id, state, facts)
    return [ev.TaskClaimed(task_id=task.id, person_id=command.actor.id, signature=signature)]


def release(state: ActionState, facts: Facts, command: ReleaseTask) -> Events:
    task, _ = task_of(state, command, facts)
    if task.claimed_by is None:
        return []
    if command.actor.id not in (task.claimed_by, task.delegated_by):
        raise TaskClaimed(by=task.claimed_by)
    return [ev.TaskReleased(task_id=task.id, person_id=command.actor.id)]


def delegate(state: ActionState, facts: Facts, command: DelegateTask) -> Events:
    """Let another person act on this one task. Not for votes, nor where only the holder may sign,
    nor by somebody who is a delegate already.
    """
    task, signature = task_of(state, command, facts)
    step = facts.policy_of(state).steps[task.step]
    _unclaimed_by_others(task, command.actor.id, state, facts)
    if step.office in (COMMITTEE, INITIATOR, SUBJECT):
        raise NotPermitted()
    if step.definitive_only or signature.on_behalf_of is not None:
        raise CapacityNotAllowed(capacity="DELEGATE")
    person = facts.agency.people.get(command.to)
    if person is None or person.position_id is None or command.to == command.actor.id:
        raise UnknownReference(what="to")
    why = why_excluded(command.to, step, state)
    if why is not None:
        raise ExcludedOwner(why=why)
    return [
        ev.TaskDelegated(
            task_id=task.id,
            by=command.actor.id,
            to=command.to,
            signature=signature,
            reason=command.reason or None,
        )
    ]


def comment(state: ActionState, facts: Facts, command: CommentTask) -> Events:
    task, _ = task_of(state, command, facts)
    return [ev.TaskCommented(task_id=task.id, comment=command.comment)]


def form_context(state: ActionState, facts: Facts) -> FormContext:
    post = facts.agency.posts.get(state.target_position_id or "")
    submitted = {} if post is not None else (facts.sealed_at(state.id, 1) or {})
    return FormContext(
        today=facts.today,
        calendar=facts.calendar,
        effective_date=state.effective_date,
        decree_date=state.decree_date,
        post_name=post.name if post else submitted.get("partner_position"),
        partner_agency=submitted.get("partner_agency"),
        candidates=state.candidates,
        ranking=state.ranking,
        **(evaluation.form_facts(state, facts) if state.kind is Kind.EVALUATION else {}),
    )


def decide_task(state: ActionState, facts: Facts, command: DecideTask) -> Events:
    """One decision, judged in this order: right to act, first decision, claim, reason, form, rules."""
    task, signature = task_of(state, command, facts)
    _unclaimed_by_others(task, command.actor.id, state, facts)
    if evaluation.is_too_late(task, facts):
        raise TaskClosed()
    step = facts.policy_of(state).steps[task.step]
    if command.outcome != "approve":
        require_words(command.comment)
    if command.outcome == "return":
        return _return(state, facts, command, task, signature)
    if command.outcome == "approve" and task.step != promotion.CHOICE:
        documents_in_order(task.step, state, facts)
    if step.office == COMMITTEE:
        return _vote(state, facts, command, task, signature)
    if command.outcome == "reject":
        return _reject(state, command, task, signature)
    answered = answer(step.form, command.details, form_context(state, facts))
    if isinstance(answered, CandidateChoice):
        return [*promotion.choose(state, facts, command, task, signature, answered)]
    if task.step == promotion.CONFIRMATION:
        return [*promotion.confirm(state, facts, command, task, signature, step)]
    overrides = override_events(state, step, command, signature, facts.policy_of(state))
    decree_date, effective_date = _dates(state, answered)
    if isinstance(answered, ImprovementPlan):
        effective_date = answered.starts_on
    events: Events = list(overrides)
    outcomes_after = with_overrides(state, overrides)
    if step.reassesses:
        sheet = fact_sheet(
            state, facts, decree_date=decree_date, effective_date=effective_date, answered=answered
        )
        assessment, verdict = assessed(task.step, sheet, facts.policy_of(state))
        _no_hard_finding(assessment, step)
        events.append(verdict)
        outcomes_after = changed(outcomes_after, outcomes=assessment.outcomes)
    _overrides_settled(outcomes_after, step)
    events.append(
        ev.TaskCompleted(
            task_id=task.id,
            step=task.step,
            outcome="approve",
            signature=signature,
            effective_date=effective_date,
            decree_date=decree_date,
            comment=command.comment or None,
            details=answered.model_dump(mode="json") if answered else None,
        )
    )
    if state.kind is Kind.EVALUATION:
        after = acted_at(state, task.step, command.actor.id, signature)
        return events + evaluation.after_approval(state, after, task, facts, answered)
    after = acted_at(outcomes_after, task.step, command.actor.id, signature)
    return events + after_approval(after, task, facts, decree_date, effective_date)


def _unclaimed_by_others(task: Task, person_id: str, state: ActionState, facts: Facts) -> None:
    """A claim holds as long as the claimant may act: who leaves the office strands nothing."""
    claimant = task.claimed_by
    if claimant not in (None, person_id) and may_act(claimant, task, state, facts):
        raise TaskClaimed(by=claimant)


def _reject(state: ActionState, command: DecideTask, task: Task, signature: Signature) -> Events:
    """End the case. After the decision only an annulment can, and an initiator withdraws instead."""
    if state.ended:
        raise ActionEnded(status=state.status.value)
    if state.status in DECREED:
        raise DecreeAlreadyIssued()
    if state.kind is Kind.EVALUATION:
        raise InvalidDetails(errors=[{"field": "outcome", "message": "an evaluation is not rejected"}])
    if task.step == "revision":
        raise InvalidDetails(errors=[{"field": "outcome", "message": "withdraw the request instead"}])
    completed = ev.TaskCompleted(
        task_id=task.id,
        step=task.step,
        outcome="reject",
        signature=signature,
        comment=command.comment,
    )
    if task.step == "bkn_review":  # BKN's refusal is an end by rule, every other one an end by people
        return [completed, ev.ActionRefused(rules=("bkn_refusal",), reason=command.comment)]
    return [completed, ev.ActionRejected(step=task.step)]


def _return(
    state: ActionState, facts: Facts, command: DecideTask, task: Task, signature: Signature
) -> Events:
    """Send the case back: to an earlier step, whose work is done again from there, or (by default)
    to the initiator for revision, after which the same step resumes.
    """
    if state.status in DECREED or state.ended or task.step == "revision":
        raise UnknownReturnStep(return_to=command.return_to)
    if facts.policy_of(state).steps[task.step].office == COMMITTEE:
        chair = facts.policy_of(state).committee.chair
        if command.actor.id not in facts.offices.holders(chair, facts.today):
            raise NotPermitted()
    completed = ev.TaskCompleted(
        task_id=task.id,
        step=task.step,
        outcome="return",
        signature=signature,
        return_to=command.return_to,
        comment=command.comment,
    )
    after = acted_at(state, task.step, command.actor.id, signature)
    if state.kind is Kind.EVALUATION:
        wanted = evaluation.step_to_return_to(state, task, command.return_to)
        return [completed, open_task(wanted, unrated(after), facts, returned=True)]
    if command.return_to in (None, INITIATOR):
        return [completed, open_task("revision", after, facts, returned=True, resumes=task.step)]
    if command.return_to not in state.steps_before(task.step):
        raise UnknownReturnStep(return_to=command.return_to)
    return [completed, open_task(command.return_to, after, facts, returned=True)]


def _vote(state: ActionState, facts: Facts, command: DecideTask, task: Task, signature: Signature) -> Events:
    step = facts.policy_of(state).steps[task.step]
    answered = answer(step.form, command.details, form_context(state, facts))
    assert isinstance(answered, Vote)  # the form's name decides its class
    if answered.vote not in ("abstain", command.outcome):
        raise InvalidDetails(errors=[{"field": "vote", "message": "contradicts the outcome"}])
    if any(vote.person_id == command.actor.id for vote in task.votes):
        raise AlreadyVoted()
    moved = evaluation.motion(task, answered)
    cast = ev.VoteCast(
        task_id=task.id,
        step=task.step,
        person_id=command.actor.id,
        vote=answered.vote,
        signature=signature,
        comment=command.comment or None,
        details=answered.model_dump(mode="json"),
    )
    spoken: Events = [cast]
    if isinstance(answered, RankingVote):
        spoken += promotion.ranked(state, facts, task, answered)
    carried = verdict_of(state, task, facts, cast)
    if carried is None:
        return [*moved, *spoken]
    return [*moved, *spoken, *carry(state, task, facts, carried, command.actor.id, signature)]


def carry(
    state: ActionState,
    task: Task,
    facts: Facts,
    outcome: Literal["approve", "reject"],
    by: str,
    signature: Signature | None,
) -> Events:
    """What the committee's decided vote leads to; `by` cast the deciding vote, or is the system."""
    completed = ev.TaskCompleted(task_id=task.id, step=task.step, outcome=outcome, signature=signature)
    if state.kind is Kind.EVALUATION and outcome == "reject":
        return [completed, *evaluation.not_carried(state, task, by, facts)]
    if state.kind is Kind.EVALUATION:
        after = acted_at(state, task.step, by, signature)
        return [completed, *evaluation.after_approval(state, after, task, facts, None)]
    if outcome == "reject":
        return [completed, ev.ActionRejected(step=task.step)]
    return [completed, *after_approval(acted_at(state, task.step, by, signature), task, facts, None, None)]


def _no_hard_finding(assessment: Assessment, step: StepRule) -> None:
    """No case passes a failed hard finding; at the decision itself not even an open question."""
    stops = hard_stops(assessment.findings, unanswered=step.phase == "appointing_decision")
    if stops:
        raise HardFinding(rules=[finding.rule for finding in stops], findings=stops)


def _overrides_settled(state: ActionState, step: StepRule) -> None:
    open_rules = state.open_overrides()
    if step.confirms_override or step.phase == "appointing_decision":
        missing = open_rules
    elif step.proposes_override:
        missing = frozenset(rule for rule in open_rules if not state.proposers_of(rule))
    else:
        return
    if missing:
        raise OverrideRequired(rules=sorted(missing))


def _dates(state: ActionState, answered: Form | None) -> tuple[date | None, date | None]:
    """Decree date and effective date as decided; a date that has passed moves to the decree's."""
    if not isinstance(answered, AppointingDecision):
        return None, None
    wanted = answered.effective_date or state.effective_date
    return answered.decree_date, max(wanted, answered.decree_date)
