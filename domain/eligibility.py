"""May this person be moved to this post? Rules that answer with reasons.

A rule is a pure function of the frozen fact sheet and the policy's parameters. It returns a
verdict with the facts it used; `assess` turns verdicts into findings with severity and citation
from the policy. A fact that nobody has established yet gives `unknown`, never a silent pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.fact_sheet import FactSheet, SeparationFacts
from domain.finding_texts import message_of, remedy_of
from domain.findings import FindingFacts, FindingOutcome
from domain.grades import UnknownGrade, parse_grade
from domain.policy import Policy, RuleParameters, Severity, Variant
from domain.verdict import Outcome, Verdict, entered_in, ruled

PREDICATE_ORDER = ("SANGAT_KURANG", "KURANG", "BUTUH_PERBAIKAN", "BAIK", "SANGAT_BAIK")
KIND_ORDER = ("PELAKSANA", "FUNGSIONAL", "PENGAWAS", "ADMINISTRATOR", "JPT")


class PolicyName(BaseModel):
    """Under which text somebody was judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    version: str
    hash: str


class Finding(BaseModel):
    """What a rule said about a case, with its law, the facts it used, and what would remedy it.

    `facts` and `message` are personal data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    outcome: Outcome
    severity: Severity
    citation: str
    facts: dict[str, Any]
    parameters: dict[str, Any]
    message: str
    remedy: str | None
    policy: PolicyName


@dataclass(frozen=True)
class Assessment:
    """All findings of one sheet under one policy, with the questions that follow from them."""

    findings: tuple[Finding, ...]
    fact_sheet: FactSheet

    def failed(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is severity and f.outcome == "fail")

    @property
    def facts(self) -> tuple[FindingFacts, ...]:
        return facts_of(self.findings)

    @property
    def outcomes(self) -> tuple[FindingOutcome, ...]:
        return outcomes_of(self.findings)


Rule = Callable[[FactSheet, RuleParameters, Policy], Verdict]
RULES: dict[str, Rule] = {}
_rule = entered_in(RULES)


def assess(sheet: FactSheet, policy: Policy) -> Assessment:
    """Judge `sheet` by every rule that the policy weighs, in the order of their names, which is the same
    whoever wrote the policy down; rules it does not name do not speak.
    """
    findings = []
    for name, weight in sorted(policy.rules.items()):
        verdict = RULES[name](sheet, weight, policy)
        findings.append(explain(name, verdict.outcome, verdict.facts, policy, "id"))
    return Assessment(tuple(findings), sheet)


def outcomes_of(findings: tuple[Finding, ...]) -> tuple[FindingOutcome, ...]:
    """What the ledger keeps readable of findings."""
    return tuple(FindingOutcome(rule=f.rule, outcome=f.outcome, severity=f.severity) for f in findings)


def facts_of(findings: tuple[Finding, ...]) -> tuple[FindingFacts, ...]:
    """What the ledger seals of findings."""
    return tuple(FindingFacts(rule=f.rule, facts=f.facts) for f in findings if f.facts)


def hard_stops(findings: Iterable[Finding], *, unanswered: bool) -> list[Finding]:
    """What nobody can override: hard rules that failed, and `unanswered` ones where a decision is due."""
    stopping = ("fail", "unknown") if unanswered else ("fail",)
    return [f for f in findings if f.severity is Severity.HARD and f.outcome in stopping]


def explain(rule: str, outcome: Outcome, facts: dict[str, Any], policy: Policy, language: str) -> Finding:
    """The finding in full, in `language` (`id` or `en`), under the policy that weighed it."""
    weight = policy.weight_of(rule)
    return Finding(
        rule=rule,
        outcome=outcome,
        severity=weight.severity,
        citation=weight.citation,
        facts=facts,
        parameters=weight.parameters,
        message=message_of(rule, outcome, facts, weight.parameters, language),
        remedy=remedy_of(rule, outcome, language),
        policy=name_of(policy),
    )


def name_of(policy: Policy) -> PolicyName:
    """The name, version and hash by which findings and cases cite a policy."""
    return PolicyName(id=policy.id, version=policy.version, hash=policy.hash)


def years_before(day: date, years: int) -> date:
    """The same calendar day `years` earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def retirement_day(sheet: FactSheet, limits: dict[str, Any]) -> tuple[date, int]:
    """First day of the month after the age limit of the post is reached (PP 11/2017 art. 239)."""
    kind = sheet.target.kind if sheet.target else sheet.subject.position_kind or "PELAKSANA"
    name = sheet.target.name if sheet.target else sheet.subject.position_name or ""
    return retirement_day_of(sheet.subject.birth_date, kind, name, limits)


def retirement_day_of(
    birth_date: date, kind: str, post_name: str, limits: dict[str, Any]
) -> tuple[date, int]:
    """The first day in retirement of somebody in a post of that kind and name, and the age limit."""
    name = post_name.upper()
    if kind == "FUNGSIONAL":
        for level in ("UTAMA", "MADYA"):
            if name.endswith(f"AHLI {level}"):
                kind = f"FUNGSIONAL_{level}"
        if name.startswith(("GURU", "KEPALA SEKOLAH")):
            kind = "GURU"
    age = int(limits.get(kind, limits["PELAKSANA"]))
    reached = years_before(birth_date, -age)
    year, month = (reached.year + 1, 1) if reached.month == 12 else (reached.year, reached.month + 1)
    return date(year, month, 1), age


def separation_verdict(separation: SeparationFacts | None, policy: Policy) -> Verdict:
    """Whether each step to come has a lawful owner; the step is named as the policy names it."""
    if separation is None:
        return Verdict("not_applicable")
    if separation.step is None:
        return Verdict("pass")
    step = policy.steps[separation.step]
    names = {"step_name_id": step.name_id, "step_name_en": step.name_en}
    return Verdict("fail", {"step": separation.step, "why": separation.why, **names})


@_rule("separation_of_duties")
def has_every_step_an_owner(sheet: FactSheet, _: RuleParameters, policy: Policy) -> Verdict:
    return separation_verdict(sheet.separation, policy)


@_rule("identity")
def is_identity_valid(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    return ruled(passes=sheet.subject.nip_birth_date is not None)


@_rule("employment_active")
def is_employment_active(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    status = sheet.subject.employment_status
    return ruled(passes=status in rule.parameters["eligible"], employment_status=status)


@_rule("no_discipline")
def is_free_of_discipline(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    if sheet.subject.employment_status in rule.parameters["status_codes"]:
        return Verdict("fail", {"employment_status": sheet.subject.employment_status})
    return _attested(sheet, "no_discipline")


@_rule("no_court_process")
def is_free_of_court_process(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    return _attested(sheet, "no_court_process")


@_rule("not_on_study_leave")
def is_not_on_study_leave(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    if sheet.subject.employment_status in rule.parameters["status_codes"]:
        return Verdict("fail", {"employment_status": sheet.subject.employment_status})
    return _attested(sheet, "not_on_study_leave")


@_rule("no_audit_findings")
def is_free_of_audit_findings(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.variant not in (Variant.INTER_AGENCY_IN, Variant.INTER_AGENCY_OUT):
        return Verdict("not_applicable")
    return _attested(sheet, "no_audit_findings")


def _attested(sheet: FactSheet, question: str) -> Verdict:
    if sheet.attested is None:
        return Verdict("unknown")
    answered = bool(getattr(sheet.attested, question))
    return ruled(passes=answered, attested=answered)


@_rule("position_vacant")
def is_position_vacant(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.target is None:
        return Verdict("not_applicable")
    held_by_other = sheet.target.held_by is not None
    return ruled(passes=not held_by_other, position_id=sheet.target.position_id, vacant=not held_by_other)


@_rule("effective_date")
def is_effective_date_possible(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    earliest = date.fromordinal(
        sheet.submitted_on.toordinal() - int(rule.parameters["earliest_days_before_submission"])
    )
    latest = date.fromordinal(
        sheet.submitted_on.toordinal() + int(rule.parameters["latest_days_after_submission"])
    )
    if sheet.decree_date is not None:
        earliest = max(earliest, sheet.decree_date)
    return ruled(
        passes=earliest <= sheet.effective_date <= latest,
        effective_date=sheet.effective_date.isoformat(),
        earliest=earliest.isoformat(),
        latest=latest.isoformat(),
    )


@_rule("retirement_age")
def is_before_retirement(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    leaves, age = retirement_day(sheet, rule.parameters)
    return ruled(passes=sheet.effective_date < leaves, retires_on=leaves.isoformat(), age_limit=age)


@_rule("retirement_near")
def is_retirement_far(sheet: FactSheet, rule: RuleParameters, policy: Policy) -> Verdict:
    leaves, _ = retirement_day(sheet, policy.rules["retirement_age"].parameters)
    months = (leaves.year - sheet.effective_date.year) * 12 + leaves.month - sheet.effective_date.month
    return ruled(
        passes=months >= int(rule.parameters["months"]), retires_on=leaves.isoformat(), months_left=months
    )


@_rule("election_window")
def is_outside_election_window(sheet: FactSheet, rule: RuleParameters, policy: Policy) -> Verdict:
    kinds = {sheet.subject.position_kind, sheet.target.kind if sheet.target else None}
    if not kinds & set(rule.parameters["post_kinds"]):
        return Verdict("not_applicable")
    window = policy.election_window_on(sheet.effective_date, kinds)
    if window is None:
        return Verdict("pass")
    period = {"first": window.first.isoformat(), "last": window.last.isoformat()}
    if sheet.election_consent:
        return Verdict("pass", {**period, "consent": True})
    return Verdict("unknown" if sheet.decree_date is None else "fail", {**period, "consent": False})


@_rule("partner_names_post")
def does_partner_name_the_post(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.variant not in (Variant.INTER_AGENCY_IN, Variant.INTER_AGENCY_OUT):
        return Verdict("not_applicable")
    if sheet.consented_post_name is None:
        return Verdict("unknown")
    same = _plain(sheet.consented_post_name) == _plain(sheet.requested_post_name or "")
    return ruled(passes=same, requested=sheet.requested_post_name, consented=sheet.consented_post_name)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


@_rule("tenure_minimum")
def has_served_minimum_tenure(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    since = sheet.subject.position_since
    if sheet.subject.position_id is None and sheet.variant is not Variant.INTER_AGENCY_IN:
        return Verdict("not_applicable")
    if since is None:
        return Verdict("unknown")
    enough = since <= years_before(sheet.effective_date, int(rule.parameters["years"]))
    return ruled(passes=enough, position_since=since.isoformat())


@_rule("tenure_maximum")
def is_within_maximum_tenure(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    since = sheet.subject.position_since
    if since is None:
        return Verdict("not_applicable")
    within = since >= years_before(sheet.effective_date, int(rule.parameters["years"]))
    return ruled(passes=within, position_since=since.isoformat())


@_rule("performance")
def has_performed_well(sheet: FactSheet, rule: RuleParameters, _: Policy) -> Verdict:
    if sheet.attested is None:
        return Verdict("unknown")
    wanted = int(rule.parameters["years"])
    enough = PREDICATE_ORDER.index(rule.parameters["at_least"])
    worst: dict[int, str] = {}
    for item in sheet.attested.performance:
        if item.year <= sheet.assessed_on.year:
            known = worst.get(item.year, item.predicate)
            worst[item.year] = min(known, item.predicate, key=PREDICATE_ORDER.index)
    # Last year's rating is given early this year, so the newest one may be two years old.
    years = sorted(year for year in worst if year >= sheet.assessed_on.year - wanted - 1)[-wanted:]
    good = len(years) == wanted and all(PREDICATE_ORDER.index(worst[year]) >= enough for year in years)
    return ruled(passes=good, rated=[{"year": year, "predicate": worst[year]} for year in years])


@_rule("linearity")
def is_move_linear(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    if (
        sheet.target is None
        or sheet.target.kind != "FUNGSIONAL"
        or sheet.subject.position_kind != "FUNGSIONAL"
    ):
        return Verdict("not_applicable")
    old, new = _family(sheet.subject.position_name or ""), _family(sheet.target.name)
    return ruled(passes=old == new, from_family=old, to_family=new)


def _family(name: str) -> str:
    """The functional post without its level: "Guru Ahli Muda" -> "guru"."""
    levels = (
        "ahli pertama",
        "ahli muda",
        "ahli madya",
        "ahli utama",
        "pemula",
        "terampil",
        "mahir",
        "penyelia",
    )
    plain = _plain(name)
    if plain.startswith("kepala sekolah"):
        return "guru"
    for level in levels:
        plain = plain.removesuffix(" " + level)
    return plain


@_rule("leadership_demotion")
def keeps_leadership_rank(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.target is None or sheet.subject.position_kind != "JPT":
        return Verdict("not_applicable")
    keeps = (
        KIND_ORDER.index(sheet.target.kind) >= KIND_ORDER.index("JPT")
        if sheet.target.kind in KIND_ORDER
        else True
    )
    return ruled(passes=keeps, from_kind="JPT", to_kind=sheet.target.kind)


@_rule("grade_band")
def is_grade_in_band(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    target = sheet.target
    if (
        target is None
        or not target.grade_min
        or not target.grade_max
        or sheet.subject.employment_kind != "PNS"
    ):
        return Verdict("not_applicable")
    known = {"grade": sheet.subject.grade, "band": f"{target.grade_min} - {target.grade_max}"}
    try:
        lowest, grade, highest = (
            parse_grade(text) for text in (target.grade_min, sheet.subject.grade, target.grade_max)
        )
        return ruled(passes=lowest <= grade <= highest, **known)
    except (UnknownGrade, TypeError):  # not a grade, or one of the other scheme (PPPK)
        return Verdict("unknown", known)


@_rule("birth_date_matches")
def does_birth_date_match(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.subject.nip_birth_date is None:
        return Verdict("unknown")
    return ruled(passes=sheet.subject.nip_birth_date == sheet.subject.birth_date)


@_rule("contract_employee")
def is_permanent_employee(sheet: FactSheet, _: RuleParameters, __: Policy) -> Verdict:
    kind = sheet.subject.employment_kind
    return ruled(passes=kind == "PNS", employment_kind=kind)
