"""Putting a case before the rules: the frozen fact sheet and the event that records the verdict."""

from __future__ import annotations

from datetime import date

from domain import events as ev
from domain.eligibility import Assessment, assess
from domain.fact_sheet import Attestation, FactSheet, SeparationFacts, SubjectFacts
from domain.facts import Facts
from domain.forms import Form, PartnerConsent, Verification
from domain.personnel_action import ActionState
from domain.policy import Policy, Variant
from domain.register_facts import subject_facts, target_facts


def fact_sheet(
    state: ActionState, facts: Facts, *, subject: SubjectFacts | None = None, decree_date: date | None = None,
    effective_date: date | None = None, answered: Form | None = None,
    separation: SeparationFacts | None = None,
) -> FactSheet:  # fmt: skip
    """The facts of the case as they stand at `facts.now`.

    `subject` is given where the person is not registered yet; `answered` is the form of the
    decision that is just being taken, which counts before it is recorded.
    """
    target = facts.agency.posts.get(state.target_position_id) if state.target_position_id else None
    return FactSheet(
        salt=facts.salt(),
        assessed_on=facts.today,
        submitted_on=facts.calendar.today(state.submitted_at),
        variant=state.variant,
        effective_date=effective_date or state.effective_date,
        decree_date=decree_date,
        subject=subject or subject_facts(state.subject_id, facts),
        target=target_facts(target) if target else None,
        requested_post_name=_requested_post(state, facts),
        consented_post_name=_consented_post(state, facts, answered),
        election_consent=state.election_consent,
        attested=_attested(state, facts, answered),
        separation=separation,
    )


def assessed(step: str, sheet: FactSheet, policy: Policy) -> tuple[Assessment, ev.ActionAssessed]:
    """The rules' answer and the event that records it."""
    assessment = assess(sheet, policy)
    return assessment, ev.ActionAssessed(
        at_step=step,
        outcomes=assessment.outcomes,
        fact_sheet_hash=sheet.hash,
        policy_hash=policy.hash,
        facts=assessment.facts,
        fact_sheet=sheet.as_json(),
    )


def _requested_post(state: ActionState, facts: Facts) -> str | None:
    """The post's name in the request: ours by the register, the other agency's by its own words."""
    if state.variant is Variant.INTER_AGENCY_OUT:
        submitted = facts.sealed_at(state.id, 1) or {}
        return submitted.get("partner_position")
    post = facts.agency.posts.get(state.target_position_id) if state.target_position_id else None
    return post.name if post else None


def _consented_post(state: ActionState, facts: Facts, answered: Form | None) -> str | None:
    if isinstance(answered, PartnerConsent):
        return answered.position_named
    if state.consent_version is None:
        return None
    sealed = facts.sealed_at(state.id, state.consent_version)
    return str(sealed["details"]["position_named"]) if sealed else None


def _attested(state: ActionState, facts: Facts, answered: Form | None) -> Attestation | None:
    if isinstance(answered, Verification):
        return Attestation.model_validate(answered.model_dump())
    if state.verified_version is None:
        return None
    sealed = facts.sealed_at(state.id, state.verified_version)
    return Attestation.model_validate(sealed["details"]) if sealed else None
