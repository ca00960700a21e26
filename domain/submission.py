"""Asking for a transfer: who may ask, for whom, to where, and what the rules say at once."""

from __future__ import annotations

from dataclasses import replace

from domain import events as ev
from domain.assessment import assessed, fact_sheet
from domain.commands import SubmitAction
from domain.errors import (
    NotPermitted,
    OpenActionExists,
    PositionPromised,
    UnknownReference,
    VariantMismatch,
)
from domain.fact_sheet import SubjectFacts
from domain.facts import Facts
from domain.nip import InvalidNip, parse_nip
from domain.offices import office_key, split_key
from domain.personnel_action import Recorded, evolve
from domain.policy import Policy, Severity, Variant
from domain.task_opening import INTER_AGENCY, open_task, route_of

START_SCOPE = "actions:write"


def submit(facts: Facts, command: SubmitAction) -> list[ev.NewEvent]:
    """A new action: submitted, assessed, and either refused by a hard finding or at its first step.

    Raises NotPermitted, UnknownReference, VariantMismatch, and the two races that the ledger's
    order decides: OpenActionExists and PositionPromised.
    """
    policy = facts.policy_in_force(command.effective_date)
    subject = facts.agency.people.get(command.subject_id)
    if subject is None and command.candidate is None:
        raise UnknownReference(what="subject")
    origin = subject.position_id if subject else None
    if not _may_submit(command, origin, facts, policy):
        raise NotPermitted()
    _check_variant(command, origin, facts)
    taken = facts.registry.open_action_of.get(command.subject_id)
    if taken is not None:
        raise OpenActionExists(action_id=taken)
    promised = facts.registry.promised_to.get(command.target_position_id or "")
    if promised is not None:
        raise PositionPromised(position_id=command.target_position_id, action_id=promised)
    submitted = _submitted(command, origin, facts, policy)
    state = evolve(None, Recorded(submitted, 1, facts.now, command.actor.kind, command.actor.id))
    assert state is not None  # ActionSubmitted always begins a state
    stream = stream_of(command.action_id)
    events = [ev.NewEvent(stream, submitted, command.subject_id)]
    newcomer = _newcomer(command) if subject is None else None
    if command.candidate is not None:
        registered = ev.CandidateRegistered(person_id=command.subject_id, **command.candidate.model_dump())
        events.insert(0, ev.NewEvent(f"employee/{command.subject_id}", registered, command.subject_id))
    assessment, verdict = assessed("submission", fact_sheet(state, facts, subject=newcomer), policy)
    events.append(ev.NewEvent(stream, verdict, command.subject_id))
    hard = assessment.failed(Severity.HARD)
    if hard:
        refused = ev.ActionRefused(
            rules=tuple(f.rule for f in hard), reason=" ".join(finding.message for finding in hard)
        )
        return [*events, ev.NewEvent(stream, refused, command.subject_id)]
    state = replace(state, outcomes=assessment.outcomes)
    opened = open_task(state.steps[0], state, facts)
    return [*events, ev.NewEvent(stream, opened, command.subject_id)]


def stream_of(action_id: str) -> str:
    return f"personnel-action/{action_id}"


def _newcomer(command: SubmitAction) -> SubjectFacts:
    """The facts of a person whom the register does not know yet, as the request names them."""
    candidate = command.candidate
    assert candidate is not None  # submit() has refused a request with neither person nor candidate
    try:
        nip_birth_date = parse_nip(candidate.nip).birth_date
    except InvalidNip:
        nip_birth_date = None
    return SubjectFacts(
        person_id=command.subject_id,
        employment_kind=candidate.employment_kind,
        employment_status="01",
        grade=candidate.grade,
        education=candidate.education,
        birth_date=candidate.birth_date,
        nip_birth_date=nip_birth_date,
        position_id=None,
        position_name=None,
        position_kind=None,
        position_since=None,
    )


def _submitted(command: SubmitAction, origin: str | None, facts: Facts, policy: Policy) -> ev.ActionSubmitted:
    target = facts.agency.posts.get(command.target_position_id or "")
    origin_post = facts.agency.posts.get(origin or "")
    kinds = {post.kind for post in (target, origin_post) if post is not None}
    window_kinds = set(policy.rules["election_window"].parameters["post_kinds"])
    in_window = bool(kinds & window_kinds) and any(
        window.holds(command.effective_date) for window in policy.election_windows
    )
    return ev.ActionSubmitted(
        action_id=command.action_id,
        kind=command.kind,
        variant=command.variant,
        subject_id=command.subject_id,
        origin_position_id=origin,
        origin_unit_id=facts.agency.unit_of(origin),
        target_position_id=command.target_position_id,
        target_unit_id=target.unit_id if target else None,
        effective_date=command.effective_date,
        document_ids=command.document_ids,
        suggested_by=command.suggested_by,
        policy_id=policy.id,
        policy_hash=policy.hash,
        calendar_version=facts.calendar.version,
        steps=route_of(
            command.variant, origin, command.target_position_id, facts, policy, in_election_window=in_window
        ),
        inauguration=target is not None
        and target.kind in policy.inauguration_for
        and command.variant not in policy.inauguration_skipped_for,
        reason=command.reason,
        partner_agency=command.partner_agency,
        partner_position=command.partner_position,
    )


def _may_submit(command: SubmitAction, origin: str | None, facts: Facts, policy: Policy) -> bool:
    """Officers for people of their own unit, BKPSDM for everybody, a person for themself, and
    integrations whose key carries the scope.
    """
    actor = command.actor
    if actor.kind == "integration":
        return START_SCOPE in actor.scopes
    if actor.kind == "system":
        return False
    allowed = policy.submitters[command.variant.value]
    if "subject" in allowed and actor.id == command.subject_id:
        return True
    unit_id = facts.agency.unit_of(origin) or facts.agency.unit_of(command.target_position_id)
    apparatus = facts.agency.apparatus_of(unit_id)
    for key, _ in facts.offices.exercised_by(actor.id, facts.today):
        office, unit = split_key(key)
        if office in allowed and (unit is None or key == office_key(office, apparatus)):
            return actor.id != command.subject_id
    return False


def _check_variant(command: SubmitAction, origin: str | None, facts: Facts) -> None:
    variant, target = command.variant, command.target_position_id
    if target is not None and target not in facts.agency.posts:
        raise UnknownReference(what="target_position_id")
    problem: tuple[str, str] | None = None
    if variant is Variant.INTER_AGENCY_OUT:
        if target is not None or not command.partner_agency or not command.partner_position:
            problem = (
                "sebut instansi dan jabatan tujuan, bukan jabatan kota",
                "name the other agency and post",
            )
    elif target is None:
        problem = ("jabatan tujuan wajib diisi", "a target position is needed")
    if variant is Variant.INTER_AGENCY_IN:
        if command.candidate is None or not command.partner_agency:
            problem = ("sebut calon dan instansi asalnya", "name the candidate and the agency of origin")
        elif origin is not None:
            problem = ("orang ini sudah pegawai kota", "this person already serves the city")
    elif command.candidate is not None:
        problem = ("calon hanya untuk mutasi masuk", "a candidate belongs to a transfer into the city")
    elif origin is None:
        problem = ("pegawai tidak menduduki jabatan", "the person holds no post")
    if variant is Variant.WITHIN_UNIT and problem is None:
        agency = facts.agency
        if agency.apparatus_of(agency.unit_of(origin)) != agency.apparatus_of(agency.unit_of(target)):
            problem = ("jabatan tujuan di perangkat daerah lain", "the target lies in another unit")
    if target is not None and target == origin:
        problem = ("jabatan tujuan sama dengan jabatan sekarang", "the target is the present post")
    if variant not in INTER_AGENCY and command.partner_agency:
        problem = (
            "instansi mitra hanya untuk mutasi antarinstansi",
            "a partner belongs to inter-agency moves",
        )
    if problem is not None:
        raise VariantMismatch(variant=variant.value, why_id=problem[0], why_en=problem[1])
