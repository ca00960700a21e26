"""Register, office, delegation, policy and key events: by the system, an operator or who may appoint."""

from __future__ import annotations

from collections.abc import Iterator

from audit import (
    law_of_accounts,
    law_of_cycles,
    law_of_decree_files,
    law_of_differences,
    law_of_documents,
    law_of_erasure,
    law_of_evidence,
    law_of_log,
    law_of_results,
    law_of_reviews,
    law_of_siasn,
    law_of_webhooks,
)
from audit.case import Moment
from domain import events as ev
from domain import promotion_events as pe
from domain import rank_events as rk
from domain import talent_events as talent
from domain.document_events import DocumentVerified
from domain.identity import Capacity
from domain.inbound_events import ApiKeyTermsSet, RequestsRefused
from domain.policy_events import PolicyProposed
from domain.profiling_events import ProfilingReminded
from domain.result_entry_events import TalentResultDecided, TalentResultEntered, TalentResultWithdrawn
from ledger.record import StoredEvent

OPERATOR = "operator"
KEPT_BY_OPERATORS = (
    ev.UnitRegistered,
    ev.UnitRedefined,
    ev.PositionRegistered,
    ev.EmployeeRegistered,
    ev.OfficeGranted,
    ev.CalendarAdopted,
    ev.ApiKeyIssued,
    ev.ApiKeyRevoked,
    ApiKeyTermsSet,
    talent.SkpRated,
    talent.CompetencyTested,
    talent.TalentComponentRecorded,
    talent.TalentPlaced,
    ProfilingReminded,
    TalentResultWithdrawn,
)
Problem = tuple[str, str]


def stream_for(event: ev.Event) -> str | None:
    """The stream in which an event of no action belongs; None for an action's events."""
    elsewhere = (
        law_of_accounts, law_of_cycles, law_of_decree_files, law_of_log, law_of_erasure, law_of_evidence,
        law_of_reviews, law_of_siasn, law_of_webhooks,
    )  # fmt: skip
    return _of_registers(event) or next(filter(None, (law.stream_for(event) for law in elsewhere)), None)


def _of_registers(event: ev.Event) -> str | None:
    match event:
        case ev.UnitRegistered() | ev.UnitRedefined():
            return f"unit/{event.unit_id}"
        case ev.PositionRegistered():
            return f"position/{event.position_id}"
        case ev.EmployeeRegistered() | ev.CandidateRegistered() | ev.EmployeePlaced() | rk.EmployeePromoted():
            return f"employee/{event.person_id}"
        case ev.OfficeGranted():
            return f"office/{event.person_id}"
        case ev.DelegationGranted() | ev.DelegationRevoked():
            return f"delegation/{event.delegation_id}"
        case ev.PolicyAdopted() | PolicyProposed():
            return f"policy/{event.policy_id}"
        case ev.CalendarAdopted():
            return "calendar/working-days"
        case ev.ApiKeyIssued() | ev.ApiKeyRevoked() | ApiKeyTermsSet() | RequestsRefused():
            return f"api-key/{event.key_id}"
        case ev.PersonalDataRead():
            return f"access/{event.subject_id}"
        case ev.DocumentFiled() | DocumentVerified():
            return f"document/{event.document_id}"
        case (
            talent.SkpRated()
            | talent.CompetencyTested()
            | talent.TalentComponentRecorded()
            | talent.TalentPlaced()
        ):
            return f"talent/{event.person_id}"
    return _other_stream(event)


def _other_stream(event: ev.Event) -> str | None:
    if isinstance(event, ProfilingReminded):
        return f"profiling/{event.unit_id}"
    if isinstance(event, TalentResultEntered | TalentResultDecided | TalentResultWithdrawn):
        return f"talent/{event.person_id}"
    of_vacancy = (pe.VacancyOpened, pe.CandidateFrozen, pe.PoolFrozen, pe.VacancyWithdrawn)
    if isinstance(event, of_vacancy):
        return f"vacancy/{event.vacancy_id}"
    if type(event).__module__ == rk.__name__:  # the grade itself is of the person
        return f"rank-promotion/{getattr(event, 'list_id', '')}"
    return None


def check_register_event(stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
    """What is unlawful about an event outside the actions' streams."""
    event, found = stored.event, list[Problem]()
    kept = isinstance(event, KEPT_BY_OPERATORS)
    # In this order: an import of a whole agency is one command, whose events nobody compares with each other.
    if kept and not (_keeps_registers(stored, moment) or _by_office(stored, group)):
        found.append(("not-entitled", f"{stored.type} by {stored.actor.kind} {stored.actor.id}"))
    match event:
        case ev.PolicyAdopted() | PolicyProposed():
            if event.policy_id in moment.policies:
                found.append(("wrong-policy", f"{event.policy_id} had been adopted before"))
        case ev.DelegationGranted():
            found += _granted(stored, event, moment)
        case ev.DelegationRevoked():
            found += _revoked(stored, event, moment)
        case ev.CandidateRegistered():
            if not _in_group(group, ev.ActionSubmitted, event.person_id):
                found.append(("illegal-transition", "a candidate without a request for transfer"))
        case ev.EmployeePlaced():
            stream = f"personnel-action/{event.action_id}"
            causes = (ev.ActionTookEffect, ev.ActionAnnulled)
            if not any(isinstance(s.event, causes) and s.stream == stream for s in group):
                found.append(("placement-without-effect", "a placement that no action caused"))
        case DocumentVerified():
            found += law_of_documents.verified(stored, event, moment)
        case ev.DocumentFiled():
            found += law_of_documents.filed(event, moment)
        case _:
            found += law_of_evidence.problems(stored, moment) + law_of_accounts.problems(stored, moment)
    return found


def _by_office(stored: StoredEvent, group: list[StoredEvent]) -> bool:
    return law_of_results.is_entered(stored, group) or law_of_differences.is_accepted(stored, group)


def _keeps_registers(stored: StoredEvent, moment: Moment) -> bool:
    if stored.actor.kind == "system":
        return True
    titles = moment.offices.titles_of(stored.actor.id, moment.day)
    return stored.actor.kind == "person" and OPERATOR in titles


def _granted(stored: StoredEvent, event: ev.DelegationGranted, moment: Moment) -> list[Problem]:
    actor, agency, policy = stored.actor, moment.agency, moment.offices.policy
    found: list[Problem] = []
    if event.capacity is Capacity.DELEGATE:
        person = agency.people.get(actor.id)
        if actor.kind != "person" or event.principal_id != actor.id or person is None:
            found.append(("not-entitled", "only the holder appoints their delegate"))
        elif person.position_id != event.position_id:
            found.append(("not-entitled", "a delegate for a post that is not the principal's"))
    elif actor.kind != "person" or not moment.offices.holds_any(
        actor.id, policy.acting_granted_by, moment.day
    ):
        found.append(("not-entitled", f"{actor.id} may not appoint acting holders"))
    else:
        found += _in_whose_place(stored, event, moment)
    delegate = agency.people.get(event.delegate_id)
    if delegate is None or delegate.candidate or event.delegate_id in (event.principal_id, actor.id):
        found.append(("not-an-owner", f"{event.delegate_id} cannot act there"))
    term = policy.acting_terms.get(event.capacity.value, policy.acting_terms["PLT"])
    if not 0 < (event.last_day - event.first_day).days + 1 <= term.maximum_days:
        found.append(("acting-term-exceeded", f"{event.first_day} to {event.last_day}"))
    return found


def _in_whose_place(stored: StoredEvent, event: ev.DelegationGranted, moment: Moment) -> Iterator[Problem]:
    """A Plt where the post is vacant, else in the place of its incumbent, who does not choose their own."""
    post = moment.agency.posts.get(event.position_id)
    incumbent = post.incumbent_id if post is not None else None
    if post is None or event.principal_id != incumbent:
        yield "wrong-facts", f"{event.principal_id} does not hold {event.position_id}"
    if event.capacity is (Capacity.PLH if incumbent is None else Capacity.PLT):
        yield "wrong-facts", f"{event.capacity} does not fit {event.position_id}"
    if incumbent == stored.actor.id:
        yield "excluded-actor", f"{stored.actor.id} appointed who acts in their own place"


def _revoked(stored: StoredEvent, event: ev.DelegationRevoked, moment: Moment) -> list[Problem]:
    known = moment.agency.delegations.get(event.delegation_id)
    if known is None:
        return [("illegal-transition", "a delegation that was not in force")]
    mine = stored.actor.id == known.principal_id
    appoints = moment.offices.holds_any(stored.actor.id, moment.offices.policy.acting_granted_by, moment.day)
    if stored.actor.kind != "person" or not (mine or appoints):
        return [("not-entitled", f"{stored.actor.id} may not end this delegation")]
    return []


def _in_group(group: list[StoredEvent], kind: type[ev.ActionSubmitted], person_id: str) -> bool:
    return any(isinstance(s.event, kind) and s.event.subject_id == person_id for s in group)
