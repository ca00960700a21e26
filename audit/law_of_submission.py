"""A new case: asked for by somebody entitled, on its lawful route, and judged by the rules as they are."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from audit import law_of_evaluation, law_of_promotion, law_of_replacements
from audit.case import Case
from audit.fact_sheets import differing, lawful_sheet
from domain import events as ev
from domain.canonical import NotCanonical, canonical_json, digest
from domain.eligibility import assess
from domain.fact_sheet import FactSheet
from domain.identity import Capacity
from domain.offices import office_key, split_key
from domain.personnel_action import ActionState
from domain.policy import Clearance, Kind
from ledger.record import StoredEvent


def submitted(case: Case, stored: StoredEvent, event: ev.ActionSubmitted) -> None:
    """`case.before` is None. The facts that the request froze must be those of its moment."""
    agency, policy = case.moment.agency, case.policy
    if stored.stream != f"personnel-action/{event.action_id}":
        case.report(stored, "wrong-stream", f"{event.action_id} was submitted in {stored.stream}")
    if event.policy_hash != policy.hash or event.policy_id != policy.id:
        case.report(stored, "wrong-policy", "the policy is not the one adopted under that id")
    current = case.moment.policy_in_force(event.effective_date)
    # A promotion stays under the policy by which its list was frozen, an evaluation under its cycle's.
    begun_before = event.kind is Kind.PROMOTION or event.cycle_id is not None
    if not begun_before and current.id != event.policy_id:
        case.report(stored, "wrong-policy", f"{current.id} is in force on {event.effective_date}")
    if event.calendar_version != case.moment.calendar.version:
        case.report(stored, "wrong-deadline", "the calendar is not the one of that moment")
    if event.kind is Kind.PROMOTION:
        law_of_promotion.submitted(case, stored, event, _route(case, event, None))
        return
    subject = agency.people.get(event.subject_id)
    origin = subject.position_id if subject else None
    frozen = {
        "origin_position_id": origin,
        "origin_unit_id": agency.unit_of(origin),
        "target_unit_id": agency.unit_of(event.target_position_id),
        "steps": _route(case, event, origin),
        "inauguration": _needs_inauguration(case, event),
    }
    for name, value in frozen.items():
        if getattr(event, name) != value:
            code = "wrong-route" if name == "steps" else "wrong-facts"
            case.report(stored, code, f"{name} should be {value}")
    if event.kind is Kind.EVALUATION:
        law_of_evaluation.submitted(case, stored, event)
        return
    law_of_replacements.ordered(case, stored, event)
    if not set(case.moment.files.of_person.get(event.subject_id, ())).issuperset(event.document_ids):
        case.report(stored, "wrong-facts", "it rests on a document that is not in the subject's file")
    if not _entitled(case, stored, event, origin):
        case.report(stored, "not-entitled", f"{stored.actor.kind} {stored.actor.id} may not ask for this")


def _needs_inauguration(case: Case, event: ev.ActionSubmitted) -> bool:
    post = case.moment.agency.posts.get(event.target_position_id or "")
    skipped = event.variant in case.policy.inauguration_skipped_for
    return post is not None and post.kind in case.policy.inauguration_for and not skipped


def _route(case: Case, event: ev.ActionSubmitted, origin: str | None) -> tuple[str, ...]:
    """The variant's route, with the clearances that this case needs before BKN's review."""
    route = next(
        (r.steps for r in case.policy.routes if (r.kind, r.variant) == (event.kind, event.variant)), ()
    )
    kinds = {
        post.kind
        for post in map(case.moment.agency.posts.get, (origin or "", event.target_position_id or ""))
        if post is not None
    }
    windows = case.policy.rules.get("election_window")
    barred = any(window.holds(event.effective_date) for window in case.policy.election_windows)
    barred = barred and (windows is None or bool(kinds & set(windows.parameters.get("post_kinds", kinds))))
    clearances: list[str] = []
    for clearance in case.policy.clearances:
        posts = (origin, event.target_position_id)
        if any(_concerns(case, clearance, post) for post in posts) or (clearance.election_window and barred):
            clearances += [clearance.step] if clearance.step not in clearances else []
    at = route.index("bkn_review") if "bkn_review" in route else len(route)
    return (*route[:at], *(clearances if "bkn_review" in route else ()), *route[at:])


def _concerns(case: Case, clearance: Clearance, position_id: str | None) -> bool:
    agency = case.moment.agency
    post = agency.posts.get(position_id or "")
    if post is None:
        return False
    unit = agency.apparatus_of(post.unit_id)
    name = agency.units[unit].name if unit else ""
    heads = unit is not None and agency.head_of(unit) == post.id
    return any(
        selector.matches(kind=post.kind, name=post.name, opd_name=name, heads_unit=heads)
        for selector in clearance.posts
    )


def _entitled(case: Case, stored: StoredEvent, event: ev.ActionSubmitted, origin: str | None) -> bool:
    actor = stored.actor
    if actor.kind != "person":
        return actor.kind == "integration"
    allowed = case.policy.submitters.get(event.variant.value, ())
    if actor.id == event.subject_id:
        return "subject" in allowed
    agency = case.moment.agency
    unit = agency.apparatus_of(agency.unit_of(origin) or agency.unit_of(event.target_position_id))
    for key, signature in case.moment.offices.exercised_by(actor.id, case.moment.day):
        office, where = split_key(key)
        lent = signature.capacity is Capacity.DELEGATE
        if not lent and office in allowed and (where is None or key == office_key(office, unit)):
            return True
    return False


def assessed(case: Case, stored: StoredEvent, event: ev.ActionAssessed, state: ActionState) -> None:
    """The outcomes must be what the policy's rules say of the sealed fact sheet, and the sheet be of
    this case at this moment.
    """
    if state.kind is Kind.PROMOTION:
        law_of_promotion.assessed(case, stored, event, state)
        return
    if event.at_step == "submission":
        if case.before is not None:
            case.report(stored, "illegal-transition", "assessed at submission when it was under way")
        case.expects = (state.steps[0], False, None) if state.steps else None
    else:
        done = [s.event for s in case.beside(stored, ev.TaskCompleted)]
        if not any(isinstance(e, ev.TaskCompleted) and e.step == event.at_step for e in done):
            case.report(stored, "illegal-transition", f"assessed at {event.at_step} without a decision")
    if event.policy_hash != state.policy_hash:
        case.report(stored, "wrong-policy", "assessed under another policy than the case's")
    weights = {outcome.rule: outcome.severity for outcome in event.outcomes}
    if weights != {name: rule.severity for name, rule in case.policy.rules.items()}:
        case.report(stored, "finding-mismatch", "the rules spoken for are not the policy's")
    if event.fact_sheet is None:
        return
    try:
        sheet = FactSheet.model_validate(event.fact_sheet)
        if event.fact_sheet_hash != digest(event.fact_sheet) and event.fact_sheet_hash != sheet.hash:
            case.report(stored, "finding-mismatch", "the fact sheet is not the one that was hashed")
        found = assess(sheet, case.policy)
        if not same_bytes(found.outcomes, event.outcomes) or not same_bytes(found.facts, event.facts or ()):
            case.report(stored, "finding-mismatch", "the rules say otherwise of these facts")
        lawful = lawful_sheet(case, stored, sheet, state)
    except (ValueError, KeyError, TypeError, NotCanonical) as error:
        case.report(stored, "finding-mismatch", f"the fact sheet cannot be judged: {type(error).__name__}")
        return
    for name in differing(sheet, lawful):
        case.report(stored, "facts-differ", f"the fact sheet has another {name} than the ledger")


def same_bytes(found: Sequence[BaseModel], said: Sequence[BaseModel]) -> bool:
    """Whether two sequences of outcomes or facts are recorded in the same bytes."""
    if len(found) == len(said) and all(map(_same_text, found, said)):
        return True  # whatever the order of keys: it is the same in both
    first, second = ([item.model_dump(mode="json") for item in items] for items in (found, said))
    return canonical_json(first) == canonical_json(second)


def _same_text(found: BaseModel, said: BaseModel) -> bool:
    return type(found) is type(said) and found.model_dump_json() == said.model_dump_json()
