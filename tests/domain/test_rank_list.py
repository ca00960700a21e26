"""A list of rank promotions: made by rule, frozen, and sent while its window is open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import rank_commands as rc
from domain import rank_events as rk
from domain.errors import (
    DateOutOfOrder,
    ExcludedOwner,
    InvalidDetails,
    NobodyDue,
    NotDue,
    NotPermitted,
    RankListExists,
    RankNotThere,
    UnknownReference,
)
from domain.identity import Capacity
from domain.rank_list import EntryStatus, ListStatus
from domain.rank_promotion import list_hash_of
from tests.domain import test_erasure
from tests.domain.rank_requests import (
    advanced,
    ask,
    clerk,
    entry,
    frozen,
    post_is,
    sent,
    the_list,
)
from tests.domain.test_personnel_file import file, verify
from tests.domain.test_talent import rate
from tests.domain.town import Town

# --- the list ---


def test_the_list_holds_exactly_those_whose_years_are_over(town: Town) -> None:
    clerk(town, "ani", grade_since=date(2023, 1, 1))
    clerk(town, "budi", grade_since=date(2023, 1, 2))
    assert set(the_list(town, frozen(town)).entries) == {"ani"}


def test_a_hard_finding_keeps_a_person_off_and_the_list_says_so(town: Town) -> None:
    clerk(town, "ani")
    clerk(town, "budi", years=())
    clerk(town, "citra", employment_status="15")
    found = the_list(town, frozen(town))
    assert {who: e.status for who, e in found.entries.items()} == {
        "ani": EntryStatus.PROPOSED, "budi": EntryStatus.KEPT_OFF, "citra": EntryStatus.KEPT_OFF,
    }  # fmt: skip
    assert (found.proposed, found.kept_off, found.left_off) == (1, 2, 0)


def test_who_is_at_the_ceiling_or_without_a_date_is_counted_and_not_listed(town: Town) -> None:
    clerk(town, "ani")
    before = frozen(town)
    undated = the_list(town, before).undated
    ask(town, rc.WithdrawRankList, before, "analyst", why="mistake")
    clerk(town, "budi", grade="III/d")
    clerk(town, "citra", grade_since=None)
    town.set_day(date(2026, 12, 16))
    clerk(town, "dedi")
    found = the_list(town, frozen(town, date(2027, 2, 1)))
    assert set(found.entries) == {"ani", "dedi"}
    assert (found.at_ceiling, found.undated) == (1, undated + 1)


def test_who_has_left_the_agency_is_not_listed(town: Town) -> None:
    """Moved to another agency, retired, or erased: nothing of theirs is due here any more."""
    for who in ("ani", "budi", "citra", "dedi"):
        clerk(town, who)
    town.walk(town.submit_out("budi"))
    same = {"grade": "III/c", "grade_since": date(2023, 1, 1), "education": "S-1"}
    town.correct("citra", post=None, employment_status="99", **same)
    test_erasure.ask(town, who="dedi")
    test_erasure.consent(town, who="dedi")
    town.erase_person("dedi")
    period = town.policy.rank_promotion.periods.open_on(town.today)
    assert set(the_list(town, frozen(town, period)).entries) == {"ani"}


def test_the_officer_leaves_off_with_a_reason_and_adds_nobody(town: Town) -> None:
    clerk(town, "ani")
    clerk(town, "budi")
    clerk(town, "citra", years=())
    clerk(town, "dedi", grade_since=date(2026, 1, 1))
    for not_proposed in ("citra", "dedi", "nobody"):
        with pytest.raises(UnknownReference):
            frozen(town, left_off={not_proposed: "tidak jadi"})
    found = the_list(town, frozen(town, left_off={"budi": "dalam pemeriksaan"}))
    assert found.entries["budi"].status is EntryStatus.LEFT_OFF
    with pytest.raises(ValueError, match="at least 3"):
        rc.LeftOff(person_id="ani", reason="x")


def test_the_hash_covers_every_entry_in_its_order(town: Town) -> None:
    clerk(town, "ani")
    clerk(town, "budi")
    list_id = frozen(town)
    told = [r.event for s, r in town.log if s == f"rank-promotion/{list_id}"]
    proposed, *middle, closed = told
    assert isinstance(proposed, rk.RankListProposed)
    assert isinstance(closed, rk.RankListFrozen)
    entries = [e for e in middle if isinstance(e, rk.RankCandidateListed)]
    assert closed.list_hash == list_hash_of(proposed, entries)
    assert closed.list_hash != list_hash_of(proposed, entries[::-1])
    other = entries[0].model_copy(update={"place": "left_off"})
    assert closed.list_hash != list_hash_of(proposed, [other, *entries[1:]])


def test_what_changes_afterwards_does_not_change_the_list(town: Town) -> None:
    clerk(town, "ani")
    before = the_list(town, list_id := frozen(town))
    rate(town, "ani", 2025, judged=(3, 3))
    assert the_list(town, list_id) == before


@pytest.mark.parametrize(("day", "open_"), [(15, False), (16, True)])
def test_no_list_is_made_before_its_window_opens(town: Town, day: int, *, open_: bool) -> None:
    clerk(town)
    town.set_day(date(2026, 11, day))
    if open_:
        assert frozen(town)
    else:
        with pytest.raises(NotDue):
            frozen(town)


@pytest.mark.parametrize(("day", "open_"), [(15, True), (16, False)])
def test_no_list_is_made_after_its_window_has_closed(town: Town, day: int, *, open_: bool) -> None:
    clerk(town)
    town.set_day(date(2026, 12, day))
    if open_:
        assert frozen(town)
    else:
        with pytest.raises(DateOutOfOrder):
            frozen(town)


def test_a_period_begins_on_the_first_of_a_month(town: Town) -> None:
    clerk(town)
    with pytest.raises(UnknownReference):
        frozen(town, date(2027, 1, 2))


def test_a_period_has_one_list_that_stands(town: Town) -> None:
    clerk(town)
    list_id = frozen(town)
    with pytest.raises(RankListExists):
        frozen(town)
    ask(town, rc.WithdrawRankList, list_id, "kabid", why="facts_changed")
    assert the_list(town, list_id).status is ListStatus.WITHDRAWN
    assert frozen(town) != list_id


def test_nobody_to_propose_is_no_list(town: Town) -> None:
    clerk(town, years=())
    with pytest.raises(NobodyDue):
        frozen(town)


@pytest.mark.parametrize("who", ["nurse", "kasubag", "sekda", "mayor", "inspektur"])
def test_only_the_offices_that_the_policy_names_make_lists(town: Town, who: str) -> None:
    clerk(town)
    with pytest.raises(NotPermitted):
        frozen(town, by=who)


def test_a_personal_delegate_makes_no_list(town: Town) -> None:
    clerk(town)
    town.acting(Capacity.DELEGATE, "nurse", by="kabid")
    with pytest.raises(NotPermitted):
        frozen(town, by="nurse")


def due_analyst(town: Town) -> str:
    """An analyst two years in grade, rated good; their credit points are not assessed yet."""
    post_is(town, "p-analyst", grade_max="III/d")
    town.correct("analyst", grade="III/c", grade_since=date(2025, 1, 1), education="S-1")
    for year in (2024, 2025):
        rate(town, "analyst", year, assessor="kabid")
    return "analyst"


def test_nobody_makes_a_list_that_proposes_themself(town: Town) -> None:
    clerk(town)
    filed = file(town, due_analyst(town), "PAK")
    verify(town, filed, "analyst_2")
    with pytest.raises(ExcludedOwner):
        frozen(town)
    with pytest.raises(ExcludedOwner):
        frozen(town, left_off={"analyst": "saya sendiri"})
    assert entry(town, frozen(town, by="kabid"), "analyst").status is EntryStatus.PROPOSED


def test_whom_a_hard_rule_keeps_off_may_make_the_list(town: Town) -> None:
    clerk(town)
    due_analyst(town)
    assert entry(town, frozen(town), "analyst").status is EntryStatus.KEPT_OFF


def test_who_waits_on_an_open_list_is_not_listed_again(town: Town) -> None:
    clerk(town, "ani")
    sent(town, frozen(town))
    town.set_day(date(2026, 12, 16))
    clerk(town, "budi")
    assert set(the_list(town, frozen(town, date(2027, 2, 1))).entries) == {"budi"}


# --- sending ---


def test_the_list_is_sent_by_another_person_than_made_it(town: Town) -> None:
    clerk(town)
    list_id = frozen(town)
    for who in ("analyst", "kabid", "mayor", "nurse"):
        with pytest.raises(NotPermitted):
            sent(town, list_id, by=who)
    sent(town, list_id)
    assert the_list(town, list_id).status is ListStatus.SENT
    assert the_list(town, list_id).letter_number == "800/77-BKPSDM"
    with pytest.raises(RankNotThere):
        sent(town, list_id)


def test_who_made_the_list_does_not_send_it_as_acting_head_either(town: Town) -> None:
    clerk(town)
    town.leaves("kepala_bkpsdm")
    town.acting(Capacity.PLT, "kabid", "p-bkpsdm", by="sekda")
    list_id = frozen(town, by="kabid")
    with pytest.raises(ExcludedOwner):
        sent(town, list_id, by="kabid")
    sent(town, list_id, by="sekda")


def test_nobody_sends_a_list_with_their_own_name(town: Town) -> None:
    clerk(town, "ani")
    for year in (2024, 2025):
        rate(town, "kepala_bkpsdm", year)
    post_is(town, "p-bkpsdm", eselon="II.b")
    town.correct("kepala_bkpsdm", grade="IV/b", grade_since=date(2023, 1, 1), education="S-2")
    list_id = frozen(town)
    assert entry(town, list_id, "kepala_bkpsdm").status is EntryStatus.PROPOSED
    with pytest.raises(ExcludedOwner):
        sent(town, list_id)
    sent(town, list_id, by="sekda")


def test_the_letter_is_not_older_than_the_list_nor_from_tomorrow(town: Town) -> None:
    clerk(town)
    list_id = frozen(town)
    for day in (town.today - timedelta(days=1), town.today + timedelta(days=1)):
        with pytest.raises(DateOutOfOrder):
            sent(town, list_id, sent_on=day)


@pytest.mark.parametrize("number", ["198505172009031001", "Surat 123456789"])
def test_a_letters_number_is_no_nip(town: Town, number: str) -> None:
    clerk(town)
    with pytest.raises(InvalidDetails):
        sent(town, frozen(town), letter_number=number)


def test_a_list_that_nobody_sends_lapses_when_its_window_closes(town: Town) -> None:
    clerk(town)
    list_id = frozen(town)
    town.set_day(date(2026, 12, 15), hour=23)
    assert advanced(town, list_id) == []
    assert the_list(town, list_id).next_due() == the_list(town, list_id).lapses_at
    town.set_day(date(2026, 12, 16), hour=0)
    with pytest.raises(RankNotThere):
        sent(town, list_id)
    advanced(town, list_id)
    assert the_list(town, list_id).status is ListStatus.LAPSED
    assert the_list(town, list_id).over
    assert entry(town, frozen(town, date(2027, 2, 1)), "ani").status is EntryStatus.PROPOSED


def test_a_list_that_was_sent_is_not_withdrawn(town: Town) -> None:
    clerk(town)
    with pytest.raises(RankNotThere):
        ask(town, rc.WithdrawRankList, sent(town, frozen(town)), "kabid", why="mistake")
