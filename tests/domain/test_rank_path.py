"""Who becomes due for which grade, and what keeps a person off: both sides of every threshold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.agency import Person, Post
from domain.fact_sheet import PerformanceYear, SubjectFacts
from domain.rank_path import RankPath, path_of
from domain.rank_policy import RankKind
from domain.rank_sheet import RankSheet, assess_rank, stops
from tests.domain.town import kota_serang

JANUARY = date(2027, 1, 1)
BANDS = kota_serang().promotion.grade_bands.by_echelon
PERIODS = kota_serang().rank_promotion.periods


def path(
    grade: str = "III/a", since: date | None = date(2023, 1, 1), *, kind: str = "PELAKSANA",
    education: str | None = "S-1", verified: tuple[str, ...] = (), eselon: str | None = None,
    grade_max: str | None = None, in_post: date | None = date(2020, 1, 1), employed: str = "PNS",
) -> RankPath | None:  # fmt: skip
    person = Person(
        "ani", employed, grade, "01", education, "post", position_since=in_post, grade_since=since
    )
    post = Post("post", "Jabatan", "dinkes", kind, eselon=eselon, grade_max=grade_max)
    return path_of(person, post, verified, kota_serang(), JANUARY)


def towards(found: RankPath | None) -> tuple[RankKind, str, date | None]:
    assert found is not None
    return found.kind, found.to_grade, found.due_on


# --- the years ---


def test_a_clerk_rises_by_one_grade_four_years_after_the_last_one() -> None:
    assert towards(path("III/a", date(2023, 1, 1))) == (RankKind.REGULAR, "III/b", JANUARY)
    leap = path("II/d", date(2020, 2, 29), education="D-III")
    assert towards(leap) == (RankKind.REGULAR, "III/a", date(2024, 2, 29))
    leap = path("II/b", date(2021, 2, 28), education="D-III")
    assert towards(leap) == (RankKind.REGULAR, "II/c", date(2025, 2, 28))


def test_a_functional_post_holder_rises_two_years_after_the_last_grade() -> None:
    found = path("III/c", date(2025, 1, 1), kind="FUNGSIONAL", grade_max="III/d")
    assert towards(found) == (RankKind.FUNCTIONAL, "III/d", JANUARY)


def test_a_structural_post_holder_rises_four_years_after_the_last_grade() -> None:
    found = path("III/c", date(2023, 1, 1), kind="PENGAWAS", eselon="IV.a")
    assert towards(found) == (RankKind.STRUCTURAL, "III/d", JANUARY)


@pytest.mark.parametrize(
    ("grade_since", "in_post", "due"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), JANUARY),
        (date(2026, 1, 1), date(2026, 1, 2), date(2027, 1, 2)),
        (date(2026, 1, 2), date(2026, 1, 1), date(2027, 1, 2)),
    ],
)
def test_below_the_band_of_the_post_one_year_in_grade_and_in_post_is_enough(
    grade_since: date, in_post: date, due: date
) -> None:
    assert BANDS["III.b"][0] == "III/d"
    found = path("III/c", grade_since, kind="ADMINISTRATOR", eselon="III.b", in_post=in_post)
    assert towards(found) == (RankKind.STRUCTURAL, "III/d", due)


def test_at_the_lowest_grade_of_the_band_the_four_years_count_again() -> None:
    found = path("III/d", date(2026, 1, 1), kind="ADMINISTRATOR", eselon="III.b")
    assert towards(found) == (RankKind.STRUCTURAL, "IV/a", date(2030, 1, 1))


def test_nobody_is_due_of_whom_it_is_not_known_since_when_they_have_their_grade() -> None:
    assert towards(path(since=None)) == (RankKind.REGULAR, "III/b", None)
    assert towards(path("III/c", date(2026, 1, 1), kind="ADMINISTRATOR", eselon="III.b", in_post=None)) == (
        RankKind.STRUCTURAL, "III/d", None,
    )  # fmt: skip


# --- a diploma ---


def test_a_verified_examination_adjusts_the_grade_to_the_diploma_after_one_year() -> None:
    exam = ("UJIAN_PENYESUAIAN_IJAZAH",)
    found = path("II/b", date(2026, 1, 1), verified=exam)
    assert towards(found) == (RankKind.ADJUSTMENT, "III/a", JANUARY)


def test_without_the_examination_a_diploma_changes_nothing() -> None:
    assert towards(path("II/b", date(2023, 1, 1))) == (RankKind.REGULAR, "II/c", JANUARY)


def test_who_has_the_diplomas_grade_already_rises_by_the_years() -> None:
    exam = ("UJIAN_PENYESUAIAN_IJAZAH",)
    assert towards(path("III/a", date(2023, 1, 1), verified=exam)) == (RankKind.REGULAR, "III/b", JANUARY)


# --- whom it is not about ---


@pytest.mark.parametrize(
    "found",
    [
        path("IX", employed="PPPK"),
        path(employed="CPNS"),
        path(kind="PPK"),
        path("IV/e"),
        path("bukan golongan"),
    ],
)
def test_contract_staff_candidates_the_mayor_and_the_highest_grade_have_no_path(
    found: RankPath | None,
) -> None:
    assert found is None


def test_who_has_left_the_agency_has_no_path_in_it() -> None:
    there = Person("ani", "PNS", "III/a", "01", "S-1", grade_since=date(2023, 1, 1))
    for person, has_one in (
        (there, True),
        (replace(there, placed_by="an-action"), False),
        (replace(there, employment_status="99"), False),
        (replace(there, employment_status="99", position_id="post"), True),
    ):
        assert (path_of(person, None, (), kota_serang(), JANUARY) is not None) == has_one


# --- ceilings ---


@pytest.mark.parametrize(
    ("education", "highest"),
    [
        ("SD", "II/a"), ("SMP", "II/c"), ("SMA", "III/b"), ("D-I", "III/b"), ("D-II", "III/b"),
        ("D-III", "III/c"), ("D-IV", "III/d"), ("S-1", "III/d"), ("Profesi", "IV/a"), ("S-2", "IV/a"),
        ("S-3", "IV/b"),
    ],
)  # fmt: skip
def test_education_sets_the_highest_regular_grade(education: str, highest: str) -> None:
    at = path(highest, education=education)
    assert at is not None
    assert at.ceiling == highest
    assert at.reaches_beyond is True


@pytest.mark.parametrize(("grade", "beyond"), [("III/a", False), ("III/b", True)])
def test_a_school_leaver_stops_at_iii_b(grade: str, *, beyond: bool) -> None:
    found = path(grade, education="SMA")
    assert found is not None
    assert found.reaches_beyond is beyond


@pytest.mark.parametrize("echelon", sorted(BANDS))
def test_a_structural_post_stops_at_its_bands_highest_grade(echelon: str) -> None:
    found = path(BANDS[echelon][1], kind="JPT", eselon=echelon)
    assert found is not None
    assert found.reaches_beyond is True
    below = path(BANDS[echelon][0], kind="JPT", eselon=echelon)
    assert below is not None
    assert below.reaches_beyond is False


@pytest.mark.parametrize(("grade", "beyond"), [("III/c", False), ("III/d", True)])
def test_a_functional_post_stops_at_the_grade_of_its_level(grade: str, *, beyond: bool) -> None:
    found = path(grade, kind="FUNGSIONAL", grade_max="III/d")
    assert found is not None
    assert found.reaches_beyond is beyond


def test_a_ceiling_that_nobody_knows_is_no_permission() -> None:
    found = path(education=None)
    assert found is not None
    assert found.ceiling is None
    assert found.reaches_beyond is None
    assert "rank_ceiling" in stops(assess_rank(sheet(ceiling=None), kota_serang()))


# --- findings ---

RATED = (PerformanceYear(year=2024, predicate="BAIK"), PerformanceYear(year=2025, predicate="BAIK"))


def sheet(*, subject: dict[str, Any] | None = None, **changes: Any) -> RankSheet:
    """A clerk whom nothing bars."""
    known: dict[str, Any] = {
        "person_id": "ani",
        "employment_kind": "PNS",
        "employment_status": "01",
        "grade": "III/a",
        "education": "S-1",
        "birth_date": date(1985, 5, 17),
        "nip_birth_date": date(1985, 5, 17),
        "position_id": "post",
        "position_name": "Pengadministrasi",
        "position_kind": "PELAKSANA",
        "position_since": date(2020, 1, 1),
    }
    values: dict[str, Any] = {
        "salt": "salt",
        "period": JANUARY,
        "assessed_on": date(2026, 11, 24),
        "subject": SubjectFacts(**known | (subject or {})),
        "grade_since": date(2023, 1, 1),
        "kind": RankKind.REGULAR,
        "to_grade": "III/b",
        "months": 48,
        "due_on": JANUARY,
        "ceiling": "III/d",
        "ratings": RATED,
        "vetoes": (),
        "filed": (),
        "verified": (),
    }
    return RankSheet(**values | changes)


def said(found: RankSheet, rule: str) -> str:
    return next(f.outcome for f in assess_rank(found, kota_serang()) if f.rule == rule)


def rated(**years: str) -> tuple[PerformanceYear, ...]:
    return tuple(PerformanceYear.model_validate({"year": y[1:], "predicate": p}) for y, p in years.items())


def test_nothing_bars_a_clerk_in_good_standing() -> None:
    assert stops(assess_rank(sheet(), kota_serang())) == ()


def test_every_finding_has_its_law_and_every_open_one_its_remedy() -> None:
    barred = sheet(
        subject={"employment_status": "15", "nip_birth_date": None}, due_on=date(2027, 1, 2), ratings=(),
        kind=RankKind.FUNCTIONAL, to_grade="IV/c", listed=(RankKind.REGULAR, "IV/c"), period=date(2048, 1, 1),
    )  # fmt: skip
    for finding in (*assess_rank(sheet(), kota_serang()), *assess_rank(barred, kota_serang())):
        assert finding.citation
        assert finding.message
        assert (finding.remedy is None) == (finding.outcome in ("pass", "not_applicable"))


@pytest.mark.parametrize(
    ("due", "outcome"), [(JANUARY, "pass"), (date(2027, 1, 2), "fail"), (None, "unknown")]
)
def test_the_years_have_to_be_over_on_the_first_day_of_the_period(due: date | None, outcome: str) -> None:
    assert said(sheet(due_on=due), "rank_years") == outcome


@pytest.mark.parametrize(
    ("status", "outcome"), [("01", "pass"), ("03", "pass"), ("02", "fail"), ("99", "fail")]
)
def test_only_who_is_in_service_or_on_study_assignment_rises(status: str, outcome: str) -> None:
    assert said(sheet(subject={"employment_status": status}), "rank_active") == outcome


@pytest.mark.parametrize("status", ["04", "15", "16", "91"])
def test_discipline_and_criminal_process_bar_a_promotion(status: str) -> None:
    assert said(sheet(subject={"employment_status": status}), "rank_integrity") == "fail"
    assert said(sheet(vetoes=("discipline",)), "rank_integrity") == "fail"


@pytest.mark.parametrize(
    ("month", "ratings", "outcome"),
    [
        (1, rated(y2024="BAIK", y2025="BAIK"), "pass"),
        (3, rated(y2024="BAIK", y2025="SANGAT_BAIK"), "pass"),
        (4, rated(y2024="BAIK", y2025="BAIK"), "unknown"),
        (4, rated(y2025="BAIK", y2026="BAIK"), "pass"),
        (1, rated(y2025="BAIK", y2026="BAIK"), "pass"),
        (1, rated(y2024="BUTUH_PERBAIKAN", y2025="BAIK"), "fail"),
        (1, rated(y2024="BUTUH_PERBAIKAN", y2025="BAIK", y2026="BAIK"), "pass"),
        (1, rated(y2025="BAIK", y2026="KURANG"), "fail"),
        (1, rated(y2023="BAIK", y2024="BAIK"), "unknown"),
        (1, rated(y2025="BAIK"), "unknown"),
        (1, (), "unknown"),
    ],
)
def test_both_of_the_last_two_years_have_to_be_good(
    month: int, ratings: tuple[PerformanceYear, ...], outcome: str
) -> None:
    assert said(sheet(period=date(2027, month, 1), ratings=ratings), "rank_performance") == outcome


def test_an_adjustment_looks_at_the_last_year_alone() -> None:
    found = sheet(kind=RankKind.ADJUSTMENT, ratings=rated(y2024="KURANG", y2025="BAIK"))
    assert said(found, "rank_performance") == "pass"


@pytest.mark.parametrize(
    ("to_grade", "education", "verified", "outcome"),
    [
        ("III/a", "D-III", (), "fail"),
        ("III/a", "D-III", ("UJIAN_DINAS_I",), "pass"),
        ("III/a", "D-III", ("UJIAN_DINAS_II",), "fail"),
        ("III/a", "D-IV", (), "pass"),
        ("III/a", None, (), "fail"),
        ("IV/a", "S-1", (), "fail"),
        ("IV/a", "S-1", ("UJIAN_DINAS_II",), "pass"),
        ("IV/a", "S-2", (), "pass"),
        ("III/b", "SMA", (), "not_applicable"),
    ],
)
def test_crossing_a_class_of_grades_asks_for_the_examination_or_the_diploma(
    to_grade: str, education: str | None, verified: tuple[str, ...], outcome: str
) -> None:
    found = sheet(subject={"education": education}, to_grade=to_grade, verified=verified)
    assert said(found, "rank_examination") == outcome


def test_functional_posts_ask_for_credit_points_and_for_no_examination() -> None:
    found = sheet(kind=RankKind.FUNCTIONAL, to_grade="IV/a", subject={"position_kind": "FUNGSIONAL"})
    assert said(found, "rank_examination") == "not_applicable"
    assert said(found, "rank_credit") == "unknown"
    assert said(found.model_copy(update={"filed": ("PAK",)}), "rank_credit") == "unknown"
    assert said(found.model_copy(update={"verified": ("PAK",)}), "rank_credit") == "pass"
    assert said(sheet(), "rank_credit") == "not_applicable"


@pytest.mark.parametrize(
    ("born", "outcome"),
    [(date(1969, 1, 1), "pass"), (date(1968, 12, 31), "fail"), (date(1968, 12, 1), "fail")],
)
def test_the_period_lies_before_the_first_day_in_retirement(born: date, outcome: str) -> None:
    assert said(sheet(subject={"birth_date": born}), "rank_retirement") == outcome


@pytest.mark.parametrize(("to_grade", "outcome"), [("IV/b", "pass"), ("IV/c", "fail")])
def test_above_iv_b_the_decree_comes_from_outside_and_nobody_is_kept_off_for_it(
    to_grade: str, outcome: str
) -> None:
    found = sheet(to_grade=to_grade, ceiling="IV/e", subject={"education": "S-2"})
    assert said(found, "rank_authority") == outcome
    assert stops(assess_rank(found, kota_serang())) == ()


# --- periods ---


def test_every_first_of_a_month_is_a_period() -> None:
    assert all(PERIODS.is_period(date(2027, month, 1)) for month in range(1, 13))
    assert not PERIODS.is_period(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("period", "opens", "closes"),
    [
        (JANUARY, date(2026, 11, 16), date(2026, 12, 15)),
        (date(2027, 2, 1), date(2026, 12, 16), date(2027, 1, 15)),
        (date(2027, 10, 1), date(2027, 8, 16), date(2027, 9, 15)),
    ],
)
def test_a_list_goes_to_bkn_from_the_16th_to_the_15th_before_its_period(
    period: date, opens: date, closes: date
) -> None:
    assert (PERIODS.opens_on(period), PERIODS.closes_on(period)) == (opens, closes)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 12, 15), JANUARY),
        (date(2026, 12, 16), date(2027, 2, 1)),
        (date(2026, 11, 16), JANUARY),
        (date(2026, 11, 15), date(2026, 12, 1)),
    ],
)
def test_the_period_that_is_open_on_a_day(day: date, period: date) -> None:
    assert PERIODS.open_on(day) == period


def test_the_first_period_is_the_day_itself_or_the_next_first_of_a_month() -> None:
    assert PERIODS.first_after(JANUARY) == JANUARY
    assert PERIODS.first_after(date(2027, 1, 2)) == date(2027, 2, 1)
    quarterly = PERIODS.model_copy(update={"months": (4, 10)})
    assert quarterly.first_after(date(2027, 10, 2)) == date(2028, 4, 1)
