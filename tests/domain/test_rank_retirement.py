"""A last grade on retirement: in the last month of service, by years served, beyond every ceiling (PP 99/2000
art. 27).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.agency import Person, Post
from domain.errors import InvalidDetails
from domain.rank_commands import DecreeRankPromotions, OutsideDecree, RecordOutsideDecrees
from domain.rank_list import EntryStatus
from domain.rank_path import RankPath, path_of
from domain.rank_policy import RankKind
from domain.rank_sheet import judge
from tests.domain.rank_requests import (
    JANUARY,
    advanced,
    annulled,
    answered,
    ask,
    clerk,
    entry,
    frozen,
    holds,
    sent,
    the_list,
    written,
)
from tests.domain.test_rank_path import sheet
from tests.domain.town import kota_serang
from tests.lives.witness import WitnessedTown

DPCP = ("DPCP",)
# 58 in January 2027: in retirement from 1 February on.
BORN = date(1969, 1, 17)


def path(grade: str, since: date, *, verified: tuple[str, ...] = DPCP, kind: str = "PELAKSANA") -> RankPath:
    post = Post("post", "Pengadministrasi", "dinkes", kind, "III.b" if kind == "ADMINISTRATOR" else None)
    person = Person("ani", "PNS", grade, "01", "S-1", "post", date(2020, 1, 1), grade_since=since)
    found = path_of(person, post, verified, kota_serang(), JANUARY)
    assert found is not None
    return found


def test_who_is_at_the_ceiling_of_diploma_or_post_rises_once_more_on_retirement() -> None:
    for at_ceiling in (path("III/d", date(2020, 1, 1)), path("IV/a", date(2020, 1, 1), kind="ADMINISTRATOR")):
        assert (at_ceiling.kind, at_ceiling.ceiling, at_ceiling.reaches_beyond) == (
            RankKind.RETIREMENT,
            None,
            None,
        )
    assert path("III/d", date(2020, 1, 1), verified=()).kind is RankKind.REGULAR


def test_whose_years_are_over_in_that_month_rises_by_them_and_not_twice() -> None:
    assert path("III/a", date(2023, 1, 1)).kind is RankKind.REGULAR
    waiting = path("III/a", date(2023, 2, 1))
    assert (waiting.kind, waiting.to_grade, waiting.due_on) == (
        RankKind.RETIREMENT,
        "III/b",
        date(2023, 3, 1),
    )


def test_nobody_rises_above_the_highest_grade() -> None:
    post = Post("post", "Guru Ahli Utama", "disdik", "FUNGSIONAL")
    person = Person("ani", "PNS", "IV/e", "01", "S-3", "post", date(2020, 1, 1), grade_since=date(2020, 1, 1))
    assert path_of(person, post, DPCP, kota_serang(), JANUARY) is None


def said(rule: str, **changes: Any) -> str:
    values = {"kind": RankKind.RETIREMENT, "subject": {"birth_date": BORN}, "ceiling": None} | changes
    return judge(rule, sheet(**values), kota_serang()).outcome


@pytest.mark.parametrize(
    ("period", "outcome"), [(date(2026, 12, 1), "fail"), (JANUARY, "pass"), (date(2027, 2, 1), "fail")]
)
def test_the_last_month_of_service_alone_is_the_period(period: date, outcome: str) -> None:
    assert said("rank_last_month", period=period) == outcome
    assert said("rank_last_month", period=period, kind=RankKind.REGULAR) == "not_applicable"


# Served until 1 January 2027, in grade since: to the day and a day short of it.
@pytest.mark.parametrize(
    ("appointed_on", "grade_since", "outcome"),
    [
        (date(1997, 1, 1), date(2026, 12, 1), "pass"),
        (date(1997, 1, 1), date(2026, 12, 2), "fail"),
        (date(1997, 2, 1), date(2026, 12, 1), "fail"),
        (date(2007, 1, 1), date(2026, 1, 1), "pass"),
        (date(2007, 1, 1), date(2026, 1, 2), "fail"),
        (date(2007, 2, 1), date(2026, 1, 1), "fail"),
        (date(2017, 1, 1), date(2025, 1, 1), "pass"),
        (date(2017, 1, 1), date(2025, 1, 2), "fail"),
        (date(2017, 2, 1), date(2020, 1, 1), "fail"),
        (None, date(2020, 1, 1), "unknown"),
        (date(1997, 1, 1), None, "unknown"),
    ],
)
def test_the_longer_one_has_served_the_fewer_months_in_grade_are_asked_for(
    appointed_on: date | None, grade_since: date | None, outcome: str
) -> None:
    assert said("rank_service", appointed_on=appointed_on, grade_since=grade_since) == outcome


def test_one_year_rated_good_is_enough_and_no_ceiling_is_asked_for() -> None:
    assert said("rank_performance", ratings=sheet().ratings[-1:]) == "pass"
    assert said("rank_ceiling") == "not_applicable"
    assert said("rank_authority") == "fail"


def test_it_is_listed_answered_decreed_outside_and_takes_effect_before_the_auditors_eyes() -> None:
    """Somebody whose file is verified early is kept off until their month; the agency's own official does not
    decree it; an annulment gives the old grade back.
    """
    town = WitnessedTown()
    who = clerk(
        town, "tua", grade="III/d", grade_since=date(2020, 1, 1), birth_date=BORN, nip="196901171992031001"
    )
    early = clerk(town, "muda", grade="III/d", birth_date=date(1969, 2, 17), nip="196902171992031001")
    for person in (who, early):
        holds(town, person, "DPCP")
    found = sent(town, frozen(town))
    assert entry(town, found, who).kind is RankKind.RETIREMENT
    assert entry(town, found, early).status is EntryStatus.KEPT_OFF
    answered(town, found, who)
    with pytest.raises(InvalidDetails):
        ask(town, DecreeRankPromotions, found, "mayor", person_ids=(who,))
    outside = OutsideDecree(person_id=who, number="00012/KEP/AA/15001/27", decree_date=town.today)
    ask(town, RecordOutsideDecrees, found, "analyst", decrees=(outside,))
    town.set_day(JANUARY)
    advanced(town, found)
    assert (town.agency.people[who].grade, town.agency.people[who].grade_since) == ("IV/a", JANUARY)
    written(town, found, who)
    assert the_list(town, found).over
    annulled(town, found, who)
    assert town.agency.people[who].grade == "III/d"
