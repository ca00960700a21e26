"""Asking for a transfer: who may ask, for whom, to where, and what the rules say at once."""

from __future__ import annotations

import re
from collections.abc import Callable

from domain import events as ev
from domain.assessment import assessed, fact_sheet
from domain.changed import changed
from domain.commands import Candidate, SubmitAction
from domain.errors import (
    NotPermitted,
    OpenActionExists,
    PositionPromised,
    UnknownReference,
    VariantMismatch,
)
from domain.fact_sheet import SubjectFacts
from domain.facts import Facts
from domain.identity import Capacity
from domain.nip import InvalidNip, parse_nip
from domain.offices import office_key, split_key
from domain.ordering import check_order
from domain.personnel_action import Recorded, evolve
from domain.policy import Policy, Severity, Variant
from domain.steps_to_come import after_submission
from domain.task_opening import open_task, route_of

START_SCOPE = "actions:write"
DOCUMENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
    if not may_submit(command, origin, facts):
        raise NotPermitted()
    _check_references(command, facts)
    check_order(command, facts)
    _check_variant(command, origin, facts)
    taken = facts.registry.open_action_of.get(command.subject_id)
    if taken is not None:
        raise OpenActionExists(action_id=taken)
    promised = facts.registry.promised_to.get(command.target_position_id or "")
    if promised is not None:
        raise PositionPromised(position_id=command.target_position_id, action_id=promised)
    if facts.registry.standing_list_of(command.target_position_id or "", facts.today) is not None:
        raise PositionPromised(position_id=command.target_position_id)
    submitted = _submitted(command, origin, facts, policy)
    state = evolve(None, Recorded(submitted, 1, facts.now, command.actor.kind, command.actor.id))
    assert state is not None  # ActionSubmitted always begins a state
    stream = stream_of(command.action_id)
    events = [ev.NewEvent(stream, submitted, command.subject_id)]
    newcomer = None
    if command.candidate is not None:
        newcomer = _newcomer(command, command.candidate)
        registered = ev.CandidateRegistered(person_id=command.subject_id, **command.candidate.model_dump())
        events.insert(0, ev.NewEvent(f"employee/{command.subject_id}", registered, command.subject_id))
    asked = "separation_of_duties" in policy.rules
    separation = after_submission(state, policy, facts.offices, facts.today) if asked else None
    sheet = fact_sheet(state, facts, subject=newcomer, separation=separation)
    assessment, verdict = assessed("submission", sheet, policy)
    events.append(ev.NewEvent(stream, verdict, command.subject_id))
    hard = assessment.failed(Severity.HARD)
    if hard:
        refused = ev.ActionRefused(
            rules=tuple(f.rule for f in hard), reason=" ".join(finding.message for finding in hard)
        )
        return [*events, ev.NewEvent(stream, refused, command.subject_id)]
    state = changed(state, outcomes=assessment.outcomes)
    opened = open_task(state.steps[0], state, facts)
    return [*events, ev.NewEvent(stream, opened, command.subject_id)]


def may_submit(command: SubmitAction, origin: str | None, facts: Facts) -> bool:
    """Whether the actor may ask for this transfer of somebody who stands at the post `origin`: officers
    for people of their own unit, BKPSDM for everybody, a person for themself, and integrations whose
    key carries the scope. A personal delegate asks for nothing: who lent the office asks themself.
    """
    actor = command.actor
    if actor.kind == "integration":
        return START_SCOPE in actor.scopes
    if actor.kind == "system":
        return False
    allowed = facts.policy_in_force(command.effective_date).submitters[command.variant.value]
    if "subject" in allowed and actor.id == command.subject_id:
        return True
    unit_id = facts.agency.unit_of(origin) or facts.agency.unit_of(command.target_position_id)
    apparatus = facts.agency.apparatus_of(unit_id)
    for key, signature in facts.offices.exercised_by(actor.id, facts.today):
        office, unit = split_key(key)
        if signature.capacity is Capacity.DELEGATE:
            continue
        if office in allowed and (unit is None or key == office_key(office, apparatus)):
            return actor.id != command.subject_id
    return False


def stream_of(action_id: str) -> str:
    return f"personnel-action/{action_id}"


def _newcomer(command: SubmitAction, candidate: Candidate) -> SubjectFacts:
    """The facts of a person of another agency, as the request names them."""
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
    in_window = policy.election_window_on(command.effective_date, kinds) is not None
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
            command.kind,
            command.variant,
            origin,
            command.target_position_id,
            facts,
            policy,
            in_election_window=in_window,
        ),
        inauguration=target is not None
        and target.kind in policy.inauguration_for
        and command.variant not in policy.inauguration_skipped_for,
        reason=command.reason,
        partner_agency=command.partner_agency,
        partner_position=command.partner_position,
        ordered_by=command.follows,
        coordination=command.coordination,
    )


def _check_references(command: SubmitAction, facts: Facts) -> None:
    if command.target_position_id is not None and command.target_position_id not in facts.agency.posts:
        raise UnknownReference(what="target_position_id")
    # They stand readable in the record, so nothing but an identifier may come in this way.
    if not all(DOCUMENT_ID.fullmatch(document_id) for document_id in command.document_ids):
        raise UnknownReference(what="document_ids")
    mine = set(facts.files.of_person.get(command.subject_id, ()))
    if not mine.issuperset(command.document_ids):
        raise UnknownReference(what="document_ids")


def _check_variant(command: SubmitAction, origin: str | None, facts: Facts) -> None:
    for variants, misfits, why_id, why_en in _MISFITS:
        if command.variant in variants and misfits(command, origin, facts):
            raise VariantMismatch(variant=command.variant.value, why_id=why_id, why_en=why_en)


def _leaves_its_unit(command: SubmitAction, origin: str | None, facts: Facts) -> bool:
    here, there = (facts.agency.unit_of(post) for post in (origin, command.target_position_id))
    return facts.agency.apparatus_of(here) != facts.agency.apparatus_of(there)


_ALL = frozenset(Variant)
_IN, _OUT = frozenset({Variant.INTER_AGENCY_IN}), frozenset({Variant.INTER_AGENCY_OUT})

# For which variants, what does not fit, and how to say it. The first that applies is told.
_MISFITS: tuple[
    tuple[frozenset[Variant], Callable[[SubmitAction, str | None, Facts], bool], str, str], ...
] = (
    (
        _OUT,
        lambda wish, _, __: (
            wish.target_position_id is not None or not wish.partner_agency or not wish.partner_position
        ),
        "sebut instansi dan jabatan tujuan, bukan jabatan kota",
        "name the other agency and post",
    ),
    (
        _ALL - _OUT,
        lambda wish, _, __: wish.target_position_id is None,
        "jabatan tujuan wajib diisi",
        "a target position is needed",
    ),
    (
        _ALL - _OUT,
        lambda wish, origin, _: wish.target_position_id == origin,
        "jabatan tujuan sama dengan jabatan sekarang",
        "the target is the present post",
    ),
    (
        _ALL - _IN - _OUT,
        lambda wish, _, __: bool(wish.partner_agency),
        "instansi mitra hanya untuk mutasi antarinstansi",
        "a partner belongs to inter-agency moves",
    ),
    (
        _IN,
        lambda wish, _, __: wish.candidate is None or not wish.partner_agency,
        "sebut calon dan instansi asalnya",
        "name the candidate and the agency of origin",
    ),
    (
        _IN,
        lambda _, origin, __: origin is not None,
        "orang ini sudah pegawai kota",
        "this person already serves the city",
    ),
    (
        _ALL - _IN,
        lambda wish, _, __: wish.candidate is not None,
        "calon hanya untuk mutasi masuk",
        "a candidate belongs to a transfer into the city",
    ),
    (
        _ALL - _IN,
        lambda _, origin, __: origin is None,
        "pegawai tidak menduduki jabatan",
        "the person holds no post",
    ),
    (
        frozenset({Variant.WITHIN_UNIT}),
        _leaves_its_unit,
        "jabatan tujuan di perangkat daerah lain",
        "the target lies in another unit",
    ),
)
