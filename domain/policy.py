"""An agency's policy: offices, routes, deadlines, rules and date windows, as data with citations.

A policy document is versioned, in force from a date, hashed over its canonical JSON, and kept
whole in the ledger, so that any finding can be recomputed under the text of its day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.canonical import digest
from domain.evaluation_policy import EvaluationRules
from domain.personal_data_policy import PersonalDataRules
from domain.promotion_policy import PromotionRules
from domain.publishing_policy import PublishingRules
from domain.question_policy import AuditQuestions
from domain.rank_policy import RankRules
from domain.review_policy import ReviewRules
from domain.rule_parameters import RuleParameters, Severity
from domain.sign_in_policy import FirstPasswords, PasswordAgain
from domain.talent_policy import TalentRules

__all__ = ["RuleParameters", "Severity"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """The kinds of personnel action. Each has a process of its own."""

    MUTATION = "mutation"
    PROMOTION = "promotion"
    EVALUATION = "evaluation"


class Variant(StrEnum):
    """The variants of all kinds of personnel action; those of a transfer come from Peraturan BKN 5/2019,
    those of an evaluation from the city's own practice (six-monthly) and PP 30/2019 art. 56-58.
    """

    WITHIN_AGENCY = "within_agency"
    WITHIN_UNIT = "within_unit"
    OWN_REQUEST = "own_request"
    INTER_AGENCY_IN = "inter_agency_in"
    INTER_AGENCY_OUT = "inter_agency_out"
    SIX_MONTHLY = "six_monthly"
    PERFORMANCE_IMPROVEMENT = "performance_improvement"
    TEMPORARY_PLACEMENT = "temporary_placement"
    DISMISSAL_PROPOSAL = "dismissal_proposal"
    TALENT_POOL = "talent_pool"
    MERIT_EXEMPTION = "merit_exemption"
    OPEN_SELECTION = "open_selection"


Transfer = Literal[
    Variant.WITHIN_AGENCY,
    Variant.WITHIN_UNIT,
    Variant.OWN_REQUEST,
    Variant.INTER_AGENCY_IN,
    Variant.INTER_AGENCY_OUT,
]
TRANSFERS: tuple[Transfer, ...] = get_args(Transfer)
# Offices that only a case knows: who asked for it, the assessment team of its day, whom it is about, who
# rates them and who stands above that.
OFFICES_OF_A_CASE = frozenset({"committee", "initiator", "subject", "assessor", "assessor_superior"})


class PostSelector(_Part):
    """Which posts carry an office. Every condition that is given must hold; `*` matches any text."""

    kinds: tuple[str, ...] = ()
    name: str | None = None
    unit_name: str | None = None
    heads_unit: bool = False

    def matches(self, *, kind: str, name: str, opd_name: str, heads_unit: bool) -> bool:
        return (
            (not self.kinds or kind in self.kinds)
            and (self.name is None or fnmatchcase(name.casefold(), self.name.casefold()))
            and (self.unit_name is None or fnmatchcase(opd_name.casefold(), self.unit_name.casefold()))
            and (not self.heads_unit or heads_unit)
        )


class OfficeRule(_Part):
    """An office: where it is found in the structure and who stands above it.

    `scope` is `agency` (one for all), `unit` (one for each unit directly below the agency) or
    `every_unit` (the leader of each unit, above whom stands the leader of the next-higher one).
    `superior` receives its tasks when the office is vacant, wholly excluded, or overdue.
    """

    name_id: str
    name_en: str
    scope: Literal["agency", "unit", "every_unit"]
    posts: tuple[PostSelector, ...] = ()
    superior: str | None = None
    citation: str
    doubt: str | None = None


class Committee(_Part):
    """Who sits, who chairs, how many make a quorum and what carries a motion."""

    members: tuple[str, ...]
    chair: str
    quorum: int
    citation: str
    doubt: str | None = None


class Silence(_Part):
    """What the law makes of an authority's silence (never anything for our own offices)."""

    on_working_day: int
    outcome: Literal["auto_approve"]
    post_kinds: tuple[str, ...] = ()
    citation: str
    doubt: str | None = None


class StepRule(_Part):
    """One step of a route: whose task it is, how long it may take, and what it demands."""

    name_id: str
    name_en: str
    phase: str
    office: str
    of_unit: Literal["origin", "target"] = "origin"
    sla_working_days: int | None
    form: str | None = None
    excludes_actors_of: tuple[str, ...] = ()
    definitive_only: bool = False
    proposes_override: bool = False
    confirms_override: bool = False
    reassesses: bool = False
    expires: bool = True
    silence: Silence | None = None
    escalates_to: str | None = None
    sla_by_variant: dict[str, int] = Field(default_factory=dict)
    citation: str
    doubt: str | None = None


class Clearance(_Part):
    """A consent from outside that some cases need: those that touch one of `posts` (as origin or
    target), or, with `election_window`, those that take effect inside one.
    """

    step: str
    posts: tuple[PostSelector, ...] = ()
    election_window: bool = False
    citation: str
    doubt: str | None = None


class Route(_Part):
    """The steps of one variant of a kind of action, in order."""

    kind: Kind = Kind.MUTATION
    variant: Variant
    steps: tuple[str, ...]
    citation: str
    doubt: str | None = None


class DateWindow(_Part):
    """A closed period of days, both ends included."""

    first: date
    last: date
    citation: str
    doubt: str | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


class ActingTerm(_Part):
    """How long somebody may act for a holder (Plt for a vacancy, Plh for an absence)."""

    maximum_days: int
    citation: str
    doubt: str | None = None


class DecreeNumbering(_Part):
    """The yearly, gap-free number of a decree. `template` knows {number} and {year}."""

    template: str
    citation: str
    doubt: str | None = None


class Deadlines(_Part):
    """What happens on the way to a deadline, in halves and multiples of a step's working days."""

    expiry_multiple: int
    citation: str
    doubt: str | None = None


class WriteBackRule(_Part):
    """How long the connector tries to tell SIASN before an officer does, at which hour (local) SIASN is
    compared with the register, and whose offices settle where they differ.
    """

    gives_up_after_working_days: int = Field(ge=1)
    compares_at_hour: int = Field(ge=0, le=23)
    differences_by: tuple[str, ...]
    citation: str
    doubt: str | None = None


class DocumentType(_Part):
    """A type of document in a personnel file. `siasn_id` is SIASN's number for it; `valid_years` counts
    from the date of issue, None where it does not lapse.
    """

    name_id: str
    name_en: str
    siasn_id: int | None = None
    valid_years: int | None = Field(default=None, ge=1)
    citation: str
    doubt: str | None = None


class RequiredDocuments(_Part):
    """The document types that every file of these kinds of employment has to hold."""

    employment_kinds: tuple[str, ...]
    types: tuple[str, ...]
    citation: str
    doubt: str | None = None


class StepDocuments(_Part):
    """The document types that steps of a process need: filed, or verified too. HARD lets nobody approve
    the step without them, WARN shows what is lacking. No `variants` means all of the kind.
    """

    kind: Kind = Kind.MUTATION
    variants: tuple[Variant, ...] = ()
    steps: tuple[str, ...]
    types: tuple[str, ...]
    demand: Literal["filed", "verified"]
    severity: Literal[Severity.HARD, Severity.WARN]
    citation: str
    doubt: str | None = None


class FilePolicy(_Part):
    """The digital personnel file: its document types, who needs which, what steps need, who verifies."""

    types: dict[str, DocumentType]
    required: tuple[RequiredDocuments, ...]
    for_steps: tuple[StepDocuments, ...]
    verified_by: tuple[str, ...]
    citation: str
    doubt: str | None = None

    def code_of(self, document_type: str) -> str | None:
        """The type that a filed document's word means, its code or SIASN number; None for any other."""
        if document_type in self.types:
            return document_type
        return self._by_siasn_id.get(document_type)

    def required_of(self, employment_kind: str) -> tuple[str, ...]:
        """The codes that a file of that kind of employment has to hold, each once."""
        found = (
            code for rule in self.required if employment_kind in rule.employment_kinds for code in rule.types
        )
        return tuple(dict.fromkeys(found))

    @cached_property
    def _by_siasn_id(self) -> dict[str, str]:
        return {str(known.siasn_id): code for code, known in self.types.items() if known.siasn_id is not None}


class Policy(_Part):
    """One version of an agency's policy."""

    id: str
    agency: str
    agency_name: str
    effective_from: date
    offices: dict[str, OfficeRule]
    committee: Committee
    steps: dict[str, StepRule]
    routes: tuple[Route, ...]
    clearances: tuple[Clearance, ...]
    inauguration_for: tuple[str, ...]
    inauguration_skipped_for: tuple[Variant, ...]
    election_windows: tuple[DateWindow, ...]
    rules: dict[str, RuleParameters]
    promotion: PromotionRules
    rank_promotion: RankRules
    acting_terms: dict[str, ActingTerm]
    deadlines: Deadlines
    write_back: WriteBackRule
    decree_numbering: DecreeNumbering
    submitters: dict[str, tuple[str, ...]]
    acting_granted_by: tuple[str, ...]
    annulment_by: dict[str, tuple[str, ...]]
    readers: dict[str, tuple[str, ...]]
    talent: TalentRules
    evaluation: EvaluationRules
    personnel_file: FilePolicy
    audit_questions: AuditQuestions = Field(default_factory=AuditQuestions)
    publishing: PublishingRules
    review: ReviewRules
    personal_data: PersonalDataRules
    password_again: PasswordAgain = Field(default_factory=PasswordAgain)
    first_passwords: FirstPasswords = Field(default_factory=FirstPasswords)

    @model_validator(mode="after")
    def _names_resolve(self) -> Policy:
        for step in self.steps.values():
            if step.office not in self.offices and step.office not in OFFICES_OF_A_CASE:
                raise ValueError(f"step office {step.office!r} is not defined")
            for earlier in step.excludes_actors_of:
                if earlier not in self.steps and earlier != "initiator":
                    raise ValueError(f"excluded step {earlier!r} is not defined")
        for route in self.routes:
            missing = [step for step in route.steps if step not in self.steps]
            if missing:
                raise ValueError(f"route {route.kind} {route.variant} names unknown steps {missing}")
        for office in (*self.committee.members, self.committee.chair):
            if office not in self.offices:
                raise ValueError(f"committee office {office!r} is not defined")
        asking = [step for step in self.password_again.steps if step not in self.steps]
        if asking:
            raise ValueError(f"steps {asking} that ask for the password again are not defined")
        for clearance in self.clearances:
            if clearance.step not in self.steps:
                raise ValueError(f"clearance step {clearance.step!r} is not defined")
        return self

    @model_validator(mode="after")
    def _documents_resolve(self) -> Policy:
        demands: tuple[RequiredDocuments | StepDocuments, ...] = (
            *self.personnel_file.required,
            *self.personnel_file.for_steps,
        )
        for demanded in demands:
            unknown = [code for code in demanded.types if code not in self.personnel_file.types]
            if unknown:
                raise ValueError(f"document types {unknown} are not defined")
        for needing in self.personnel_file.for_steps:
            unknown = [step for step in needing.steps if step not in self.steps]
            if unknown:
                raise ValueError(f"steps {unknown} that need documents are not defined")
        profiling = self.talent.campaign
        unknown = [code for codes in profiling.documents.values() for code in codes]
        unknown = [code for code in unknown if code not in self.personnel_file.types]
        if unknown or profiling.reminds not in self.offices:
            raise ValueError(f"the campaign names unknown documents {unknown} or an unknown office")
        for office in (*self.talent.entry.by, *self.talent.entry.confirmed_by):
            if office not in self.offices or self.offices[office].scope != "agency":
                raise ValueError(f"office {office!r} that keeps talent records is none of the agency's")
        for office in self.personnel_file.verified_by:
            if office not in self.offices:
                raise ValueError(f"verifying office {office!r} is not defined")
        own = self.personal_data
        for office in (*own.requested_by, *own.approved_by, *own.process_viewers, *own.access.copies_by):
            if office not in self.offices:
                raise ValueError(f"office {office!r} of personal data is not defined")
        return self

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON of the whole document, in hexadecimal."""
        return digest(self.model_dump(mode="json"))

    @property
    def version(self) -> str:
        """The part of the id behind the agency."""
        return self.id.rpartition("/")[2]

    def weight_of(self, rule: str) -> RuleParameters:
        """How a rule of any kind of action is weighed; raises KeyError."""
        for rules in (self.rules, self.promotion.rules):
            if rule in rules:
                return rules[rule]
        return self.rank_promotion.rules[rule]

    def election_window_on(self, day: date, post_kinds: Collection[str | None]) -> DateWindow | None:
        """The window before an election in which nobody is moved from or to a post of these kinds."""
        barred = set(self.rules["election_window"].parameters["post_kinds"])
        if barred.isdisjoint(post_kinds):
            return None
        return next((window for window in self.election_windows if window.holds(day)), None)

    def route(self, kind: Kind, variant: Variant) -> Route:
        """The route of a kind and variant; raises KeyError where the policy has none."""
        for route in self.routes:
            if (route.kind, route.variant) == (kind, variant):
                return route
        raise KeyError(kind, variant)


def in_force(policies: Iterable[Policy], day: date) -> Policy | None:
    """The newest policy that took effect on or before `day`; the oldest one before its time."""
    ordered = sorted(policies, key=lambda policy: policy.effective_from)
    current = [policy for policy in ordered if policy.effective_from <= day] or ordered[:1]
    return current[-1] if current else None
