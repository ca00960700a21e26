"""The fact sheets as the auditor makes them: from the register, the seals and the offices of their moment."""

from __future__ import annotations

from collections.abc import Iterator

from audit.case import VERIFICATION, Case
from domain import events as ev
from domain.agency import Agency, Person, Post
from domain.canonical import canonical_json
from domain.fact_sheet import Attestation, FactSheet, SeparationFacts, SubjectFacts, TargetFacts
from domain.facts import Identity
from domain.nip import InvalidNip, parse_nip
from domain.personnel_action import ActionState
from domain.policy import Variant
from domain.steps_to_come import after_submission
from ledger.record import StoredEvent

CONSENT = "partner_consent"


def lawful_sheet(case: Case, stored: StoredEvent, said: FactSheet, state: ActionState) -> FactSheet:
    """The sheet of a transfer as it had to be at this moment. What only a closed seal holds is taken as
    `said`.
    """
    event, moment = stored.event, case.moment
    assert isinstance(event, ev.ActionAssessed)  # the caller judges one
    done = (s.event for s in case.beside(stored, ev.TaskCompleted))
    decided = next((e for e in done if isinstance(e, ev.TaskCompleted) and e.step == event.at_step), None)
    post = moment.agency.posts.get(state.target_position_id or "")
    attested = _attested(case, decided)
    return FactSheet(
        salt=said.salt,
        assessed_on=moment.day,
        submitted_on=moment.calendar.today(state.submitted_at),
        variant=state.variant,
        effective_date=(decided.effective_date if decided else None) or state.effective_date,
        decree_date=decided.decree_date if decided else None,
        subject=_subject(case, state) or said.subject,
        target=TargetFacts(
            position_id=post.id,
            name=post.name,
            kind=post.kind,
            eselon=post.eselon,
            grade_min=post.grade_min,
            grade_max=post.grade_max,
            held_by=post.incumbent_id,
        )
        if post
        else None,
        # What the request says of another agency's post is read from its seal, which is not closed before
        # the request is recorded: the first assessment does without, and nothing rests on it then.
        requested_post_name=case.requested if state.variant is Variant.INTER_AGENCY_OUT else _name(post),
        consented_post_name=_consented(case, decided),
        election_consent=state.election_consent,
        attested=Attestation.model_validate(attested) if attested is not None else None,
        separation=_separation(case, state) if event.at_step == "submission" else None,
    )


def differing(said: FactSheet, lawful: FactSheet) -> Iterator[str]:
    """The parts in which the two are not the same to the byte."""
    if said.model_dump_json() == lawful.model_dump_json():
        return
    for name, value in lawful.as_json().items():
        if canonical_json(said.as_json()[name]) != canonical_json(value):
            yield name


def _separation(case: Case, state: ActionState) -> SeparationFacts | None:
    if "separation_of_duties" not in case.policy.rules:
        return None
    return after_submission(state, case.policy, case.moment.offices, case.moment.day)


def registered(person: Person, known: Identity, agency: Agency) -> SubjectFacts:
    """A person as the register has them."""
    post = agency.posts.get(person.position_id or "")
    return SubjectFacts(
        person_id=person.id,
        employment_kind=person.employment_kind,
        employment_status=person.employment_status,
        grade=person.grade,
        education=person.education,
        birth_date=known.birth_date,
        nip_birth_date=known.nip_birth_date,
        position_id=person.position_id,
        position_name=post.name if post else None,
        position_kind=post.kind if post else None,
        position_since=person.position_since,
    )


def _subject(case: Case, state: ActionState) -> SubjectFacts | None:
    """The registered person, or whom this very command brought in; None where the seal is closed."""
    agency, person_id = case.moment.agency, state.subject_id
    person, known = agency.people.get(person_id), case.identities.get(person_id)
    if person is not None and known is not None:
        return registered(person, known, agency)
    born = (s.event for s in case.group if isinstance(s.event, ev.CandidateRegistered))
    newcomer = next((e for e in born if e.person_id == person_id and e.birth_date is not None), None)
    identity = _identity(newcomer) if newcomer else None
    if newcomer is None or identity is None:
        return None
    return SubjectFacts(
        person_id=person_id,
        employment_kind=newcomer.employment_kind,
        employment_status="01",
        grade=newcomer.grade,
        education=newcomer.education,
        birth_date=identity.birth_date,
        nip_birth_date=identity.nip_birth_date,
        position_id=None,
        position_name=None,
        position_kind=None,
        position_since=None,
    )


def _identity(newcomer: ev.CandidateRegistered) -> Identity | None:
    if newcomer.birth_date is None:
        return None
    try:
        return Identity(newcomer.birth_date, parse_nip(newcomer.nip or "").birth_date)
    except InvalidNip:
        return Identity(newcomer.birth_date, None)


def _name(post: Post | None) -> str | None:
    return post.name if post else None


def _consented(case: Case, decided: ev.TaskCompleted | None) -> str | None:
    if decided is not None and decided.step == CONSENT and decided.details is not None:
        return str(decided.details["position_named"])
    return case.consented


def _attested(case: Case, decided: ev.TaskCompleted | None) -> dict[str, object] | None:
    """What the analyst verified: with this very decision, or before."""
    if decided is not None and decided.step == VERIFICATION:
        return decided.details
    return case.attested
