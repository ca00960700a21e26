"""Every rule of a policy tried on made-up cases: numbers that no rule could judge by are found before law.

A rule may say what it likes of a made-up case; it must not fail for want of a number, or for a text where a
number belongs. Nobody's data is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from domain.candidacy import CANDIDATE_RULES, CandidateSheet
from domain.eligibility import KIND_ORDER, RULES, explain
from domain.employment import EDUCATIONS
from domain.fact_sheet import Attestation, FactSheet, PerformanceYear, SubjectFacts, TargetFacts
from domain.policy import TRANSFERS, Policy
from domain.verdict import Verdict

DAY = date(2026, 6, 15)
UNFIT = (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError)
RATED = tuple(PerformanceYear(year=year, predicate="BAIK") for year in (2024, 2025))


def failing_rules(policy: Policy) -> Iterator[tuple[str, str]]:
    """`(where, what is wrong)` of each rule that cannot judge every made-up case."""
    rules = [(f"rules.{name}", name) for name in policy.rules if name in RULES]
    for where, name in rules:
        wrong = _failure(name, policy, [_judged(name, sheet, policy) for sheet in _sheets()])
        if wrong is not None:
            yield where, wrong
    for name in policy.promotion.rules:
        if name in CANDIDATE_RULES:
            wrong = _failure(name, policy, [_stood(name, sheet, policy) for sheet in _candidates(policy)])
            if wrong is not None:
                yield f"promotion.rules.{name}", wrong
    for kind, wanted in policy.promotion.requirements.items():
        if wanted.education not in EDUCATIONS:
            yield f"promotion.requirements.{kind}", f"there is no education {wanted.education}"


def _judged(name: str, sheet: FactSheet, policy: Policy) -> Callable[[], Verdict]:
    return lambda: RULES[name](sheet, policy.rules[name], policy)


def _stood(name: str, sheet: CandidateSheet, policy: Policy) -> Callable[[], Verdict]:
    return lambda: CANDIDATE_RULES[name](sheet, policy.promotion.rules[name], policy)


def _failure(name: str, policy: Policy, cases: list[Callable[[], Verdict]]) -> str | None:
    for case in cases:
        try:
            verdict = case()
            explain(name, verdict.outcome, verdict.facts, policy, "id")
        except UNFIT as error:
            return f"it cannot be judged by these parameters: {type(error).__name__} {error}"
    return None


def _subject(kind: str, **changes: Any) -> SubjectFacts:
    values: dict[str, Any] = {
        "person_id": "nobody",
        "employment_kind": "PNS",
        "employment_status": "01",
        "grade": "III/d",
        "education": "S-1",
        "birth_date": date(1985, 5, 17),
        "nip_birth_date": date(1985, 5, 17),
        "position_id": "one",
        "position_name": "Perawat Ahli Muda",
        "position_kind": kind,
        "position_since": date(2023, 3, 1),
    }
    return SubjectFacts(**(values | changes))


def _target(kind: str, eselon: str | None = None) -> TargetFacts:
    return TargetFacts(
        position_id="two", name="Perawat Ahli Muda", kind=kind, eselon=eselon, grade_min="III/c",
        grade_max="III/d",
    )  # fmt: skip


def _sheets() -> Iterator[FactSheet]:
    attested = Attestation(
        no_discipline=True, no_court_process=True, not_on_study_leave=True, no_audit_findings=True,
        performance=RATED,
    )  # fmt: skip
    for variant in TRANSFERS:
        for kind in KIND_ORDER:
            for seen in (None, attested):
                yield FactSheet(
                    salt="", assessed_on=DAY, submitted_on=DAY, variant=variant, effective_date=DAY,
                    subject=_subject(kind), target=_target(kind), requested_post_name="Perawat Ahli Muda",
                    consented_post_name="Perawat Ahli Muda", attested=seen,
                )  # fmt: skip


def _candidates(policy: Policy) -> Iterator[CandidateSheet]:
    echelons = (None, *policy.promotion.grade_bands.by_echelon)
    for kind in policy.promotion.requirements:
        for eselon in echelons:
            for box in (None, 9):
                yield CandidateSheet(
                    salt="", vacancy_id="none", assessed_on=DAY, effective_date=DAY,
                    subject=_subject("FUNGSIONAL"), target=_target(kind, eselon), rank=1, selected=False,
                    box=box, performance=box and 9000, potential=box and 9000, placement_hash=None,
                    lapses_on=date(2027, 1, 1), vetoes=(), kind_since=date(2020, 1, 1), ratings=RATED,
                    document_types=(),
                )  # fmt: skip
