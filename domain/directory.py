"""Keeping the register: units, posts and people from a roster, offices granted, policy adopted."""

from __future__ import annotations

from domain import events as ev
from domain.commands import (
    AdoptCalendar,
    AdoptPolicy,
    FileDocument,
    GrantOffice,
    IssueApiKey,
    RecordPersonalDataRead,
    RegisterEmployees,
    RegisterPositions,
    RegisterUnits,
    RevokeApiKey,
    WithdrawOffice,
)
from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    DocumentRejected,
    NotPermitted,
    PositionHeld,
    PositionPromised,
    UnknownReference,
)
from domain.facts import Facts
from domain.identity import Actor
from domain.personnel_file import was_rejected
from domain.policy import Policy

OPERATOR = "operator"


def operator_only(actor: Actor, facts: Facts) -> None:
    """Registers are kept by the system's own commands and by operators."""
    if actor.kind == "system":
        return
    if actor.kind != "person" or OPERATOR not in facts.offices.titles_of(actor.id, facts.today):
        raise NotPermitted()


def register_units(facts: Facts, command: RegisterUnits) -> list[ev.NewEvent]:
    operator_only(command.actor, facts)
    events = []
    for row in command.rows:
        known = facts.agency.units.get(row.unit_id)
        if known is None:
            model: type[ev.UnitRegistered | ev.UnitRedefined] = ev.UnitRegistered
        elif (known.name, known.parent_id) != (row.name, row.parent_id):
            model = ev.UnitRedefined
        else:
            continue
        events.append(ev.NewEvent(f"unit/{row.unit_id}", model(**row.model_dump())))
    return events


def register_positions(facts: Facts, command: RegisterPositions) -> list[ev.NewEvent]:
    operator_only(command.actor, facts)
    events = []
    for row in command.rows:
        known = facts.agency.posts.get(row.position_id)
        values = row.model_dump()
        if known is None:
            model: type[ev.PositionRegistered] = ev.PositionRegistered
        elif any(
            getattr(known, "id" if name == "position_id" else name) != value for name, value in values.items()
        ):
            model = ev.PositionRedefined
        else:
            continue
        events.append(ev.NewEvent(f"position/{row.position_id}", model(**values)))
    return events


def register_employees(facts: Facts, command: RegisterEmployees) -> list[ev.NewEvent]:
    """Rows that the importer found new or changed. A post promised in an open action stays free, and
    no post gets a second holder.
    """
    operator_only(command.actor, facts)
    _one_holder_each(facts, command)
    events = []
    for row in command.rows:
        known = facts.agency.people.get(row.person_id)
        moves = known is None or known.position_id != row.position_id
        promised = facts.registry.promised_to.get(row.position_id or "") if moves else None
        if promised is not None:
            raise PositionPromised(position_id=row.position_id, action_id=promised)
        model = ev.EmployeeRegistered if known is None else ev.EmployeeCorrected
        events.append(ev.NewEvent(f"employee/{row.person_id}", model(**row.model_dump()), row.person_id))
    return events


def _one_holder_each(facts: Facts, command: RegisterEmployees) -> None:
    """Judged as the register stands after all rows: two people may change places in one command."""
    moved = {row.person_id for row in command.rows}
    taken: dict[str, str] = {}
    for row in command.rows:
        if row.position_id is None:
            continue
        post = facts.agency.posts.get(row.position_id)
        if post is None:
            raise UnknownReference(what="position_id")
        remaining = post.incumbent_id if post.incumbent_id not in moved else None
        holder = taken.setdefault(row.position_id, remaining or row.person_id)
        if holder != row.person_id:
            raise PositionHeld(position_id=row.position_id)


def grant_office(facts: Facts, command: GrantOffice) -> list[ev.NewEvent]:
    operator_only(command.actor, facts)
    if command.person_id not in facts.agency.people:
        raise UnknownReference(what="person_id")
    held = (command.office, command.unit_id) in facts.agency.grants.get(command.person_id, set())
    withdraws = isinstance(command, WithdrawOffice)
    if held is not withdraws:
        return []
    model = ev.OfficeWithdrawn if withdraws else ev.OfficeGranted
    event = model(person_id=command.person_id, office=command.office, unit_id=command.unit_id)
    return [ev.NewEvent(f"office/{command.person_id}", event)]


def adopt_policy(facts: Facts, command: AdoptPolicy) -> list[ev.NewEvent]:
    """Put a policy's whole text into the ledger when it is set up: by the system, while nobody is
    registered. The same text again changes nothing; another text under the same id is refused, because
    actions rest on it. Whatever comes later is proposed and adopted by two people (`domain.publishing`).
    """
    if command.actor.kind != "system":
        raise NotPermitted()
    policy = Policy.model_validate(command.document)
    known = facts.policies.get(policy.id)
    if known is not None:
        if known.hash != policy.hash:
            raise AlreadyExists(what=f"policy {policy.id} is adopted with another text; give it a new id")
        return []
    if is_set_up(facts):
        raise NotPermitted()
    event = ev.PolicyAdopted(policy_id=policy.id, hash=policy.hash, document=policy.model_dump(mode="json"))
    return [ev.NewEvent(f"policy/{policy.id}", event)]


def is_set_up(facts: Facts) -> bool:
    """Whether people are registered, so that a policy takes two of them."""
    return bool(facts.agency.people)


def adopt_calendar(facts: Facts, command: AdoptCalendar) -> list[ev.NewEvent]:
    operator_only(command.actor, facts)
    if facts.calendar.version == command.version:
        return []
    event = ev.CalendarAdopted(version=command.version, holidays=command.holidays)
    return [ev.NewEvent("calendar/working-days", event)]


def issue_api_key(facts: Facts, command: IssueApiKey) -> list[ev.NewEvent]:
    operator_only(command.actor, facts)
    if facts.last_recorded(f"api-key/{command.key_id}") is not None:
        raise AlreadyExists(what="key")
    event = ev.ApiKeyIssued(
        key_id=command.key_id,
        label=command.label,
        scopes=command.scopes,
        secret_hash=command.secret_hash,
        sandbox=command.sandbox,
    )
    return [ev.NewEvent(f"api-key/{command.key_id}", event)]


def revoke_api_key(facts: Facts, command: RevokeApiKey) -> list[ev.NewEvent]:
    operator_only(command.actor, facts)
    return [ev.NewEvent(f"api-key/{command.key_id}", ev.ApiKeyRevoked(key_id=command.key_id))]


def access_stream(person_id: str) -> str:
    """Where it stands who read the person's file."""
    return f"access/{person_id}"


def record_read(facts: Facts, command: RecordPersonalDataRead) -> list[ev.NewEvent]:
    """Of an erased person nothing personal can be read any more."""
    if facts.agency.is_erased(command.subject_id):
        return []
    event = ev.PersonalDataRead(**command.model_dump(include=set(ev.PersonalDataRead.model_fields)))
    return [ev.NewEvent(access_stream(command.subject_id), event, command.subject_id)]


def file_document(facts: Facts, command: FileDocument) -> list[ev.NewEvent]:
    """A document into a person's file: by themself, their unit's officer or BKPSDM (checked at the
    edge, where the file's owner and the reader's scope are known). Bytes that an officer rejected do not
    come in again as the same type: the verdict on them can be changed, not washed off.
    """
    if command.person_id not in facts.agency.people:
        raise UnknownReference(what="person_id")
    if command.document_id in facts.files.documents:
        raise AlreadyExists(what="document_id")
    if command.issued_on is not None and command.issued_on > facts.today:
        raise DateOutOfOrder(earlier="issued_on", later="today")
    policy = facts.policy_in_force(facts.today).personnel_file
    if was_rejected(command, facts.files.of(command.person_id), policy):
        raise DocumentRejected()
    event = ev.DocumentFiled(
        **command.model_dump(include=set(ev.DocumentFiled.model_fields)),
    )
    return [ev.NewEvent(f"document/{command.document_id}", event, command.person_id)]
