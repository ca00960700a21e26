"""Was what a low rating led to lawful? Which follow-up, whose, from when, and undone with its cause."""

from __future__ import annotations

import uuid
from datetime import date

from audit import law_of_replacements
from audit.case import Case
from domain import evaluation_events as eve
from domain import events as ev
from domain.calendar import months_after
from domain.personnel_action import ActionState
from domain.policy import Variant
from ledger.record import StoredEvent

OF_MEASURE = {
    "temporary_year": Variant.TEMPORARY_PLACEMENT,
    "dismissal_proposal": Variant.DISMISSAL_PROPOSAL,
}


def begun(case: Case, stored: StoredEvent, event: ev.ActionSubmitted, first: date, last: date) -> None:
    """Named by what it follows, of the same person, of the kind that its id derives from, from today."""
    parent = case.action(event.follows or "")
    opened = [
        s.event
        for s in case.group
        if s.stream == f"personnel-action/{event.follows}"
        and isinstance(s.event, eve.FollowUpOpened)
        and s.event.action_id == event.action_id
    ]
    if len(opened) != 1:
        case.report(stored, "illegal-transition", "a follow-up that nothing opened")
    if parent is None or parent.subject_id != event.subject_id:
        case.report(stored, "wrong-facts", "a follow-up of another person than it follows from")
    if parent is not None and event.action_id != _id_of(parent.id, event.variant):
        case.report(stored, "illegal-transition", f"a {event.variant} under the id of another follow-up")
    improves = event.variant is Variant.PERFORMANCE_IMPROVEMENT
    waiting = case.policy.evaluation.improvement if improves else case.policy.evaluation.temporary_placement
    if first != case.moment.day or last != months_after(first, waiting.months):
        case.report(stored, "wrong-date", f"a follow-up from {first} to {last}")


def started(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> None:
    """The time to improve runs from a day between the follow-up's first and today."""
    given = state.evaluation.period_start if state.evaluation else case.moment.day
    starts = event.effective_date
    if starts is None or not given <= starts <= case.moment.day:
        case.report(stored, "wrong-date", f"the time to improve, given on {given}, runs from {starts}")
    if event.details is not None and str(event.details.get("starts_on")) != str(starts):
        case.report(stored, "wrong-date", "the time to improve runs from another day than was answered")


def opened(case: Case, stored: StoredEvent, event: eve.FollowUpOpened, state: ActionState) -> None:
    """Opened by a low rating or a measure, under the id that derives from its cause."""
    if not case.beside(stored, ev.ActionCompleted):
        case.report(stored, "illegal-transition", "a follow-up before the end of what it follows")
    if event.action_id not in {_id_of(state.id, variant) for variant in _variants(case, stored, state)}:
        case.report(stored, "illegal-transition", "the follow-up is not the one that its cause opens")
    if not any(s.stream == f"personnel-action/{event.action_id}" for s in case.group):
        case.report(stored, "skipped-step", "the follow-up was named and not opened")


def measure(case: Case, stored: StoredEvent, event: eve.MeasureOrdered, state: ActionState) -> None:
    """One that the policy allows after this kind of follow-up, by the appointing official's decision.
    Which one is known where seals open.
    """
    decided = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    answers = [e for e in decided if isinstance(e, ev.TaskCompleted) and e.step == "follow_up_decision"]
    if not answers:
        case.report(stored, "illegal-transition", "a measure that nobody decided")
    if event.measure is None:
        return
    if event.measure not in case.policy.evaluation.low_rating.measures.get(state.variant.value, ()):
        case.report(stored, "illegal-transition", f"this measure cannot be ordered after {state.variant}")
    if any(e.details is not None and e.details.get("measure") != event.measure for e in answers):
        case.report(stored, "illegal-transition", "the measure is not the one decided")
    if (event.measure in OF_MEASURE) != bool(case.beside(stored, eve.FollowUpOpened)):
        case.report(stored, "skipped-step", "the follow-up is not what the measure asks for")


def owed(case: Case, stored: StoredEvent, state: ActionState, *, low: bool) -> None:
    """A low rating opens a time to improve, unless one of the same person runs."""
    due = low and case.unique.improvement_of(state.subject_id) is None
    if due != bool(case.beside(stored, eve.FollowUpOpened)):
        case.report(stored, "skipped-step", "the follow-up is not what the rating asks for")


def undone(case: Case, stored: StoredEvent, event: ev.ActionAnnulled, state: ActionState) -> None:
    """What an annulled evaluation led to is annulled with it, and nothing else."""
    follows = state.evaluation.follows if state.evaluation else None
    if event.caused_by not in (None, follows):
        case.report(stored, "illegal-transition", f"it does not follow from {event.caused_by}")
    annulled = {s.stream for s in case.group if isinstance(s.event, ev.ActionAnnulled)}
    for action_id in case.unique.follow_ups_of(state.id):
        if f"personnel-action/{action_id}" not in annulled:
            case.report(stored, "skipped-step", f"its follow-up {action_id} was left standing")
    law_of_replacements.left_standing(case, stored, state)


def _variants(case: Case, stored: StoredEvent, state: ActionState) -> set[Variant]:
    """The kinds of follow-up that the cause opens: several where its seal stays closed."""
    ordered = [s.event for s in case.beside(stored, eve.MeasureOrdered)]
    measures = [e.measure for e in ordered if isinstance(e, eve.MeasureOrdered)]
    if not measures:
        return {Variant.PERFORMANCE_IMPROVEMENT} if state.variant is Variant.SIX_MONTHLY else set()
    allowed = case.policy.evaluation.low_rating.measures.get(state.variant.value, ())
    possible = allowed if measures[0] is None else (measures[0],)
    return {OF_MEASURE[name] for name in possible if name in OF_MEASURE}


def _id_of(parent: str, variant: Variant) -> str:
    return str(uuid.uuid5(uuid.UUID(parent), f"follow-up/{variant}"))
