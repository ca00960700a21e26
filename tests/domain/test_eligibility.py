"""Every rule says pass, fail or unknown with its facts, and what would put it right, in both languages."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.eligibility import RULES, assess, explain, retirement_day, years_before
from domain.fact_sheet import (
    Attestation,
    FactSheet,
    PerformanceYear,
    SeparationFacts,
    SubjectFacts,
    TargetFacts,
)
from domain.finding_texts import REMEDIES, TEXTS
from domain.policy import TRANSFERS, DateWindow, Severity, Variant
from tests.domain.town import kota_serang

GOOD = (PerformanceYear(year=2024, predicate="BAIK"), PerformanceYear(year=2025, predicate="SANGAT_BAIK"))
CLEAN = Attestation(
    no_discipline=True,
    no_court_process=True,
    not_on_study_leave=True,
    no_audit_findings=True,
    performance=GOOD,
)
IN, OUT = Variant.INTER_AGENCY_IN, Variant.INTER_AGENCY_OUT
SKIPPED = "not_applicable"


def a_sheet(**changes: Any) -> FactSheet:
    """A nurse's transfer that passes; `subject_…` and `target_…` change parts."""
    subject: dict[str, Any] = {
        "person_id": "p",
        "employment_kind": "PNS",
        "employment_status": "01",
        "grade": "III/d",
        "birth_date": date(1985, 5, 17),
        "nip_birth_date": date(1985, 5, 17),
        "position_id": "nurse-1",
        "position_name": "Perawat Ahli Muda",
        "position_kind": "FUNGSIONAL",
        "position_since": date(2023, 3, 1),
    }
    target: dict[str, Any] = {
        "position_id": "school-nurse",
        "name": "Perawat Ahli Muda",
        "kind": "FUNGSIONAL",
        "grade_min": "III/c",
        "grade_max": "III/d",
    }
    for name in list(changes):
        part, _, key = name.partition("_")
        if part == "subject":
            subject[key] = changes.pop(name)
        elif part == "target" and key:
            target[key] = changes.pop(name)
    values: dict[str, Any] = {
        "salt": "0",
        "assessed_on": date(2026, 11, 24),
        "submitted_on": date(2026, 11, 24),
        "variant": Variant.WITHIN_AGENCY,
        "effective_date": date(2026, 12, 1),
        "subject": SubjectFacts(**subject),
        "target": TargetFacts(**target),
        "attested": CLEAN,
    }
    return FactSheet(**(values | changes))


def attested(**changes: Any) -> Attestation:
    return CLEAN.model_copy(update=changes)


def rated(*years: tuple[int, str]) -> Attestation:
    return attested(
        performance=tuple(PerformanceYear.model_validate({"year": y, "predicate": p}) for y, p in years)
    )


CASES: list[tuple[str, str, FactSheet]] = [
    ("separation_of_duties", "pass", a_sheet(separation=SeparationFacts())),
    ("separation_of_duties", "fail", a_sheet(separation=SeparationFacts(step="bkn_review", why="vacant"))),
    ("separation_of_duties", SKIPPED, a_sheet()),
    ("identity", "pass", a_sheet()),
    ("identity", "fail", a_sheet(subject_nip_birth_date=None)),
    ("employment_active", "pass", a_sheet()),
    *(("employment_active", "fail", a_sheet(subject_employment_status=s)) for s in ("02", "03", "15", "99")),
    ("no_discipline", "pass", a_sheet()),
    ("no_discipline", "fail", a_sheet(attested=attested(no_discipline=False))),
    ("no_discipline", "fail", a_sheet(subject_employment_status="15")),
    ("no_discipline", "unknown", a_sheet(attested=None)),
    ("no_court_process", "pass", a_sheet()),
    ("no_court_process", "fail", a_sheet(attested=attested(no_court_process=False))),
    ("no_court_process", "unknown", a_sheet(attested=None)),
    ("not_on_study_leave", "pass", a_sheet()),
    ("not_on_study_leave", "fail", a_sheet(attested=attested(not_on_study_leave=False))),
    ("not_on_study_leave", "fail", a_sheet(subject_employment_status="03", attested=None)),
    ("not_on_study_leave", "unknown", a_sheet(attested=None)),
    ("no_audit_findings", SKIPPED, a_sheet(attested=attested(no_audit_findings=False))),
    ("no_audit_findings", "pass", a_sheet(variant=OUT)),
    ("no_audit_findings", "fail", a_sheet(variant=IN, attested=attested(no_audit_findings=False))),
    ("no_audit_findings", "unknown", a_sheet(variant=OUT, attested=None)),
    ("position_vacant", "pass", a_sheet()),
    ("position_vacant", "fail", a_sheet(target_held_by="somebody")),
    ("position_vacant", SKIPPED, a_sheet(variant=OUT, target=None)),
    ("effective_date", "pass", a_sheet(effective_date=date(2026, 11, 23))),
    ("effective_date", "fail", a_sheet(effective_date=date(2026, 11, 22))),
    ("effective_date", "pass", a_sheet(effective_date=date(2028, 11, 23))),
    ("effective_date", "fail", a_sheet(effective_date=date(2028, 11, 24))),
    ("effective_date", "fail", a_sheet(effective_date=date(2026, 12, 1), decree_date=date(2026, 12, 2))),
    (
        "retirement_age",
        "pass",
        a_sheet(subject_birth_date=date(1968, 11, 30), effective_date=date(2026, 11, 30)),
    ),
    (
        "retirement_age",
        "fail",
        a_sheet(subject_birth_date=date(1968, 11, 30), effective_date=date(2026, 12, 1)),
    ),
    ("retirement_near", "pass", a_sheet()),
    ("retirement_near", "pass", a_sheet(subject_birth_date=date(1969, 11, 30))),
    ("retirement_near", "fail", a_sheet(subject_birth_date=date(1969, 10, 31))),
    ("election_window", SKIPPED, a_sheet()),
    ("election_window", "pass", a_sheet(target_kind="PENGAWAS")),
    ("partner_names_post", SKIPPED, a_sheet()),
    ("partner_names_post", "unknown", a_sheet(variant=IN, requested_post_name="Perawat")),
    (
        "partner_names_post",
        "pass",
        a_sheet(variant=IN, requested_post_name="Perawat", consented_post_name=" PERAWAT"),
    ),
    (
        "partner_names_post",
        "fail",
        a_sheet(variant=OUT, requested_post_name="Perawat", consented_post_name="Bidan"),
    ),
    ("tenure_minimum", "pass", a_sheet(subject_position_since=date(2024, 12, 1))),
    ("tenure_minimum", "fail", a_sheet(subject_position_since=date(2024, 12, 2))),
    ("tenure_minimum", "unknown", a_sheet(subject_position_since=None)),
    ("tenure_minimum", "unknown", a_sheet(subject_position_since=None, subject_position_id=None, variant=IN)),
    ("tenure_minimum", SKIPPED, a_sheet(subject_position_since=None, subject_position_id=None)),
    ("tenure_maximum", "pass", a_sheet(subject_position_since=date(2021, 12, 1))),
    ("tenure_maximum", "fail", a_sheet(subject_position_since=date(2021, 11, 30))),
    ("tenure_maximum", SKIPPED, a_sheet(subject_position_since=None)),
    ("performance", "pass", a_sheet()),
    ("performance", "unknown", a_sheet(attested=None)),
    ("performance", "fail", a_sheet(attested=rated((2025, "BAIK")))),
    ("performance", "fail", a_sheet(attested=rated())),
    ("performance", "fail", a_sheet(attested=rated((2024, "BUTUH_PERBAIKAN"), (2025, "BAIK")))),
    ("performance", "fail", a_sheet(attested=rated((2025, "BAIK"), (2025, "BAIK")))),  # one year, told twice
    ("performance", "fail", a_sheet(attested=rated((2024, "BAIK"), (2025, "BAIK"), (2025, "KURANG")))),
    ("performance", "fail", a_sheet(attested=rated((1998, "BAIK"), (1999, "BAIK")))),  # long ago
    ("performance", "fail", a_sheet(attested=rated((2027, "BAIK"), (2028, "BAIK")))),  # not yet
    ("performance", "pass", a_sheet(attested=rated((2023, "KURANG"), (2024, "BAIK"), (2025, "BAIK")))),
    ("linearity", "pass", a_sheet(target_name="Perawat Ahli Madya")),
    ("linearity", "fail", a_sheet(target_name="Guru Ahli Muda")),
    ("linearity", SKIPPED, a_sheet(target_kind="PENGAWAS")),
    ("leadership_demotion", SKIPPED, a_sheet()),
    ("leadership_demotion", "pass", a_sheet(subject_position_kind="JPT", target_kind="JPT")),
    ("leadership_demotion", "fail", a_sheet(subject_position_kind="JPT", target_kind="ADMINISTRATOR")),
    ("grade_band", "pass", a_sheet()),
    ("grade_band", "fail", a_sheet(subject_grade="IV/a")),
    ("grade_band", "unknown", a_sheet(subject_grade="letnan")),
    ("grade_band", "unknown", a_sheet(subject_grade="IX")),  # a PPPK grade of a PNS
    ("grade_band", SKIPPED, a_sheet(target_grade_min=None)),
    ("grade_band", SKIPPED, a_sheet(subject_employment_kind="PPPK", subject_grade="IX")),
    ("birth_date_matches", "pass", a_sheet()),
    ("birth_date_matches", "fail", a_sheet(subject_birth_date=date(1985, 5, 18))),
    ("birth_date_matches", "unknown", a_sheet(subject_nip_birth_date=None)),
    ("contract_employee", "pass", a_sheet()),
    ("contract_employee", "fail", a_sheet(subject_employment_kind="PPPK", subject_grade="IX")),
]


@pytest.mark.parametrize(
    ("rule", "outcome", "sheet"), CASES, ids=[f"{r}-{o}-{n}" for n, (r, o, _) in enumerate(CASES)]
)
def test_rule(rule: str, outcome: str, sheet: FactSheet) -> None:
    finding = next(f for f in assess(sheet, kota_serang()).findings if f.rule == rule)
    assert finding.outcome == outcome, finding
    for language in ("id", "en"):
        said = explain(rule, finding.outcome, finding.facts, kota_serang(), language)
        assert said.message
        assert "{" not in said.message
        assert bool(said.remedy) is (outcome in ("fail", "unknown"))
    assert finding.citation


def test_every_rule_and_every_sentence_is_reached() -> None:
    reached = {(rule, outcome) for rule, outcome, _ in CASES} | {
        ("election_window", "fail"),
        ("election_window", "unknown"),
    }
    assert {(rule, outcome) for rule, texts in TEXTS.items() for outcome in texts} == {
        pair for pair in reached if pair[1] != SKIPPED
    }
    assert set(RULES) == set(TEXTS) == set(REMEDIES) == set(kota_serang().rules)


@pytest.mark.parametrize(
    ("consent", "decree", "outcome"),
    [(False, None, "unknown"), (False, date(2026, 11, 24), "fail"), (True, date(2026, 11, 24), "pass")],
)
def test_election_window_asks_for_consent_and_blocks_without(
    outcome: Literal["pass", "fail", "unknown"], decree: date | None, *, consent: bool
) -> None:
    window = DateWindow(first=date(2026, 12, 1), last=date(2026, 12, 1), citation="UU 10/2016")
    policy = kota_serang().model_copy(update={"election_windows": (window,)})
    sheet = a_sheet(target_kind="JPT", election_consent=consent, decree_date=decree)
    finding = next(f for f in assess(sheet, policy).findings if f.rule == "election_window")
    assert finding.outcome == outcome
    assert "2026-12-01" in explain("election_window", "fail", finding.facts, policy, "en").message


def test_contract_employee_is_warned_about_and_not_stopped() -> None:
    assessment = assess(a_sheet(subject_employment_kind="PPPK", subject_grade="IX"), kota_serang())
    assert [f.rule for f in assessment.failed(Severity.WARN)] == ["contract_employee"]
    assert not assessment.failed(Severity.HARD)
    assert not assessment.failed(Severity.OVERRIDE)


@pytest.mark.parametrize(
    ("kind", "name", "age"),
    [
        ("JPT", "Kepala Dinas", 60),
        ("ADMINISTRATOR", "Sekretaris Dinas", 58),
        ("PENGAWAS", "Kepala Seksi", 58),
        ("PELAKSANA", "Pengadministrasi", 58),
        ("FUNGSIONAL", "Perawat Ahli Muda", 58),
        ("FUNGSIONAL", "Perawat Ahli Madya", 60),
        ("FUNGSIONAL", "Dokter Ahli Utama", 65),
        ("FUNGSIONAL", "Guru Ahli Muda", 60),
        ("FUNGSIONAL", "Kepala Sekolah", 60),
    ],
)
def test_retirement_age_by_post(kind: str, name: str, age: int) -> None:
    limits = kota_serang().rules["retirement_age"].parameters
    leaves, limit = retirement_day(a_sheet(target_kind=kind, target_name=name), limits)
    assert limit == age
    assert leaves == date(1985 + age, 6, 1), "first of the month after the birthday"


@pytest.mark.parametrize(
    ("born", "leaves"),
    [
        (date(1968, 12, 31), date(2027, 1, 1)),
        (date(1968, 1, 1), date(2026, 2, 1)),
        (date(1968, 2, 29), date(2026, 3, 1)),
    ],
)
def test_retirement_day_at_the_edges_of_the_calendar(born: date, leaves: date) -> None:
    sheet = a_sheet(subject_birth_date=born, target_name="Perawat Ahli Muda")
    assert retirement_day(sheet, kota_serang().rules["retirement_age"].parameters)[0] == leaves


def test_years_before_a_leap_day() -> None:
    assert years_before(date(2028, 2, 29), 2) == date(2026, 2, 28)


def test_fact_sheets_hash_is_salted_and_changes_with_every_fact() -> None:
    sheets = [
        a_sheet(),
        a_sheet(salt="1"),
        a_sheet(subject_grade="IV/a"),
        a_sheet(attested=None),
        a_sheet(decree_date=date(2026, 12, 1)),
    ]
    assert len({sheet.hash for sheet in sheets}) == len(sheets)
    assert a_sheet().hash == a_sheet().hash


@given(
    kind=st.sampled_from(["JPT", "ADMINISTRATOR", "PENGAWAS", "FUNGSIONAL", "PELAKSANA"]),
    name=st.text(max_size=30),
    grade=st.text(max_size=5) | st.sampled_from(["III/a", "IV/e", "IX"]),
    born=st.dates(date(1940, 1, 1), date(2010, 1, 1)),
    since=st.none() | st.dates(date(1980, 1, 1), date(2030, 1, 1)),
    effective=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    attestation=st.sampled_from([None, CLEAN, rated()]),
)
def test_no_facts_leave_a_rule_without_words(
    kind: str,
    name: str,
    grade: str,
    born: date,
    since: date | None,
    effective: date,
    attestation: Attestation | None,
) -> None:
    for variant, target in product(TRANSFERS, (True, False)):
        sheet = a_sheet(
            variant=variant,
            effective_date=effective,
            attested=attestation,
            subject_grade=grade,
            subject_birth_date=born,
            subject_position_since=since,
            target_kind=kind,
            target_name=name,
        )
        if not target:
            sheet = sheet.model_copy(update={"target": None})
        for finding in assess(sheet, kota_serang()).findings:
            assert finding.message
            assert explain(finding.rule, finding.outcome, finding.facts, kota_serang(), "en").message
