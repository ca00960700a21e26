"""The digital personnel file: what lies in it, what each document is worth on a day, what is lacking.

A fold over the document events. A document counts as verified only after an officer accepted it,
and not beyond its last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from domain import events as ev
from domain.agency import Person
from domain.document_events import DocumentVerified, Verdict
from domain.identity import Actor
from domain.policy import DocumentType, FilePolicy, Kind, Severity, StepDocuments, Variant

# What a document is, as a word or a SIASN number. It stands readable in the record, so no sentence, no
# name with spaces and no NIP fits in.
DOCUMENT_TYPE = r"^([A-Za-z][A-Za-z_.-]{0,31}[0-9]{0,5}|[0-9]{1,5})$"
# A document is not older than any civil servant's file, nor from a day beyond counting.
OLDEST_DOCUMENT, NEWEST_DOCUMENT = date(1950, 1, 1), date(2199, 12, 31)


class DocumentState(StrEnum):
    """What a document, or the best of a type, is worth; ordered from best to worst."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    EXPIRED = "expired"
    REJECTED = "rejected"
    MISSING = "missing"


RANK = {state: rank for rank, state in enumerate(DocumentState)}


@dataclass(frozen=True)
class FiledDocument:
    """A document as the readable ledger knows it. `version` is that of its stream."""

    id: str
    person_id: str
    document_type: str
    sha256: str
    filed_by: tuple[str, str]
    issued_on: date | None = None
    version: int = 1
    verdict: Verdict | None = None
    valid_until: date | None = None


@dataclass
class PersonnelFiles:
    """All files of the agency: documents by id, and the documents of each person in filing order."""

    documents: dict[str, FiledDocument] = field(default_factory=dict)
    of_person: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def evolve(self, event: ev.Event, actor: Actor) -> None:
        """Apply one event and who did it; events of other streams are ignored."""
        if isinstance(event, ev.DocumentFiled):
            known = self.documents.get(event.document_id)
            self.documents[event.document_id] = FiledDocument(
                event.document_id,
                event.person_id,
                event.document_type,
                event.sha256,
                (actor.kind, actor.id),
                event.issued_on,
                known.version + 1 if known else 1,
            )
            mine = self.of_person.get(event.person_id, ())
            if event.document_id not in mine:
                self.of_person[event.person_id] = (*mine, event.document_id)
        elif isinstance(event, DocumentVerified):
            known = self.documents[event.document_id]
            self.documents[event.document_id] = replace(
                known, version=known.version + 1, verdict=event.outcome, valid_until=event.valid_until
            )

    def copy(self) -> PersonnelFiles:
        """A copy that can be evolved while this one stays as it is."""
        return PersonnelFiles(dict(self.documents), dict(self.of_person))

    def of(self, person_id: str) -> list[FiledDocument]:
        return [self.documents[document_id] for document_id in self.of_person.get(person_id, ())]


@dataclass(frozen=True)
class Requirement:
    """One document type that somebody's file needs, and how it stands: `document` is the best one."""

    code: str
    type: DocumentType
    state: DocumentState
    document: FiledDocument | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Lack:
    """A document that a step needs and the file does not have as the policy wants it."""

    code: str
    type: DocumentType
    state: DocumentState
    severity: Severity


def last_day(document: FiledDocument, policy: FilePolicy) -> date | None:
    """The last day on which the document counts: the officer's, else the type's period from its issue."""
    if document.valid_until is not None or document.issued_on is None:
        return document.valid_until
    code = policy.code_of(document.document_type)
    years = policy.types[code].valid_years if code else None
    if years is None:
        return None
    issued = document.issued_on
    # 29 February has no anniversary in most years: the period then ends on the 28th.
    day = 28 if (issued.month, issued.day) == (2, 29) else issued.day
    return date(issued.year + years, issued.month, day)


def state_of(document: FiledDocument, policy: FilePolicy, day: date) -> DocumentState:
    """What one document is worth on `day`."""
    if document.verdict == "rejected":
        return DocumentState.REJECTED
    until = last_day(document, policy)
    if document.verdict == "expired" or (until is not None and until < day):
        return DocumentState.EXPIRED
    return DocumentState.VERIFIED if document.verdict == "accepted" else DocumentState.UNVERIFIED


class Filing(Protocol):
    """What somebody wants to put into a file."""

    @property
    def document_type(self) -> str: ...
    @property
    def sha256(self) -> str: ...


def was_rejected(filing: Filing, filed: Iterable[FiledDocument], policy: FilePolicy) -> bool:
    """Whether a file holds these very bytes as the same type, by whatever word, and rejected."""
    return any(
        document.verdict == "rejected"
        and document.sha256 == filing.sha256
        and _kind(document.document_type, policy) == _kind(filing.document_type, policy)
        for document in filed
    )


def _kind(document_type: str, policy: FilePolicy) -> str:
    return policy.code_of(document_type) or document_type


def codes_at_hand(filed: Iterable[FiledDocument], policy: FilePolicy, day: date) -> tuple[str, ...]:
    """The types of which a file has a document that counts on `day`, verified or not yet; sorted."""
    return _codes(filed, policy, day, DocumentState.VERIFIED, DocumentState.UNVERIFIED)


def verified_codes(filed: Iterable[FiledDocument], policy: FilePolicy, day: date) -> tuple[str, ...]:
    """The types of which a file has a document that an officer accepted and that counts on `day`; sorted."""
    return _codes(filed, policy, day, DocumentState.VERIFIED)


def _codes(
    filed: Iterable[FiledDocument], policy: FilePolicy, day: date, *enough: DocumentState
) -> tuple[str, ...]:
    codes = {
        policy.code_of(document.document_type)
        for document in filed
        if state_of(document, policy, day) in enough
    }
    return tuple(sorted(code for code in codes if code is not None))


def standing(
    codes: Iterable[str], filed: Iterable[FiledDocument], policy: FilePolicy, day: date
) -> list[Requirement]:
    """How each of these document types stands in a file on `day`, in the order given."""
    best: dict[str, tuple[DocumentState, FiledDocument]] = {}
    for document in filed:
        code = policy.code_of(document.document_type)
        if code is None:
            continue
        state = state_of(document, policy, day)
        if code not in best or RANK[state] <= RANK[best[code][0]]:
            best[code] = (state, document)
    found = []
    for code in codes:
        known = best.get(code)
        if known is None:
            found.append(Requirement(code, policy.types[code], DocumentState.MISSING))
        else:
            state, document = known
            found.append(Requirement(code, policy.types[code], state, document, last_day(document, policy)))
    return found


def completeness(person: Person, files: PersonnelFiles, policy: FilePolicy, day: date) -> list[Requirement]:
    """The documents that a person's kind of employment requires, and how each stands on `day`."""
    return standing(policy.required_of(person.employment_kind), files.of(person.id), policy, day)


def lacking(
    step: str,
    *,
    kind: Kind,
    variant: Variant,
    filed: Iterable[FiledDocument],
    policy: FilePolicy,
    day: date,
) -> list[Lack]:
    """What the file lacks for a step of a process on `day`, HARD and WARN alike."""
    filed = list(filed)
    found = []
    for rule in policy.for_steps:
        if (
            rule.kind is not kind
            or step not in rule.steps
            or (rule.variants and variant not in rule.variants)
        ):
            continue
        found += [
            Lack(item.code, item.type, item.state, rule.severity)
            for item in standing(rule.types, filed, policy, day)
            if not _enough(item.state, rule)
        ]
    return found


def _enough(state: DocumentState, rule: StepDocuments) -> bool:
    if rule.demand == "verified":
        return state is DocumentState.VERIFIED
    return state in (DocumentState.VERIFIED, DocumentState.UNVERIFIED)
