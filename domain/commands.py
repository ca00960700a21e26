"""What can be asked: commands, in the imperative. The same models serve API, Temporal and ledger."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.identity import Actor, Capacity, Coordination
from domain.policy import Kind, Transfer

FREE_TEXT_LIMIT = 4000


class Command(BaseModel):
    """A wish of `actor`, identified by `command_id` (UUID) from which its event ids derive.

    `expected_version` is the stream version that the sender saw, or None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command_id: str
    actor: Actor
    expected_version: int | None = None
    correlation_id: str | None = None
    causation_id: str | None = None


class UnitRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    unit_id: str
    name: str
    parent_id: str | None = None


class PositionRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    position_id: str
    name: str
    unit_id: str
    kind: str
    eselon: str | None = None
    grade_min: str | None = None
    grade_max: str | None = None


class EmployeeRow(BaseModel):
    """One person as a roster has them; `person_id` is the surrogate that the importer resolved."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    person_id: str
    nip: str
    name: str
    sex: str | None = None
    birth_date: date
    employment_kind: str
    grade: str
    grade_since: date | None = None
    position_id: str | None = None
    position_since: date | None = None
    appointed_on: date | None = None
    education: str | None = None
    employment_status: str


class RegisterUnits(Command):
    rows: tuple[UnitRow, ...]


class RegisterPositions(Command):
    rows: tuple[PositionRow, ...]


class RegisterEmployees(Command):
    rows: tuple[EmployeeRow, ...]


class GrantOffice(Command):
    person_id: str
    office: str
    unit_id: str | None = None


class WithdrawOffice(GrantOffice):
    pass


class AdoptPolicy(Command):
    document: dict[str, Any]


class AdoptCalendar(Command):
    version: str
    holidays: tuple[date, ...]


class IssueApiKey(Command):
    key_id: str
    label: str
    scopes: tuple[str, ...]
    secret_hash: str
    sandbox: bool = False


class RevokeApiKey(Command):
    key_id: str


class RecordPersonalDataRead(Command):
    """`account` is that of the machine, where an operator's command reads."""

    subject_id: str
    what: str
    purpose: str
    account: str | None = None


class FileDocument(Command):
    document_id: str
    person_id: str
    document_type: str
    media_type: str
    size_bytes: int
    sha256: str
    file_name: str
    issued_on: date | None = None


class GrantDelegation(Command):
    delegation_id: str
    capacity: Capacity
    position_id: str | None = None
    delegate_id: str
    first_day: date
    last_day: date
    letter_number: str
    reason: str = ""


class RevokeDelegation(Command):
    delegation_id: str


class Candidate(BaseModel):
    """A civil servant of another agency, as the request for transfer into the city names them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    nip: str
    name: str
    birth_date: date
    employment_kind: str
    grade: str
    education: str | None = None


class ActionCommand(Command):
    """A command to one personnel action."""

    action_id: str


class SubmitAction(ActionCommand):
    """Ask for a transfer. `subject_id` is a surrogate; `candidate` is set for `inter_agency_in`, and
    `follows` names the follow-up of an evaluation that ordered another post, or the evaluation after
    whose low result `coordination` with BKN replaces an official.
    """

    kind: Literal[Kind.MUTATION] = Kind.MUTATION
    variant: Transfer
    subject_id: str
    target_position_id: str | None = None
    effective_date: date
    reason: str = Field(max_length=FREE_TEXT_LIMIT)
    document_ids: tuple[str, ...] = ()
    suggested_by: str | None = None
    partner_agency: str | None = None
    partner_position: str | None = None
    candidate: Candidate | None = None
    follows: str | None = None
    coordination: Coordination | None = None


class OverrideReason(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rule: str = Field(min_length=1, max_length=64)
    reason: str = Field(min_length=3, max_length=FREE_TEXT_LIMIT)


class TaskCommand(ActionCommand):
    task_id: str


class ClaimTask(TaskCommand):
    pass


class ReleaseTask(TaskCommand):
    pass


class DelegateTask(TaskCommand):
    to: str
    reason: str = ""


class CommentTask(TaskCommand):
    comment: str


class DecideTask(TaskCommand):
    outcome: Literal["approve", "reject", "return"]
    comment: str = ""
    return_to: str | None = None
    overrides: tuple[OverrideReason, ...] = ()
    details: dict[str, Any] = Field(default_factory=dict)


class DeclareConflict(ActionCommand):
    reason: str


class WithdrawAction(ActionCommand):
    reason: str


class AnnulAction(ActionCommand):
    authority: Literal["PPK", "BKN", "COURT"] = "PPK"
    reason: str
    letter_number: str = ""


class IssueDecree(ActionCommand):
    """The process asks for the decree's number, after the decision. The writer adds the hash of its code."""

    code_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class AdvanceAction(ActionCommand):
    """The process asks what is due now: reminders, escalation, expiry, silence, taking effect."""
