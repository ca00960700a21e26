"""Could rank promotions be judged and carried out under this policy? Its part of `domain.policy_check`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.employment import EDUCATIONS, PositionKind
from domain.fact_sheet import PerformanceYear, SubjectFacts, Unowned
from domain.grades import PNS_GRADES
from domain.identity import Capacity
from domain.offices import Offices
from domain.policy import Policy
from domain.rank_policy import RankKind, RankRules
from domain.rank_sheet import RANK_RULES, RankSheet, judge

# What the process itself asks for, besides the rules of the policy's choice.
ASKED_FOR = ("rank_active", "rank_as_listed", "rank_retirement")
UNFIT = (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError)
GRADES = {grade.code for grade in PNS_GRADES}
DAY = date(2027, 1, 1)
Fault = tuple[str, str, str]


def rank_faults(policy: Policy) -> Iterator[Fault]:
    """Code, place and sentence of everything that is wrong."""
    rules = policy.rank_promotion
    yield from _periods(rules)
    yield from _references(rules, policy)
    for name in ASKED_FOR:
        if name not in rules.rules:
            yield "rule-missing", f"rank_promotion.rules.{name}", "the process asks for it"
    for name in rules.rules:
        where = f"rank_promotion.rules.{name}"
        if name not in RANK_RULES:
            yield "rule-unknown", where, "no rule of this name can be judged"
            continue
        wrong = _failure(name, policy)
        if wrong is not None:
            yield "rule-unjudgeable", where, wrong


def _periods(rules: RankRules) -> Iterator[Fault]:
    periods = rules.periods
    if not periods.months or not set(periods.months) <= set(range(1, 13)):
        yield "period-senseless", "rank_promotion.periods.months", "months are numbers from 1 to 12"
    elif not periods.opens_on(DAY) <= periods.closes_on(DAY) < DAY:
        where = "rank_promotion.periods"
        yield "window-reversed", where, "a list is sent between two days before its period"


def _references(rules: RankRules, policy: Policy) -> Iterator[Fault]:
    """Offices, grades, educations, documents and kinds of post that there are not."""
    for name in ("proposed_by", "sent_by", "recorded_by", "decreed_by"):
        if not getattr(rules.hands, name):
            yield "office-unknown", f"rank_promotion.hands.{name}", "nobody could do it"
    crossings = rules.examination.before
    by_education = (rules.highest.by_education, rules.entry.by_education)
    grades = {*by_education[0].values(), *by_education[1].values(), *crossings, rules.authority.highest_own}
    educations = {*by_education[0], *by_education[1], *(each.exempt_from for each in crossings.values())}
    documents = {rule.document for rule in rules.kinds.values() if rule.document is not None}
    documents |= {code for each in crossings.values() for code in (each.document, *each.instead)}
    post_kinds = {post_kind for rule in rules.kinds.values() for post_kind in rule.post_kinds}
    for what, named, known in (
        ("office", rules.hands.offices, policy.offices.keys()),
        ("grade", grades, GRADES),
        ("education", educations, EDUCATIONS.keys()),
        ("document", documents, policy.personnel_file.types.keys()),
        ("post-kind", post_kinds, {kind.value for kind in PositionKind}),
    ):
        for missing in sorted(named - known):
            yield f"{what}-unknown", "rank_promotion", f"{missing} is not defined"


def unowned_act(policy: Policy, offices: Offices, day: date) -> tuple[str, Unowned] | None:
    """The act on a rank list for which there is nobody as the offices are held on `day`, and why; None where
    each has somebody. Who makes the list neither sends nor decrees it.
    """
    hands = policy.rank_promotion.hands
    makers = _holders(hands.proposed_by, offices, day)
    for name in ("proposed_by", "recorded_by", "sent_by", "decreed_by"):
        able = _holders(getattr(hands, name), offices, day)
        if not able:
            return name, "vacant"
        if name == "decreed_by" and not (able := _definitive(able, hands.decreed_by, offices, day)):
            return name, "acting_only"
        if name in ("sent_by", "decreed_by") and not any(makers - {person} for person in able):
            return name, "two_roles"
    return None


def _definitive(people: set[str], named: tuple[str, ...], offices: Offices, day: date) -> set[str]:
    return {
        person
        for person in people
        for key, signature in offices.exercised_by(person, day)
        if key in named and signature.capacity is Capacity.DEFINITIVE
    }


def _holders(named: tuple[str, ...], offices: Offices, day: date) -> set[str]:
    """Who holds one of the offices, or the nearest one above an office that nobody holds."""
    found: set[str] = set()
    for office in named:
        key: str | None = office
        while key is not None and not offices.holders(key, day):
            key = offices.superior(key)
        found |= offices.holders(key, day) if key is not None else set()
    return found


def _failure(name: str, policy: Policy) -> str | None:
    """What keeps a rule from judging made-up people of every kind and grade."""
    for kind in policy.rank_promotion.kinds:
        for to_grade in (*policy.rank_promotion.examination.before, "III/b"):
            try:
                judge(name, _sheet(kind, to_grade), policy)
            except UNFIT as error:
                return f"it cannot be judged by these parameters: {type(error).__name__} {error}"
    return None


def _sheet(kind: RankKind, to_grade: str) -> RankSheet:
    return RankSheet(
        salt="",
        period=DAY,
        assessed_on=DAY,
        subject=SubjectFacts(
            person_id="nobody",
            employment_kind="PNS",
            employment_status="01",
            grade="III/a",
            education="D-III",
            birth_date=date(1985, 5, 17),
            nip_birth_date=date(1985, 5, 17),
            position_id="one",
            position_name="Perawat Ahli Muda",
            position_kind="FUNGSIONAL",
            position_since=date(2020, 1, 1),
        ),
        grade_since=date(2023, 1, 1),
        kind=kind,
        to_grade=to_grade,
        months=48,
        due_on=DAY,
        ceiling="III/d",
        ratings=tuple(PerformanceYear(year=year, predicate="BAIK") for year in (2024, 2025)),
        vetoes=(),
        filed=(),
        verified=(),
        appointed_on=date(2008, 1, 1),
    )
