"""From the decision to its effect, and every way in which a case ends or is undone."""

from __future__ import annotations

from audit import law_of_evaluation, law_of_follow_ups, law_of_replacements, law_of_siasn
from audit.case import Case, has_stake
from audit.law_of_promotion import DECIDING, REVIEW
from domain import events as ev
from domain.agency import Placement
from domain.evaluation_events import EvaluationBecameFinal
from domain.identity import Capacity
from domain.offices import split_key
from domain.personnel_action import DECREED, ActionState, Status
from domain.policy import Kind, Severity, Variant
from ledger.record import StoredEvent


def decided(case: Case, stored: StoredEvent, event: ev.PlacementDecided, state: ActionState) -> None:
    approvals = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    if not any(
        isinstance(e, ev.TaskCompleted) and e.step in DECIDING and e.outcome == "approve" for e in approvals
    ):
        case.report(stored, "skipped-step", "a placement without the appointing official's approval")
    if state.status in DECREED or state.ended:
        case.report(stored, "illegal-transition", f"a placement decided when {state.status}")
    if event.effective_at != case.moment.calendar.start_of(event.effective_date):
        case.report(stored, "wrong-deadline", "the moment of effect is not the start of its day")


def decreed(case: Case, stored: StoredEvent, event: ev.DecreeIssued, state: ActionState, last: int) -> None:
    """`last` is the year's last sequence before this one."""
    _by_system(case, stored)
    if state.status is not Status.DECIDED or state.decree is not None:
        case.report(stored, "illegal-transition", f"a decree in a case that is {state.status}")
    if event.sequence != last + 1:
        case.report(stored, "decree-number-gap", f"number {event.sequence} of {event.year} follows {last}")
    template = case.policy.decree_numbering.template
    number = template.format(number=event.sequence, year=event.year)
    if event.number != number or event.decree_date.year != event.year:
        case.report(stored, "decree-number-gap", f"{event.number} is not written as the policy says")
    if event.decree_date != state.decree_date:
        case.report(stored, "wrong-date", "the decree's date is not the one decided")
    if state.inauguration:
        case.expects = ("inauguration", False, None)


def took_effect(case: Case, stored: StoredEvent, event: ev.ActionTookEffect, state: ActionState) -> None:
    """Not before its moment, its decree and its inauguration, and together with the placement."""
    _by_system(case, stored)
    if state.status is not Status.DECIDED or state.decree is None:
        case.report(stored, "early-effect", "it took effect without a decree")
    if state.inauguration and not state.inaugurated:
        case.report(stored, "early-effect", "it took effect before the inauguration")
    if state.effective_at is None or state.effective_at > case.moment.at:
        case.report(stored, "early-effect", f"it was to take effect at {state.effective_at}")
    if event.effective_date != state.effective_date:
        case.report(stored, "wrong-date", "it took effect under another date than decided")
    out = state.variant is Variant.INTER_AGENCY_OUT
    case.expects = ("siasn_write_back" if out else "duty_statement", False, None)
    person = case.moment.agency.people.get(state.subject_id)
    target = case.moment.agency.posts.get(state.target_position_id or "")
    if target is not None and target.incumbent_id not in (None, state.subject_id):
        case.report(stored, "post-not-vacant", f"{target.id} was held by {target.incumbent_id}")
    expected = ev.EmployeePlaced(
        person_id=state.subject_id,
        from_position_id=person.position_id if person else None,
        to_position_id=state.target_position_id,
        since=state.effective_date,
        action_id=state.id,
        placed_by=state.id,
    )
    if expected not in [other.event for other in case.group]:
        case.report(stored, "placement-differs", "the register did not follow the transfer as decided")


def annulled(case: Case, stored: StoredEvent, event: ev.ActionAnnulled, state: ActionState) -> None:
    """By the authority the policy names, after the decision; dependants with their cause. Nobody undoes what
    they have a stake in.
    """
    if event.caused_by is None:
        if state.status not in DECREED:
            case.report(stored, "illegal-transition", f"annulled when {state.status}")
    elif not any(
        isinstance(other.event, ev.ActionAnnulled) and other.stream == f"personnel-action/{event.caused_by}"
        for other in case.group
    ):
        case.report(stored, "illegal-transition", f"{event.caused_by} was not annulled with it")
    elif state.ended and state.status is not Status.COMPLETED:
        case.report(stored, "illegal-transition", f"annulled when {state.status}")
    _may_annul(case, stored, event, state)
    if law_of_evaluation.is_evaluation(state):
        law_of_follow_ups.undone(case, stored, event, state)
    else:
        law_of_replacements.fell(case, stored, event, state)
    if event.was_effective != state.took_effect:
        case.report(stored, "illegal-transition", "it is wrong about having had effect")
    restored = [
        other.event
        for other in case.group
        if isinstance(other.event, ev.EmployeePlaced) and other.event.action_id == state.id
    ]
    if state.took_effect:
        law_of_siasn.undone(case, state)
        if len(restored) != 1 or not restored[0].restores or restored[0].person_id != state.subject_id:
            case.report(stored, "placement-differs", "the annulment did not restore one placement")
        elif restored[0].to_position_id != event.restores_position_id:
            case.report(stored, "placement-differs", "another post was restored than recorded")
        elif restored[0] != _restoration(case, state):
            case.report(stored, "placement-differs", "the placement restored is not the one before")
        else:
            _is_free_again(case, stored, state, event.restores_position_id)


def _restoration(case: Case, state: ActionState) -> ev.EmployeePlaced | None:
    """What undoing the action's placement has to restore, after what the same command undid before."""
    person = case.moment.agency.people.get(state.subject_id)
    if person is None:
        return None
    placements = [*person.earlier, Placement(person.position_id, person.position_since, person.placed_by)]
    while len(placements) > 1:
        undone = placements.pop()
        if undone.placed_by != state.id:
            continue
        return ev.EmployeePlaced(
            person_id=person.id,
            from_position_id=undone.position_id,
            to_position_id=placements[-1].position_id,
            since=placements[-1].since,
            action_id=state.id,
            placed_by=placements[-1].placed_by,
            restores=True,
        )
    return None


def _is_free_again(case: Case, stored: StoredEvent, state: ActionState, position_id: str | None) -> None:
    post = case.moment.agency.posts.get(position_id or "")
    holder = post.incumbent_id if post else None
    left = {o.event.person_id for o in case.group if isinstance(o.event, ev.EmployeePlaced)}
    if holder not in (None, state.subject_id) and holder not in left:
        case.report(stored, "post-not-vacant", f"{position_id} was held by {holder}")


def _may_annul(case: Case, stored: StoredEvent, event: ev.ActionAnnulled, state: ActionState) -> None:
    if has_stake(stored.actor.id, state):
        case.report(stored, "excluded-actor", f"{stored.actor.id} annulled what they have a stake in")
    if event.caused_by is not None:
        return
    allowed = case.policy.annulment_by.get(event.authority, ())
    held = case.moment.offices.exercised_by(stored.actor.id, case.moment.day)
    mine = any(split_key(k)[0] in allowed and s.capacity is Capacity.DEFINITIVE for k, s in held)
    if stored.actor.kind != "person" or not mine:
        case.report(stored, "not-an-owner", f"{stored.actor.id} may not record {event.authority}'s annulment")


def withdrawn(case: Case, stored: StoredEvent, event: ev.ActionWithdrawn, state: ActionState) -> None:
    actor = (stored.actor.kind, stored.actor.id)
    own = state.variant is Variant.OWN_REQUEST and actor == ("person", state.subject_id)
    mine = actor == state.initiator
    if law_of_evaluation.is_evaluation(state):
        mine = law_of_evaluation.withdrawn(case, stored, state)
    if (not mine and not own) or event.by != stored.actor.id:
        case.report(stored, "not-an-owner", f"{event.by} may not withdraw this request")
    if state.ended or state.status in DECREED:
        case.report(stored, "illegal-transition", f"withdrawn when {state.status}")


def expired(case: Case, stored: StoredEvent, event: ev.ActionExpired, state: ActionState) -> None:
    _by_system(case, stored)
    before = case.before or state
    due = [
        task
        for task in before.open_tasks
        if task.step == event.step and task.expires_at is not None and task.expires_at <= case.moment.at
    ]
    if not due or before.ended:
        case.report(stored, "illegal-transition", f"nothing at {event.step} had expired")


def rejected(case: Case, stored: StoredEvent, event: ev.ActionRejected, _: ActionState) -> None:
    if not _is_rejected(case, stored, event.step):
        case.report(stored, "illegal-transition", f"nobody rejected it at {event.step}")


def refused(case: Case, stored: StoredEvent, event: ev.ActionRefused, state: ActionState) -> None:
    """By BKN, or at submission by exactly the hard rules that failed."""
    if event.rules == ("bkn_refusal",):
        if not _is_rejected(case, stored, "bkn_review"):
            case.report(stored, "illegal-transition", "BKN's refusal was not recorded")
        return
    hard = tuple(o.rule for o in state.outcomes if o.severity is Severity.HARD and o.outcome == "fail")
    if not hard or event.rules != hard or not case.beside(stored, ev.ActionSubmitted):
        case.report(stored, "illegal-transition", f"no such rules refused it: {event.rules}")
    case.expects = None


def ended_well(case: Case, stored: StoredEvent, _: ev.ActionCompleted, state: ActionState) -> None:
    if law_of_evaluation.is_evaluation(state):
        law_of_evaluation.ended_well(case, stored, state)
        return
    approvals = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    ends_with = REVIEW if state.kind is Kind.PROMOTION else "siasn_write_back"
    written = any(isinstance(e, ev.TaskCompleted) and e.step == ends_with for e in approvals)
    if state.kind is not Kind.PROMOTION:
        written = written or law_of_siasn.told(case, stored)
    if not written or state.status is not Status.EFFECTIVE:
        case.report(stored, "skipped-step", "completed without effect and write-back")


def exited(case: Case, stored: StoredEvent, event: ev.TaskExited, state: ActionState) -> None:
    task = state.task(event.task_id)
    if task is None or not task.is_open:
        case.report(stored, "illegal-transition", "a task left that was not open")
    ends: dict[str, type[ev.Event]] = {
        "lapsed": EvaluationBecameFinal,
        "withdrawn": ev.ActionWithdrawn,
        "expired": ev.ActionExpired,
        "annulled": ev.ActionAnnulled,
    }
    if event.why not in ends or not case.beside(stored, ends[event.why]):
        case.report(stored, "illegal-transition", f"no end of the case made the task leave ({event.why})")


def _is_rejected(case: Case, stored: StoredEvent, step: str) -> bool:
    found = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    return any(isinstance(e, ev.TaskCompleted) and (e.step, e.outcome) == (step, "reject") for e in found)


def _by_system(case: Case, stored: StoredEvent) -> None:
    if stored.actor.kind != "system":
        case.report(stored, "not-the-system", f"{stored.type} by {stored.actor.kind} {stored.actor.id}")
