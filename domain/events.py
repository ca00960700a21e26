"""What can happen: the events of the ledger, in the past tense.

Fields named in `PERSONAL` are recorded sealed. Everything else stands readable in the record and
holds surrogate ids, codes, dates and outcomes only.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

import domain.account_events
import domain.decree_events
import domain.document_events
import domain.erasure_events
import domain.evaluation_events
import domain.evidence_events
import domain.inbound_events
import domain.log_events
import domain.policy_events
import domain.profiling_events
import domain.promotion_events
import domain.rank_events
import domain.result_entry_events
import domain.review_events
import domain.siasn_events
import domain.talent_events
import domain.webhook_events  # noqa: F401  (these define events that readers of the ledger must know)
from domain.event import EVENT_TYPES, Event, NewEvent
from domain.findings import FindingFacts, FindingOutcome
from domain.identity import Capacity, Coordination, Signature
from domain.policy import Kind, Variant

__all__ = ["EVENT_TYPES", "Event", "FindingFacts", "FindingOutcome", "NewEvent"]

# --- the agency: units, posts, people, offices -------------------------------------------------


class UnitRegistered(Event):
    unit_id: str
    name: str
    parent_id: str | None = None


class UnitRedefined(Event):
    unit_id: str
    name: str
    parent_id: str | None = None


class PositionRegistered(Event):
    position_id: str
    name: str
    unit_id: str
    kind: str
    eselon: str | None = None
    grade_min: str | None = None
    grade_max: str | None = None


class PositionRedefined(PositionRegistered):
    pass


class EmployeeRegistered(Event):
    """A person enters the agency's register. `position_id` is the post held since `position_since`."""

    PERSONAL = frozenset({"nip", "name", "sex", "birth_date", "appointed_on"})

    person_id: str
    employment_kind: str
    grade: str
    grade_since: date | None = None
    position_id: str | None = None
    position_since: date | None = None
    education: str | None = None
    employment_status: str
    nip: str | None = None
    name: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    appointed_on: date | None = None


class EmployeeCorrected(EmployeeRegistered):
    """The register was wrong or has become outdated; the whole row as it is now."""


class CandidateRegistered(Event):
    """A civil servant of another agency who is to come in."""

    PERSONAL = frozenset({"nip", "name", "birth_date"})

    person_id: str
    employment_kind: str
    grade: str
    education: str | None = None
    nip: str | None = None
    name: str | None = None
    birth_date: date | None = None


class EmployeePlaced(Event):
    """The post of a person from `since` on; `None` when they are not, or no longer, in the agency.

    `action_id` caused it. `placed_by` is the action whose placement now stands: the same one, or
    an earlier one (None: the register) where an annulment `restores` what was before.
    """

    person_id: str
    from_position_id: str | None = None
    to_position_id: str | None = None
    since: date | None = None
    action_id: str
    placed_by: str | None = None
    restores: bool = False


class OfficeGranted(Event):
    person_id: str
    office: str
    unit_id: str | None = None


class OfficeWithdrawn(OfficeGranted):
    pass


class DelegationGranted(Event):
    """Somebody acts for a post (PLT, PLH, PJ) or signs for a person (DELEGATE)."""

    PERSONAL = frozenset({"letter_number", "reason"})

    delegation_id: str
    capacity: Capacity
    position_id: str
    principal_id: str | None = None
    delegate_id: str
    first_day: date
    last_day: date
    letter_number: str | None = None
    reason: str | None = None


class DelegationRevoked(Event):
    delegation_id: str


class PolicyAdopted(Event):
    """The whole policy document, so that the ledger explains itself. `signature` is of the second person;
    None where the system adopted it when it was set up.
    """

    policy_id: str
    hash: str
    document: dict[str, Any]
    signature: Signature | None = None


class CalendarAdopted(Event):
    version: str
    holidays: tuple[date, ...]


class ApiKeyIssued(Event):
    """`secret_hash` is the SHA-256 of 256 random bits: it tells nothing of the secret. What a `sandbox` key
    asks for is judged and never recorded; a key stays what it was issued as.
    """

    key_id: str
    label: str
    scopes: tuple[str, ...]
    secret_hash: str
    sandbox: bool = False


class ApiKeyRevoked(Event):
    key_id: str


class PersonalDataRead(Event):
    """Somebody looked at another's personal data, or took a copy of everything held about a person: that is
    recorded of the person themself too. `account` is that of the machine, where an operator's command read.
    """

    PERSONAL = frozenset({"purpose", "account"})

    subject_id: str
    what: str
    purpose: str | None = None
    account: str | None = None


class DocumentFiled(Event):
    """A document entered a person's file; its bytes lie in the object store under `sha256`."""

    PERSONAL = frozenset({"file_name"})

    document_id: str
    person_id: str
    document_type: str
    media_type: str
    size_bytes: int
    sha256: str
    file_name: str | None = None
    issued_on: date | None = None


# --- the life of one personnel action ----------------------------------------------------------


class ActionSubmitted(Event):
    """A case begins. A promotion has no subject before somebody is chosen: until then `subject_id` is
    the id of its vacancy, under whose key is sealed what is said of the case. `candidates` are those
    of the frozen list in its order.
    """

    PERSONAL = frozenset(
        {"reason", "suggested_by", "partner_agency", "partner_position", "ordered_by", "coordination"}
    )

    action_id: str
    kind: Kind
    variant: Variant
    subject_id: str
    origin_position_id: str | None = None
    origin_unit_id: str | None = None
    target_position_id: str | None = None
    target_unit_id: str | None = None
    effective_date: date
    document_ids: tuple[str, ...] = ()
    suggested_by: str | None = None
    policy_id: str
    policy_hash: str
    calendar_version: str
    steps: tuple[str, ...]
    inauguration: bool
    reason: str | None = None
    partner_agency: str | None = None
    partner_position: str | None = None
    # Of transfers: the evaluation, or what followed it, that ordered it, and BKN's letter.
    ordered_by: str | None = None
    coordination: Coordination | None = None
    # Of evaluations: the period, the cycle that opened it, and the action that it follows from.
    period_start: date | None = None
    period_end: date | None = None
    cycle_id: str | None = None
    follows: str | None = None
    vacancy_id: str | None = None
    candidates: tuple[str, ...] | None = None
    candidate_list_hash: str | None = None


class ActionAssessed(Event):
    """The rules spoke at `at_step`. `fact_sheet_hash` is salted with the sheet's own salt.

    Citation, numbers and sentences are the policy's and are put to the facts when read.
    """

    PERSONAL = frozenset({"facts", "fact_sheet"})

    at_step: str
    outcomes: tuple[FindingOutcome, ...]
    fact_sheet_hash: str
    policy_hash: str
    facts: tuple[FindingFacts, ...] | None = None
    fact_sheet: dict[str, Any] | None = None


class ActionRefused(Event):
    """The end by rule: a hard finding at submission, or BKN's refusal."""

    PERSONAL = frozenset({"reason"})

    rules: tuple[str, ...]
    reason: str | None = None


class TaskOpened(Event):
    task_id: str
    step: str
    phase: str
    office: str
    returned: bool = False
    due_on: date | None = None
    remind_at: datetime | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    silence_at: datetime | None = None
    calendar_version: str
    excluded: tuple[str, ...] = ()
    resumes: str | None = None


class TaskClaimed(Event):
    task_id: str
    person_id: str
    signature: Signature


class TaskReleased(Event):
    task_id: str
    person_id: str


class TaskDelegated(Event):
    """The owner lets another person act in their stead; the office stays the owner's."""

    PERSONAL = frozenset({"reason"})

    task_id: str
    by: str
    to: str
    signature: Signature
    reason: str | None = None


class TaskCommented(Event):
    PERSONAL = frozenset({"comment"})

    task_id: str
    comment: str | None = None


class ConflictDeclared(Event):
    """A person declared an interest in the case and is out of it (PermenPANRB 17/2024)."""

    PERSONAL = frozenset({"reason"})

    person_id: str
    reason: str | None = None


class VoteCast(Event):
    PERSONAL = frozenset({"comment", "details"})

    task_id: str
    step: str
    person_id: str
    vote: Literal["approve", "reject", "abstain"]
    signature: Signature
    comment: str | None = None
    details: dict[str, Any] | None = None


class TaskCompleted(Event):
    """A task was decided. `signature` is None where silence decided (actor AUTO)."""

    PERSONAL = frozenset({"comment", "details"})

    task_id: str
    step: str
    outcome: Literal["approve", "reject", "return"]
    signature: Signature | None = None
    return_to: str | None = None
    effective_date: date | None = None
    decree_date: date | None = None
    comment: str | None = None
    details: dict[str, Any] | None = None


class TaskExited(Event):
    """A task ended without a decision, because its case moved on or ended."""

    task_id: str
    why: Literal["ended", "withdrawn", "expired", "annulled", "returned", "lapsed"]


class OverrideProposed(Event):
    PERSONAL = frozenset({"reason"})

    rule: str
    person_id: str
    signature: Signature
    reason: str | None = None


class Overridden(Event):
    """A second person carried the case past a finding that allows it: the override register. `citation` is
    the law of the rule under the case's policy.
    """

    PERSONAL = frozenset({"reason"})

    rule: str
    proposed_by: str
    confirmed_by: str
    signature: Signature
    citation: str | None = None
    reason: str | None = None


class ReminderSent(Event):
    task_id: str
    which: Literal["half", "due"]


class TaskEscalated(Event):
    task_id: str
    to_office: str


class PlacementDecided(Event):
    """The appointing official has decided; the decree is to be issued."""

    effective_date: date
    effective_at: datetime
    decree_date: date


class DecreeIssued(Event):
    """`code_hash` is the SHA-256 of the code behind its QR code; the code itself is not recorded."""

    number: str
    year: int
    sequence: int
    decree_date: date
    code_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class ActionTookEffect(Event):
    effective_date: date


class ActionCompleted(Event):
    pass


class ActionRejected(Event):
    step: str


class ActionWithdrawn(Event):
    PERSONAL = frozenset({"reason"})

    by: str
    reason: str | None = None


class ActionExpired(Event):
    step: str


class ActionAnnulled(Event):
    """Undone after the decision. `caused_by` names the annulment that this one follows from."""

    PERSONAL = frozenset({"reason", "letter_number"})

    authority: Literal["PPK", "BKN", "COURT"]
    caused_by: str | None = None
    restores_position_id: str | None = None
    was_effective: bool
    reason: str | None = None
    letter_number: str | None = None


class CorrectionRecorded(Event):
    """SIASN has been told that an annulled action never was."""
