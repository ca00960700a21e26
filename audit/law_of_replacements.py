"""Was another post lawfully ordered by an evaluation? What rested on an annulled one falls with it."""

from __future__ import annotations

from audit.case import Case, Moment
from domain import evaluation_events as eve
from domain import events as ev
from domain import promotion_events as pe
from domain.personnel_action import ActionState, Status
from domain.policy import Kind, Variant
from domain.vacancy import Vacancy
from ledger.record import StoredEvent

Problem = tuple[str, str]


def ordered(case: Case, stored: StoredEvent, event: ev.ActionSubmitted) -> None:
    """A transfer that names what ordered it: a measure of another post, or a low result in coordination
    with BKN, for this very person.
    """
    if event.ordered_by is None:
        if event.coordination is not None:
            case.report(stored, "wrong-facts", "a coordination with BKN on nobody's evaluation")
        return
    ordering = case.action(event.ordered_by)
    if (
        ordering is None
        or ordering.evaluation is None
        or (ordering.subject_id, ordering.status) != (event.subject_id, Status.COMPLETED)
    ):
        case.report(stored, "wrong-facts", "the transfer names an order that nobody gave")
    elif ordering.variant is Variant.SIX_MONTHLY:
        _replaces(case, stored, event, ordering)
    elif (
        ordering.evaluation.measured_at is None
        or event.coordination is not None
        or case.measures.get(ordering.id) not in (None, *eve.ANOTHER_POST)
    ):
        case.report(stored, "wrong-facts", "the transfer names an order that nobody gave")


def _replaces(case: Case, stored: StoredEvent, event: ev.ActionSubmitted, ordering: ActionState) -> None:
    """Known only where seals open: to who has no key this transfer is like any other."""
    rules = case.moment.policies[ordering.policy_id].evaluation.replacement
    result = case.orders.result_of.get(ordering.id)
    if event.coordination is None or (result is not None and result not in rules.predicates):
        case.report(stored, "wrong-facts", "no low result coordinated with BKN stands behind it")
        return
    actor, offices = stored.actor, case.moment.offices
    if actor.kind != "person" or not offices.holds_any(actor.id, rules.coordinated_by, case.moment.day):
        case.report(stored, "not-entitled", f"{actor.id} may not record a coordination with BKN")
    if actor.id == event.subject_id:
        case.report(stored, "excluded-actor", "somebody replaced themself")
    ended = case.moment.calendar.today(ordering.ended_at) if ordering.ended_at else case.moment.day
    if not ended <= event.coordination.letter_date <= case.moment.day:
        case.report(stored, "wrong-date", f"BKN's letter is of {event.coordination.letter_date}")
    if case.orders.resting_on(ordering.id):
        case.report(stored, "illegal-transition", "the evaluation had been followed by a replacement")


def fell(case: Case, stored: StoredEvent, event: ev.ActionAnnulled, state: ActionState) -> None:
    """A transfer: by the evaluation that ordered it, if by any; the vacancy of its post goes with it."""
    cause = case.action(event.caused_by) if event.caused_by else None
    if (
        cause is not None
        and cause.kind is Kind.EVALUATION
        and not case.orders.may_rest_on(state.id, cause.id)
    ):
        case.report(stored, "illegal-transition", f"{cause.id} never ordered this transfer")
    for vacancy in case.vacancies.values():
        if vacancy.replaces != state.id:
            continue
        promotion = case.lists.promotion_on(vacancy.id)
        if promotion is not None:
            if not _is_annulled(case, promotion):
                case.report(stored, "skipped-step", f"the promotion {promotion} was left standing")
        elif case.lists.standing(vacancy.position_id, case.moment.day) == vacancy.id and not any(
            isinstance(s.event, pe.VacancyWithdrawn) and s.event.vacancy_id == vacancy.id for s in case.group
        ):
            case.report(stored, "skipped-step", f"the vacancy {vacancy.id} was left open")


def left_standing(case: Case, stored: StoredEvent, state: ActionState) -> None:
    """The transfers that an annulled evaluation ordered are annulled with it."""
    for transfer in case.orders.resting_on(state.id):
        if not _is_annulled(case, transfer):
            case.report(stored, "skipped-step", f"the transfer {transfer} that it ordered was left standing")


def _is_annulled(case: Case, action_id: str) -> bool:
    stream = f"personnel-action/{action_id}"
    return any(isinstance(s.event, ev.ActionAnnulled) and s.stream == stream for s in case.group)


def opened_for(event: pe.VacancyOpened, group: list[StoredEvent]) -> list[Problem]:
    """A vacancy that names a transfer comes with it, and is of the post that it leaves."""
    if event.replaces is None:
        return []
    begun = [s.event for s in group if isinstance(s.event, ev.ActionSubmitted)]
    leaving = {e.origin_position_id for e in begun if e.action_id == event.replaces}
    return [] if leaving == {event.position_id} else [("wrong-facts", "no transfer that leaves the post")]


def withdrawn(
    stored: StoredEvent,
    event: pe.VacancyWithdrawn,
    known: Vacancy | None,
    moment: Moment,
    group: list[StoredEvent],
) -> list[Problem]:
    """Only with the annulled transfer for which it was opened, and from that day on."""
    stream = f"personnel-action/{event.caused_by}"
    annulled = any(isinstance(s.event, ev.ActionAnnulled) and s.stream == stream for s in group)
    if known is None or known.replaces != event.caused_by or not annulled:
        return [("illegal-transition", f"{stored.type} without the transfer for which it was opened")]
    if event.lapses_on != moment.day:
        return [("wrong-date", f"it was withdrawn from {event.lapses_on} on")]
    return []
