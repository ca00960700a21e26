"""May this person's rank be raised in this period? Rules that answer with reasons.

As in `domain.eligibility`: a rule is a function of the frozen sheet and the policy. What nobody has
established gives `unknown`, and an unanswered hard rule keeps a person off the list as a failed one does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain.calendar import months_after
from domain.career import yearly_ratings
from domain.eligibility import PREDICATE_ORDER, Finding, explain, hard_stops, retirement_day_of
from domain.employment import EDUCATIONS, UnknownEducation, parse_education
from domain.fact_sheet import PerformanceYear, Sheet, SubjectFacts
from domain.facts import Facts
from domain.grades import parse_grade
from domain.personnel_file import codes_at_hand, verified_codes
from domain.policy import Policy
from domain.rank_path import RankPath
from domain.rank_policy import RankKind
from domain.register_facts import subject_facts
from domain.rule_parameters import RuleParameters
from domain.talent_record import TalentRecord
from domain.verdict import Verdict, entered_in, ruled


class RankSheet(Sheet):
    """Everything that the rules may use of one person.

    `months` are those in grade that the kind asks for, `due_on` when they are over; `filed` are the
    document types at hand, `verified` those that an officer accepted. `listed` is the path that the list
    gave, None while there is no list. `appointed_on` is the month of the first appointment, of the NIP.
    """

    period: date
    assessed_on: date
    subject: SubjectFacts
    grade_since: date | None
    kind: RankKind
    to_grade: str
    months: int
    due_on: date | None
    ceiling: str | None
    ratings: tuple[PerformanceYear, ...]
    vetoes: tuple[str, ...]
    filed: tuple[str, ...]
    verified: tuple[str, ...]
    listed: tuple[RankKind, str] | None = None
    appointed_on: date | None = None


Rule = Callable[[RankSheet, RuleParameters, Policy], Verdict]
RANK_RULES: dict[str, Rule] = {}
_rule = entered_in(RANK_RULES)


def rank_sheet(
    person_id: str, path: RankPath, period: date, record: TalentRecord, facts: Facts, policy: Policy, *,
    listed: tuple[RankKind, str] | None = None,
) -> RankSheet:  # fmt: skip
    """The facts of one person at `facts.now`. Raises UnknownReference for who is not registered."""
    person, filed = facts.agency.people[person_id], facts.files.of(person_id)
    known = facts.identity_of(person_id) if path.kind is RankKind.RETIREMENT else None
    return RankSheet(
        salt=facts.salt(),
        period=period,
        assessed_on=facts.today,
        subject=subject_facts(person_id, facts),
        grade_since=person.grade_since,
        kind=path.kind,
        to_grade=path.to_grade,
        months=path.months,
        due_on=path.due_on,
        ceiling=path.ceiling,
        ratings=yearly_ratings(record),
        vetoes=record.placement.vetoes if record.placement else (),
        filed=codes_at_hand(filed, policy.personnel_file, facts.today),
        verified=verified_codes(filed, policy.personnel_file, facts.today),
        listed=listed,
        appointed_on=known.appointed_on if known else None,
    )


def assess_rank(sheet: RankSheet, policy: Policy) -> tuple[Finding, ...]:
    """Judge the sheet by every rule on rank promotion that the policy weighs, in the order of their names."""
    return tuple(judge(name, sheet, policy) for name in sorted(policy.rank_promotion.rules))


def judge(rule: str, sheet: RankSheet, policy: Policy) -> Finding:
    """What one rule says of the sheet."""
    verdict = RANK_RULES[rule](sheet, policy.rank_promotion.rules[rule], policy)
    return explain(rule, verdict.outcome, verdict.facts, policy, "id")


def stops(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The hard rules that keep a person off: failed, or unanswered."""
    return tuple(finding.rule for finding in hard_stops(findings, unanswered=True))


@_rule("rank_identity")
def is_identity_valid(sheet: RankSheet, _: RuleParameters, __: Policy) -> Verdict:
    return ruled(passes=sheet.subject.nip_birth_date is not None)


@_rule("rank_active")
def is_in_service(sheet: RankSheet, rule: RuleParameters, _: Policy) -> Verdict:
    status = sheet.subject.employment_status
    return ruled(passes=status in rule.parameters["eligible"], employment_status=status)


@_rule("rank_integrity")
def is_free_of_vetoes(sheet: RankSheet, rule: RuleParameters, _: Policy) -> Verdict:
    status = sheet.subject.employment_status
    barred = bool(sheet.vetoes) or status in rule.parameters["status_codes"]
    return ruled(passes=not barred, employment_status=status)


@_rule("rank_as_listed")
def is_the_path_that_was_listed(sheet: RankSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.listed is None:
        return Verdict("not_applicable")
    kind, to_grade = sheet.listed
    return ruled(passes=(sheet.kind, sheet.to_grade) == sheet.listed, kind=kind.value, to_grade=to_grade)


@_rule("rank_years")
def are_the_years_over(sheet: RankSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.due_on is None:
        return Verdict("unknown", {"months": sheet.months})
    return ruled(passes=sheet.due_on <= sheet.period, months=sheet.months, due_on=sheet.due_on.isoformat())


@_rule("rank_ceiling")
def is_below_the_ceiling(sheet: RankSheet, _: RuleParameters, __: Policy) -> Verdict:
    if sheet.kind is RankKind.RETIREMENT:
        return Verdict("not_applicable")
    if sheet.ceiling is None:
        return Verdict("unknown", {"to_grade": sheet.to_grade})
    fits = parse_grade(sheet.to_grade) <= parse_grade(sheet.ceiling)
    return ruled(passes=fits, to_grade=sheet.to_grade, ceiling=sheet.ceiling)


@_rule("rank_performance")
def has_performed_well(sheet: RankSheet, rule: RuleParameters, policy: Policy) -> Verdict:
    """The last years before the period, the newest of which may be missing in its first months only:
    last year's rating is given early in the year.
    """
    years, least = policy.rank_promotion.kinds[sheet.kind].years_rated, str(rule.parameters["at_least"])
    known = {item.year: item.predicate for item in sheet.ratings}
    newest = sheet.period.year - 1
    if newest not in known and sheet.period.month <= int(rule.parameters["last_year_until_month"]):
        newest -= 1
    wanted = range(newest, newest - years, -1)
    rated = [{"year": year, "predicate": known[year]} for year in wanted if year in known]
    enough = PREDICATE_ORDER.index(least)
    if any(PREDICATE_ORDER.index(str(item["predicate"])) < enough for item in rated):
        return Verdict("fail", {"rated": rated, "years": years})
    if len(rated) < years:
        return Verdict("unknown", {"rated": rated, "years": years})
    return Verdict("pass", {"rated": rated, "years": years})


@_rule("rank_examination")
def has_passed_the_examination(sheet: RankSheet, _: RuleParameters, policy: Policy) -> Verdict:
    rule = policy.rank_promotion.examination
    crossing = rule.before.get(sheet.to_grade)
    if crossing is None or sheet.kind not in rule.kinds:
        return Verdict("not_applicable")
    known = {"to_grade": sheet.to_grade, "document": crossing.document}
    try:
        held = parse_education(sheet.subject.education or "")
        if held.level >= EDUCATIONS[crossing.exempt_from].level:
            return Verdict("pass", known | {"education": held.code})
    except UnknownEducation:
        pass  # not exempt by it
    passed = {crossing.document, *crossing.instead} & set(sheet.verified)
    return ruled(passes=bool(passed), **known)


@_rule("rank_credit")
def has_the_credit(sheet: RankSheet, rule: RuleParameters, _: Policy) -> Verdict:
    if sheet.kind is not RankKind.FUNCTIONAL:
        return Verdict("not_applicable")
    types = [str(code) for code in rule.parameters["types"]]
    passes = not set(types).isdisjoint(sheet.verified)
    return Verdict("pass" if passes else "unknown", {"types": ", ".join(types)})


@_rule("rank_retirement")
def is_before_retirement(sheet: RankSheet, rule: RuleParameters, _: Policy) -> Verdict:
    leaves, age = _leaves(sheet.subject, rule)
    return ruled(passes=sheet.period < leaves, retires_on=leaves.isoformat(), age_limit=age)


@_rule("rank_last_month")
def is_the_last_month(sheet: RankSheet, _: RuleParameters, policy: Policy) -> Verdict:
    """On retirement one rises on the first of the month in which one is discharged, and in no other."""
    if sheet.kind is not RankKind.RETIREMENT:
        return Verdict("not_applicable")
    month = rises_on_retirement(sheet.subject, policy)
    return ruled(passes=sheet.period == month, rises_on=month.isoformat())


@_rule("rank_service")
def has_served_long_enough(sheet: RankSheet, rule: RuleParameters, _: Policy) -> Verdict:
    """The longer one has served, the fewer months in the last grade are asked for on retirement."""
    if sheet.kind is not RankKind.RETIREMENT:
        return Verdict("not_applicable")
    if sheet.appointed_on is None or sheet.grade_since is None:
        return Verdict("unknown")
    served = sum(months_after(sheet.appointed_on, 12 * years) <= sheet.period for years in range(1, 61))
    passes = any(
        served >= years and months_after(sheet.grade_since, months) <= sheet.period
        for years, months in rule.parameters["years_and_months_in_grade"]
    )
    return ruled(passes=passes, served=served, grade_since=sheet.grade_since.isoformat())


@_rule("rank_documents")
def is_file_complete(sheet: RankSheet, rule: RuleParameters, _: Policy) -> Verdict:
    missing = sorted(set(rule.parameters["types"]) - set(sheet.filed))
    return ruled(passes=not missing, missing=", ".join(missing) or "-")


@_rule("rank_authority")
def is_decreed_by_the_agency(sheet: RankSheet, _: RuleParameters, policy: Policy) -> Verdict:
    rules = policy.rank_promotion
    own = rules.decrees_itself(sheet.kind, sheet.to_grade)
    return ruled(passes=own, to_grade=sheet.to_grade, highest=rules.authority.highest_own)


def rises_on_retirement(subject: SubjectFacts, policy: Policy) -> date:
    """The period in which somebody rises on retirement: the first of the month of their discharge."""
    leaves, _age = _leaves(subject, policy.rank_promotion.rules["rank_retirement"])
    return months_after(leaves, -1)


def _leaves(subject: SubjectFacts, limits: RuleParameters) -> tuple[date, int]:
    """The first day in retirement, and the age limit."""
    kind, name = subject.position_kind or "PELAKSANA", subject.position_name or ""
    return retirement_day_of(subject.birth_date, kind, name, limits.parameters)
