"""Rank promotion after the list was sent: BKN's answer, the decree, the effect, SIASN, annulment."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import rank_commands as rc
from domain import rank_events as rk
from domain.errors import (
    CapacityNotAllowed,
    DateOutOfOrder,
    ExcludedOwner,
    HardFinding,
    InvalidDetails,
    NobodyDue,
    NotDue,
    NotFound,
    NotPermitted,
    RankMovedOn,
    RankNotThere,
    ReasonRequired,
    UnknownReference,
)
from domain.identity import Capacity
from domain.rank_list import EntryStatus
from tests.domain.rank_requests import (
    JANUARY,
    advanced,
    annulled,
    answered,
    ask,
    clerk,
    decreed,
    entry,
    frozen,
    holds,
    post_is,
    sent,
    the_list,
    until_effect,
    written,
)
from tests.domain.test_talent import rate
from tests.domain.town import Town, new_id

RETURNED = {"outcome": "returned", "reason": "SKP 2025 tidak terbaca"}
REFUSED = {"outcome": "refused", "reason": "masa kerja kurang"}


def grade(town: Town, who: str) -> tuple[str, date | None]:
    person = town.agency.people[who]
    return person.grade, person.grade_since


# --- BKN's answer ---


def test_bkn_approves_with_a_number_or_says_why_not(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    with pytest.raises(InvalidDetails):
        answered(town, list_id, "ani", outcome="approved")
    for outcome in ("returned", "refused"):
        with pytest.raises(ReasonRequired):
            answered(town, list_id, "ani", outcome=outcome)
    answered(town, list_id, "ani")
    assert entry(town, list_id, "ani").pertek_number == "AB-1"
    with pytest.raises(RankNotThere):
        answered(town, list_id, "ani", **REFUSED)


def test_a_returned_file_can_be_answered_again_until_the_period_begins(town: Town) -> None:
    clerk(town, "ani")
    clerk(town, "budi")
    list_id = sent(town, frozen(town))
    for who in ("ani", "budi"):
        answered(town, list_id, who, **RETURNED)
    answered(town, list_id, "budi")
    assert entry(town, list_id, "budi").status is EntryStatus.APPROVED
    town.set_day(JANUARY - timedelta(days=1), hour=23)
    assert advanced(town, list_id) == []
    town.set_day(JANUARY, hour=0)
    advanced(town, list_id)
    assert entry(town, list_id, "ani").status is EntryStatus.NOT_RETURNED
    with pytest.raises(RankNotThere):
        answered(town, list_id, "ani")


def test_a_refused_person_is_done_with_and_due_again_later(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani", **REFUSED)
    assert the_list(town, list_id).over
    town.set_day(date(2026, 12, 16))
    assert "ani" in the_list(town, frozen(town, date(2027, 2, 1))).entries


def test_bkn_answers_those_who_were_proposed_and_nobody_else(town: Town) -> None:
    clerk(town, "ani")
    clerk(town, "budi")
    clerk(town, "citra", years=())
    list_id = frozen(town, left_off={"budi": "dalam pemeriksaan"})
    with pytest.raises(RankNotThere):
        answered(town, list_id, "ani")
    sent(town, list_id)
    for who in ("budi", "citra"):
        with pytest.raises(RankNotThere):
            answered(town, list_id, who)
    with pytest.raises(UnknownReference):
        answered(town, list_id, "nurse")
    for day in (town.today - timedelta(days=1), town.today + timedelta(days=1)):
        with pytest.raises(DateOutOfOrder):
            answered(town, list_id, "ani", outcome="approved", pertek_number="AB-1", answered_on=day)
    with pytest.raises(NotPermitted):
        answered(town, list_id, "ani", by="kasubag")


# --- the decree ---


def test_decrees_take_the_next_numbers_of_the_citys_own_counter(town: Town) -> None:
    town.walk(town.submit(), "duty_statement")
    clerk(town, "ani")
    clerk(town, "budi")
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    answered(town, list_id, "budi")
    found = decreed(town, list_id)
    assert [e.sequence for e in found if isinstance(e, rk.RankDecreeIssued)] == [2, 3]
    assert town.registry.last_decree[2026] == 3
    assert entry(town, list_id, "ani").decree_number == "800.1.3.3/Kep.2-BKPSDM/2026"


def test_the_mayor_alone_decrees_and_only_as_definitive_holder(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    for who in ("kepala_bkpsdm", "sekda", "analyst"):
        with pytest.raises(NotPermitted):
            decreed(town, list_id, by=who)
    town.acting(Capacity.PLH, "sekda", "p-mayor", by="kepala_bkpsdm")
    with pytest.raises(CapacityNotAllowed):
        decreed(town, list_id, by="sekda")


def test_without_bkns_approval_there_is_no_decree(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    with pytest.raises(RankNotThere):
        decreed(town, list_id, "ani")
    with pytest.raises(NotDue):
        decreed(town, list_id)


def test_the_rules_speak_again_at_the_decree(town: Town) -> None:
    clerk(town, "ani")
    clerk(town, "budi")
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    answered(town, list_id, "budi")
    rate(town, "ani", 2025, judged=(3, 3))
    with pytest.raises(HardFinding) as refused:
        decreed(town, list_id, "ani")
    assert refused.value.facts["rules"] == ["rank_performance"]
    assert [e.person_id for e in decreed(town, list_id) if isinstance(e, rk.RankDecreeIssued)] == ["budi"]
    assert entry(town, list_id, "ani").status is EntryStatus.APPROVED


def test_whoever_was_moved_to_another_kind_of_post_is_no_longer_as_listed(town: Town) -> None:
    clerk(town, "ani")
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    town.correct("ani", post="school-nurse", grade="III/c", grade_since=date(2023, 1, 1), education="S-1")
    with pytest.raises(HardFinding) as refused:
        decreed(town, list_id, "ani")
    assert "rank_as_listed" in refused.value.facts["rules"]


def test_whoever_left_the_agency_is_passed_over_when_all_are_decreed(town: Town) -> None:
    clerk(town, "ani")
    clerk(town, "budi")
    list_id = sent(town, frozen(town))
    for who in ("ani", "budi"):
        answered(town, list_id, who)
    town.walk(town.submit_out("budi"))
    with pytest.raises(HardFinding) as refused:
        decreed(town, list_id, "budi")
    assert refused.value.facts["rules"] == ["rank_as_listed"]
    assert [e.person_id for e in decreed(town, list_id) if isinstance(e, rk.RankDecreeIssued)] == ["ani"]


def test_iv_c_and_above_are_decreed_outside_and_recorded(town: Town) -> None:
    post_is(town, "p-dinkes", eselon="II.b")
    clerk(town, "ani")
    town.correct("kepala_dinkes", grade="IV/b", grade_since=date(2023, 1, 1), education="S-2")
    for year in (2024, 2025):
        rate(town, "kepala_dinkes", year, assessor="sekda")
    list_id = sent(town, frozen(town))
    for who in ("ani", "kepala_dinkes"):
        answered(town, list_id, who)
    with pytest.raises(InvalidDetails):
        decreed(town, list_id, "kepala_dinkes")
    assert [e.person_id for e in decreed(town, list_id) if isinstance(e, rk.RankDecreeIssued)] == ["ani"]
    outside = rc.OutsideDecree(person_id="kepala_dinkes", number="12/K TAHUN 2026", decree_date=town.today)
    with pytest.raises(NotPermitted):
        ask(town, rc.RecordOutsideDecrees, list_id, "mayor", decrees=(outside,))
    ask(town, rc.RecordOutsideDecrees, list_id, "analyst", decrees=(outside,))
    assert entry(town, list_id, "kepala_dinkes").decree_number == "12/K TAHUN 2026"
    assert town.registry.last_decree[2026] == 1


def test_the_agencys_own_decrees_are_not_recorded_as_outside_ones(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    outside = rc.OutsideDecree(person_id="ani", number="12/K", decree_date=town.today)
    with pytest.raises(InvalidDetails):
        ask(town, rc.RecordOutsideDecrees, list_id, "analyst", decrees=(outside,))


# --- the effect ---


def test_on_the_first_of_the_period_the_grade_changes_in_the_register(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    decreed(town, list_id)
    assert grade(town, "ani") == ("III/c", date(2023, 1, 1))
    assert the_list(town, list_id).next_due() == the_list(town, list_id).effective_at
    town.set_day(JANUARY - timedelta(days=1), hour=23)
    assert advanced(town, list_id) == []
    town.set_day(JANUARY, hour=0)
    advanced(town, list_id)
    assert grade(town, "ani") == ("III/d", JANUARY)
    assert town.agency.people["ani"].grade_by == list_id
    assert advanced(town, list_id) == []


def test_a_decree_that_comes_late_takes_effect_at_once_as_of_the_period(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    town.set_day(date(2027, 1, 12))
    answered(town, list_id, "ani")
    decreed(town, list_id)
    due = the_list(town, list_id).next_due()
    assert due is not None
    assert due <= town.now
    advanced(town, list_id)
    assert grade(town, "ani") == ("III/d", JANUARY)


def test_who_left_the_service_meanwhile_is_held_until_people_decide(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    decreed(town, list_id)
    values = {"grade": "III/c", "grade_since": date(2023, 1, 1), "education": "S-1"}
    town.correct("ani", employment_status="99", **values)
    town.set_day(JANUARY)
    advanced(town, list_id)
    assert entry(town, list_id, "ani").held == ("rank_active",)
    assert grade(town, "ani")[0] == "III/c"
    assert the_list(town, list_id).next_due() is None
    assert advanced(town, list_id) == []
    town.correct("ani", employment_status="01", **values)
    advanced(town, list_id)
    assert grade(town, "ani")[0] == "III/d"


def test_who_was_moved_to_another_agency_meanwhile_is_held(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    decreed(town, list_id)
    town.walk(town.submit_out("ani"))
    town.set_day(JANUARY)
    advanced(town, list_id)
    assert entry(town, list_id, "ani").held == ("rank_active",)


def test_only_the_system_lets_it_take_effect(town: Town) -> None:
    clerk(town)
    with pytest.raises(NotPermitted):
        ask(town, rc.AdvanceRankList, sent(town, frozen(town)), "mayor")


# --- SIASN ---


def test_the_promotion_is_over_when_siasn_knows_of_it(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    decreed(town, list_id)
    with pytest.raises(RankNotThere):
        written(town, list_id, "ani")
    town.set_day(JANUARY)
    advanced(town, list_id)
    assert not the_list(town, list_id).over
    with pytest.raises(NotPermitted):
        written(town, list_id, "ani", by="mayor")
    written(town, list_id, "ani")
    assert the_list(town, list_id).over
    with pytest.raises(RankNotThere):
        written(town, list_id, "ani")


def test_the_next_promotion_counts_from_the_last(town: Town) -> None:
    clerk(town, grade="III/a", grade_since=date(2023, 1, 1))
    list_id = until_effect(town, "ani")
    written(town, list_id, "ani")
    for day, listed in ((date(2030, 11, 24), True), (date(2030, 10, 24), False)):
        town.set_day(day)
        period = date(2031, 1, 1) if listed else date(2030, 12, 1)
        for year in (2028, 2029):
            rate(town, "ani", year)
        if listed:
            assert "ani" in the_list(town, frozen(town, period)).entries
        else:
            with pytest.raises(NobodyDue):
                frozen(town, period)


# --- nobody acts on themselves ---


def test_nobody_records_an_answer_or_a_write_back_on_themself(town: Town) -> None:
    post_is(town, "p-analyst-2", grade_max="III/d")
    holds(town, "analyst_2", "PAK")
    town.correct("analyst_2", grade="III/c", grade_since=date(2025, 1, 1), education="S-1")
    for year in (2024, 2025):
        rate(town, "analyst_2", year)
    list_id = sent(town, frozen(town))
    with pytest.raises(ExcludedOwner):
        answered(town, list_id, "analyst_2", by="analyst_2")
    answered(town, list_id, "analyst_2")
    decreed(town, list_id)
    town.set_day(JANUARY)
    advanced(town, list_id)
    with pytest.raises(ExcludedOwner):
        written(town, list_id, "analyst_2", by="analyst_2")
    written(town, list_id, "analyst_2")


# --- annulment ---


def test_annulment_gives_back_the_grade_and_the_date_before(town: Town) -> None:
    clerk(town)
    list_id = until_effect(town, "ani")
    annulled(town, list_id, "ani")
    assert grade(town, "ani") == ("III/c", date(2023, 1, 1))
    assert town.agency.people["ani"].grade_by is None
    assert the_list(town, list_id).over


def test_of_two_promotions_the_later_is_annulled_first_and_then_the_earlier(town: Town) -> None:
    clerk(town, grade="III/a", grade_since=date(2023, 1, 1))
    first = until_effect(town, "ani")
    written(town, first, "ani")
    town.set_day(date(2030, 11, 24))
    for year in (2028, 2029):
        rate(town, "ani", year)
    second = until_effect(town, "ani", date(2031, 1, 1))
    with pytest.raises(RankMovedOn):
        annulled(town, first, "ani")
    annulled(town, second, "ani")
    assert (grade(town, "ani"), town.agency.people["ani"].grade_by) == (("III/b", JANUARY), first)
    annulled(town, first, "ani")
    assert grade(town, "ani") == ("III/a", date(2023, 1, 1))
    assert town.agency.people["ani"].grade_by is None


def test_a_decree_annulled_before_its_day_never_takes_effect(town: Town) -> None:
    clerk(town)
    list_id = sent(town, frozen(town))
    answered(town, list_id, "ani")
    decreed(town, list_id)
    annulled(town, list_id, "ani")
    town.set_day(JANUARY)
    assert advanced(town, list_id) == []
    assert grade(town, "ani")[0] == "III/c"


def test_what_siasn_knew_has_to_be_corrected_there(town: Town) -> None:
    clerk(town)
    list_id = until_effect(town, "ani")
    written(town, list_id, "ani")
    annulled(town, list_id, "ani", by="kepala_bkpsdm", authority="BKN", letter_number="BKN/9")
    assert not the_list(town, list_id).over
    written(town, list_id, "ani")
    assert entry(town, list_id, "ani").status is EntryStatus.ANNULLED
    assert the_list(town, list_id).over


def test_annulments_are_recorded_by_the_policys_table(town: Town) -> None:
    clerk(town)
    list_id = until_effect(town, "ani")
    with pytest.raises(NotPermitted):
        annulled(town, list_id, "ani", by="kepala_bkpsdm")
    with pytest.raises(ReasonRequired):
        annulled(town, list_id, "ani", by="kepala_bkpsdm", authority="COURT")
    with pytest.raises(UnknownReference):
        annulled(town, list_id, "nurse")


def test_a_promotion_is_not_annulled_under_a_later_grade(town: Town) -> None:
    clerk(town)
    list_id = until_effect(town, "ani")
    town.correct("ani", grade="IV/a", grade_since=date(2027, 1, 1), education="S-2")
    with pytest.raises(RankMovedOn):
        annulled(town, list_id, "ani")


def test_unknown_lists_are_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        sent(town, new_id())
