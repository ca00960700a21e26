"""Decisions on tasks: by an owner, silence or a vote, with settled findings; and what must follow."""

from __future__ import annotations

from audit import law_of_documents, law_of_evaluation, law_of_promotion, law_of_siasn, law_of_votes
from audit.case import Case
from audit.law_of_tasks import by_owner, not_claimed_by_other, open_task
from domain import events as ev
from domain.human_task import Task
from domain.identity import BKN_SILENCE
from domain.offices import COMMITTEE, INITIATOR
from domain.personnel_action import DECREED, ActionState
from domain.policy import Severity, StepRule
from domain.siasn_events import Purpose
from ledger.record import StoredEvent


def completed(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    """Who completed the task and how; sets which step has to follow."""
    task = open_task(case, stored, event.task_id, state)
    step = case.step(event.step)
    if task is None or step is None:
        return
    if task.step != event.step:
        case.report(stored, "illegal-transition", f"the task is of {task.step}, not {event.step}")
    if stored.actor.kind == "system":
        _by_system(case, stored, event, task, step, state)
    else:
        by_owner(case, stored, task, event.signature)
        not_claimed_by_other(case, stored, task)
        if event.signature is None:
            case.report(stored, "wrong-signature", f"{event.step} was decided without a signature")
        _by_person(case, stored, event, task, state)
    if law_of_evaluation.is_evaluation(state):
        law = {
            "approve": law_of_evaluation.approved,
            "reject": law_of_evaluation.rejected,
            "return": law_of_evaluation.returned,
        }[event.outcome]
        law(case, stored, event, state)
    elif event.outcome == "approve":
        _approved(case, stored, event, step, state)
    elif event.outcome == "reject":
        _rejected(case, stored, event, state)
    else:
        _returned(case, stored, event, state)


def _by_system(
    case: Case, stored: StoredEvent, event: ev.TaskCompleted, task: Task, step: StepRule, state: ActionState
) -> None:
    if task.office == COMMITTEE:
        if event.signature is not None:
            case.report(stored, "illegal-transition", "the system signs no vote that it closes")
        _carried(case, stored, event, task, step, state)
        return
    due = task.silence_at is not None and task.silence_at <= case.moment.at
    if stored.actor.id != BKN_SILENCE.id or step.silence is None or not due:
        case.report(stored, "silence-not-lawful", f"nothing made silence a consent at {event.step} then")
    if event.outcome != "approve" or event.signature is not None:
        case.report(stored, "silence-not-lawful", "silence can only consent, and signs nothing")


def _by_person(
    case: Case, stored: StoredEvent, event: ev.TaskCompleted, task: Task, state: ActionState
) -> None:
    step = case.step(event.step)
    if task.office != COMMITTEE or step is None:
        return
    if event.outcome == "return":
        if stored.actor.id not in case.moment.offices.holders(case.policy.committee.chair, case.moment.day):
            case.report(stored, "not-an-owner", "only the chair sends a case back from the committee")
        return
    cast = case.beside(stored, ev.VoteCast)
    if not cast or cast[-1].actor.id != stored.actor.id:
        case.report(stored, "quorum-not-reached", "no vote of theirs closed the deliberation")
    _carried(case, stored, event, task, step, state)


def _carried(
    case: Case, stored: StoredEvent, event: ev.TaskCompleted, task: Task, step: StepRule, state: ActionState
) -> None:
    votes = {vote.person_id: vote.vote for vote in task.votes}
    outcome, why = law_of_votes.verdict(case, step, votes, state.conflicts)
    if outcome is None:
        case.report(stored, "quorum-not-reached", why)
    elif event.outcome != outcome:
        case.report(stored, "quorum-not-reached", f"the votes say {outcome}, the record {event.outcome}")


def _approved(
    case: Case, stored: StoredEvent, event: ev.TaskCompleted, step: StepRule, state: ActionState
) -> None:
    _findings_settled(case, stored, event, step, state)
    if stored.actor.kind == "person" and step.office != COMMITTEE:
        law_of_documents.needed(case, stored, event.step, state)
    if law_of_promotion.approved(case, stored, event, state):
        return
    if event.step == "revision":
        task = state.task(event.task_id)
        case.expects = ((task.resumes if task else None) or state.steps[0], False, None)
    elif event.step == "appointing_decision":
        _decided(case, stored, event, state)
    elif event.step == "duty_statement":
        law_of_siasn.follows(case, Purpose.WRITE_BACK)
    elif event.step in state.steps:
        place = state.steps.index(event.step) + 1
        if place < len(state.steps):
            case.expects = (state.steps[place], False, None)
    elif event.step == "siasn_write_back" and not case.beside(stored, ev.ActionCompleted):
        case.report(stored, "illegal-transition", "the case did not end with its write-back")


def _findings_settled(
    case: Case, stored: StoredEvent, event: ev.TaskCompleted, step: StepRule, state: ActionState
) -> None:
    if step.reassesses:
        assessed = [s for s in case.beside(stored, ev.ActionAssessed) if s.position < stored.position]
        if not any(
            isinstance(s.event, ev.ActionAssessed) and s.event.at_step == event.step for s in assessed
        ):
            case.report(stored, "not-assessed", f"{event.step} was approved without putting it to the rules")
    open_question = step.phase == "appointing_decision"
    for outcome in state.outcomes:
        stops = outcome.outcome == "fail" or (
            open_question and step.reassesses and outcome.outcome == "unknown"
        )
        if outcome.severity is Severity.HARD and stops:
            case.report(stored, "hard-finding-passed", f"{event.step} passed {outcome.rule}")
    failed = {o.rule for o in state.outcomes if o.severity is Severity.OVERRIDE and o.outcome == "fail"}
    pending = failed - state.overridden
    chooses = event.step == law_of_promotion.CHOICE
    if chooses or (step.proposes_override and not (step.confirms_override or open_question)):
        pending = {rule for rule in pending if not any(rule == known.rule for known in state.proposals)}
    elif not (step.confirms_override or open_question):
        pending = set()
    for rule in sorted(pending):
        case.report(stored, "override-missing", f"{event.step} passed {rule} without an override")


def _decided(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    decided = [s.event for s in case.beside(stored, ev.PlacementDecided)]
    if event.decree_date != case.moment.day:
        case.report(
            stored, "wrong-date", f"the decree is dated {event.decree_date}, decided {case.moment.day}"
        )
    if event.effective_date is None or (event.decree_date and event.effective_date < event.decree_date):
        case.report(stored, "wrong-date", "it takes effect before its decree")
    if event.details is not None and event.decree_date is not None:
        wanted = event.details.get("effective_date") or state.effective_date.isoformat()
        dates = (event.details.get("decree_date"), max(wanted, event.decree_date.isoformat()))
        if dates != (event.decree_date.isoformat(), str(event.effective_date)):
            case.report(stored, "wrong-date", f"the form was answered with {dates}")
    if len(decided) != 1:
        case.report(stored, "illegal-transition", "the approval did not lead to one placement decision")
    for placement in decided:
        if not isinstance(placement, ev.PlacementDecided):
            continue
        if (placement.effective_date, placement.decree_date) != (event.effective_date, event.decree_date):
            case.report(stored, "wrong-date", "the placement has other dates than the decision")


def _rejected(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    if state.status in DECREED or state.ended or event.step == "revision":
        case.report(stored, "illegal-transition", f"{event.step} cannot be rejected any more")
    kind = ev.ActionRefused if event.step == "bkn_review" else ev.ActionRejected
    if not case.beside(stored, kind):
        case.report(stored, "illegal-transition", "the rejection did not end the case")


def _returned(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    if state.status in DECREED or state.ended or event.step == "revision":
        case.report(stored, "illegal-transition", f"{event.step} cannot be returned any more")
    if event.return_to in (None, INITIATOR):
        case.expects = ("revision", True, event.step)
    elif (event.step in state.steps and event.return_to in state.steps[: state.steps.index(event.step)]) or (
        event.step == law_of_promotion.CONFIRMATION and event.return_to in state.steps
    ):
        case.expects = (str(event.return_to), True, None)
    else:
        case.report(stored, "illegal-transition", f"{event.return_to} is no earlier step")


def proposed(case: Case, stored: StoredEvent, event: ev.OverrideProposed, state: ActionState) -> None:
    _may_override(case, stored, event.rule, event.person_id, state)


def overridden(case: Case, stored: StoredEvent, event: ev.Overridden, state: ActionState) -> None:
    """A second person, at a step that confirms, past a rule that failed and may be overridden."""
    _may_override(case, stored, event.rule, event.confirmed_by, state)
    proposals = [p for p in state.proposals if (p.rule, p.person_id) == (event.rule, event.proposed_by)]
    if not proposals:
        case.report(stored, "override-alone", f"{event.proposed_by} did not propose {event.rule}")
    hands = {event.confirmed_by, event.signature.on_behalf_of} - {None}
    if proposals and all({p.person_id, p.on_behalf_of} & hands for p in proposals):
        case.report(stored, "override-alone", f"{event.rule}: one stands behind both signatures")
    rules = {**case.policy.rules, **case.policy.promotion.rules}
    if event.rule in rules and event.citation != rules[event.rule].citation:
        case.report(stored, "wrong-facts", f"{event.rule} has another law than the override names")
    steps = [case.step(task.step) for task in state.open_tasks]
    if not any(step is not None and step.confirms_override for step in steps):
        case.report(stored, "illegal-transition", "no open step confirms overrides")


def _may_override(case: Case, stored: StoredEvent, rule: str, person: str, state: ActionState) -> None:
    if stored.actor.kind != "person" or stored.actor.id != person:
        case.report(stored, "not-an-owner", f"an override by {stored.actor.kind} {stored.actor.id}")
    if not case.beside(stored, ev.TaskCompleted):
        case.report(stored, "illegal-transition", "an override without a decision")
    known = {o.rule: o for o in state.outcomes}.get(rule)
    if known is None or known.outcome != "fail" or known.severity is not Severity.OVERRIDE:
        case.report(stored, "override-not-allowed", f"{rule} did not fail or cannot be overridden")
