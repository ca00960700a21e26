"""May this candidate be promoted to this post? The candidate's frozen sheet and the rules on it.

The same rules speak twice: when the list is frozen, and again when somebody is chosen, because a hard
finding of that day stops the choice. Sources: PP 11/2017 jo. PP 17/2020 (requirements of posts),
PermenPANRB 3/2020 (talent pool); every number is the policy's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from domain.eligibility import (
    PREDICATE_ORDER,
    Finding,
    explain,
    facts_of,
    outcomes_of,
    retirement_day_of,
    separation_verdict,
    years_before,
)
from domain.employment import EDUCATIONS, UnknownEducation, parse_education
from domain.events import ActionAssessed
from domain.fact_sheet import PerformanceYear, SeparationFacts, Sheet, SubjectFacts, TargetFacts
from domain.grades import UnknownGrade, parse_grade
from domain.policy import Policy, RuleParameters
from domain.verdict import Verdict, entered_in, ruled


class CandidateSheet(Sheet):
    """Everything that the rules may use of one candidate.

    Axes are in hundredths. `rank` is the place on the frozen list, or the lower of that place and the
    committee's where one is chosen; `kind_since` is the day since which the person has held posts of
    a kind from which the post is filled. `selected`: named by an open selection. `election_consent` is
    None as long as nobody can have asked the ministry, `separation` outside the choice.
    """

    vacancy_id: str
    assessed_on: date
    effective_date: date
    subject: SubjectFacts
    target: TargetFacts
    rank: int
    selected: bool
    box: int | None
    performance: int | None
    potential: int | None
    placement_hash: str | None
    lapses_on: date | None
    vetoes: tuple[str, ...]
    kind_since: date | None
    ratings: tuple[PerformanceYear, ...]
    document_types: tuple[str, ...]
    election_consent: bool | None = None
    separation: SeparationFacts | None = None


class StartSheet(Sheet):
    """All that is asked when a promotion starts: the candidates were judged when their list was frozen."""

    separation: SeparationFacts


Rule = Callable[[CandidateSheet, RuleParameters, Policy], Verdict]
CANDIDATE_RULES: dict[str, Rule] = {}
_rule = entered_in(CANDIDATE_RULES)
SEPARATION = "candidate_separation"


def assess_candidate(sheet: CandidateSheet, policy: Policy) -> tuple[Finding, ...]:
    """Judge the sheet by every promotion rule that the policy weighs."""
    found = []
    for name, weight in sorted(policy.promotion.rules.items()):
        verdict = CANDIDATE_RULES[name](sheet, weight, policy)
        found.append(explain(name, verdict.outcome, verdict.facts, policy, "id"))
    return tuple(found)


def separation_assessed(sheet: StartSheet, policy: Policy) -> ActionAssessed:
    """What the start of a promotion is told of the steps to come, where the policy asks for it."""
    verdict = separation_verdict(sheet.separation, policy)
    asked = [SEPARATION] if SEPARATION in policy.promotion.rules else []
    findings = tuple(explain(name, verdict.outcome, verdict.facts, policy, "id") for name in asked)
    return ActionAssessed(
        at_step="submission",
        outcomes=outcomes_of(findings),
        fact_sheet_hash=sheet.hash,
        policy_hash=policy.hash,
        facts=facts_of(findings),
        fact_sheet=sheet.as_json(),
    )


@_rule(SEPARATION)
def has_every_step_an_owner(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    return separation_verdict(sheet.separation, policy)


@_rule("candidate_identity")
def is_identity_valid(sheet: CandidateSheet, _: RuleParameters, __: Policy) -> Verdict:
    return ruled(passes=sheet.subject.nip_birth_date is not None)


@_rule("candidate_effective_date")
def is_effective_date_near(sheet: CandidateSheet, rule: RuleParameters, _: Policy) -> Verdict:
    latest = sheet.assessed_on + timedelta(days=int(rule.parameters["latest_days"]))
    return ruled(
        passes=sheet.assessed_on <= sheet.effective_date <= latest,
        effective_date=sheet.effective_date.isoformat(),
        latest=latest.isoformat(),
    )


@_rule("candidate_election_window")
def is_outside_election_window(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    kinds = (sheet.subject.position_kind, sheet.target.kind)
    window = policy.election_window_on(sheet.effective_date, kinds)
    if window is None:
        return Verdict("pass")
    period = {"first": window.first.isoformat(), "last": window.last.isoformat()}
    if sheet.election_consent is None:
        return Verdict("unknown", period)
    return ruled(passes=sheet.election_consent, **period)


@_rule("candidate_active")
def is_in_active_service(sheet: CandidateSheet, rule: RuleParameters, _: Policy) -> Verdict:
    status = sheet.subject.employment_status
    return ruled(passes=status in rule.parameters["eligible"], employment_status=status)


@_rule("candidate_integrity")
def is_free_of_vetoes(sheet: CandidateSheet, rule: RuleParameters, _: Policy) -> Verdict:
    status = sheet.subject.employment_status
    barred = bool(sheet.vetoes) or status in rule.parameters["status_codes"]
    return ruled(passes=not barred, employment_status=status)


@_rule("candidate_permanent")
def is_civil_servant(sheet: CandidateSheet, _: RuleParameters, __: Policy) -> Verdict:
    kind = sheet.subject.employment_kind
    return ruled(passes=kind == "PNS", employment_kind=kind)


@_rule("candidate_kind")
def comes_from_a_feeding_post(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    wanted = policy.promotion.requirements[sheet.target.kind].from_kinds
    kind = sheet.subject.position_kind
    return ruled(passes=kind in wanted, kind=kind or "-")


@_rule("candidate_education")
def has_the_education(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    least = policy.promotion.requirements[sheet.target.kind].education
    try:
        held = parse_education(sheet.subject.education or "")
    except UnknownEducation:
        return Verdict("unknown", {"least": least})
    return ruled(passes=held.level >= EDUCATIONS[least].level, education=held.code, least=least)


@_rule("candidate_retirement")
def is_before_retirement(sheet: CandidateSheet, rule: RuleParameters, _: Policy) -> Verdict:
    leaves, age = retirement_day_of(
        sheet.subject.birth_date, sheet.target.kind, sheet.target.name, rule.parameters
    )
    return ruled(passes=sheet.effective_date < leaves, retires_on=leaves.isoformat(), age_limit=age)


@_rule("candidate_age")
def is_not_too_old(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    oldest = policy.promotion.requirements[sheet.target.kind].oldest
    if oldest is None:
        return Verdict("not_applicable")
    born = sheet.subject.birth_date
    return ruled(passes=born > years_before(sheet.effective_date, oldest + 1), oldest=oldest)


@_rule("candidate_years")
def has_the_years_in_kind(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    years = policy.promotion.requirements[sheet.target.kind].years_in_kind
    if sheet.kind_since is None:
        return Verdict("unknown", {"years": years})
    enough = sheet.kind_since <= years_before(sheet.effective_date, years)
    return ruled(passes=enough, years=years, kind_since=sheet.kind_since.isoformat())


@_rule("candidate_performance")
def has_performed_well(sheet: CandidateSheet, rule: RuleParameters, _: Policy) -> Verdict:
    wanted, least = int(rule.parameters["years"]), str(rule.parameters["at_least"])
    newest = sheet.ratings[-wanted:]
    rated = [{"year": item.year, "predicate": item.predicate} for item in newest]
    if len(newest) < wanted:
        return Verdict("unknown", {"rated": rated})
    enough = PREDICATE_ORDER.index(least)
    good = all(PREDICATE_ORDER.index(item.predicate) >= enough for item in newest)
    return ruled(passes=good, rated=rated)


@_rule("candidate_competency")
def is_competency_valid(sheet: CandidateSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.box is None:
        return Verdict("unknown")
    if sheet.lapses_on is None:
        return Verdict("pass", {"lapses_on": "-"})
    return ruled(passes=sheet.effective_date < sheet.lapses_on, lapses_on=sheet.lapses_on.isoformat())


@_rule("candidate_grade_band")
def is_grade_in_band(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    band = policy.promotion.grade_bands.by_echelon.get(sheet.target.eselon or "")
    if band is None:
        return Verdict("not_applicable")
    known = {"grade": sheet.subject.grade, "band": f"{band[0]} - {band[1]}"}
    try:
        lowest, grade, highest = (parse_grade(text) for text in (band[0], sheet.subject.grade, band[1]))
        return ruled(passes=lowest <= grade <= highest, **known)
    except (UnknownGrade, TypeError):
        return Verdict("unknown", known)


@_rule("candidate_documents")
def is_file_complete(sheet: CandidateSheet, rule: RuleParameters, _: Policy) -> Verdict:
    missing = sorted(set(rule.parameters["types"]) - set(sheet.document_types))
    return ruled(passes=not missing, missing=", ".join(missing) or "-")


@_rule("candidate_retirement_near")
def is_retirement_far(sheet: CandidateSheet, rule: RuleParameters, policy: Policy) -> Verdict:
    limits = policy.promotion.rules["candidate_retirement"].parameters
    leaves, _ = retirement_day_of(sheet.subject.birth_date, sheet.target.kind, sheet.target.name, limits)
    months = (leaves.year - sheet.effective_date.year) * 12 + leaves.month - sheet.effective_date.month
    return ruled(passes=months >= int(rule.parameters["months"]), months_left=months)


@_rule("talent_pool")
def is_in_the_pool(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    """Whether the box is one of the law's pool, however far the list had to be widened."""
    if sheet.selected:
        return Verdict("not_applicable")
    if sheet.box is None:
        return Verdict("fail", {"box": "-"})
    return ruled(passes=sheet.box in policy.talent.pool.boxes, box=sheet.box)


@_rule("leading_ranks")
def is_among_the_first(sheet: CandidateSheet, _: RuleParameters, policy: Policy) -> Verdict:
    free = policy.promotion.pool.free_ranks
    return ruled(passes=sheet.rank <= free, rank=sheet.rank, free_ranks=free)
