"""Plt, Plh and delegates: who appoints them, how long they last, what they reach."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain import commands as cmd
from domain.errors import (
    ActingHolderExists,
    ActingTermExceeded,
    AlreadyExists,
    DateOutOfOrder,
    NotFound,
    NotPermitted,
    UnknownReference,
    VariantMismatch,
)
from domain.identity import Capacity
from tests.domain.town import MACHINE, TUESDAY, Town, new_id, person

PLT, PLH, DELEGATE = Capacity.PLT, Capacity.PLH, Capacity.DELEGATE


def days(count: int) -> dict[str, Any]:
    return {"first_day": TUESDAY, "last_day": TUESDAY + timedelta(days=count - 1)}


@pytest.mark.parametrize(
    ("capacity", "post", "limit"), [(PLT, "p-dukcapil", 184), (PLH, "p-dinkes", 90), (DELEGATE, None, 90)]
)
def test_term_is_limited_to_the_day(town: Town, capacity: Capacity, post: str | None, limit: int) -> None:
    with pytest.raises(ActingTermExceeded, match=str(limit)):
        town.acting(capacity, "section_head", post, **days(limit + 1))
    town.acting(capacity, "section_head", post, **days(limit))


@pytest.mark.parametrize("shift", [-29, -1, 0, 15, 29])
def test_one_acting_holder_at_a_time(town: Town, shift: int) -> None:
    start = TUESDAY + timedelta(days=40)
    town.acting(PLT, "section_head", "p-dukcapil", first_day=start, last_day=start + timedelta(days=29))
    first = start + timedelta(days=shift)
    with pytest.raises(ActingHolderExists):
        town.acting(PLT, "kepala_disdik", "p-dukcapil", first_day=first, last_day=first + timedelta(days=29))


@pytest.mark.parametrize("shift", [-30, 30])
def test_terms_may_follow_each_other(town: Town, shift: int) -> None:
    start = TUESDAY + timedelta(days=40)
    town.acting(PLT, "section_head", "p-dukcapil", first_day=start, last_day=start + timedelta(days=29))
    first = start + timedelta(days=shift)
    town.acting(PLT, "kepala_disdik", "p-dukcapil", first_day=first, last_day=first + timedelta(days=29))


def test_plt_is_for_a_vacant_post_and_plh_for_an_absent_holder(town: Town) -> None:
    with pytest.raises(VariantMismatch):
        town.acting(PLT, "section_head", "p-dinkes")
    with pytest.raises(VariantMismatch):
        town.acting(PLH, "section_head", "p-dukcapil")


def test_days_must_be_in_order(town: Town) -> None:
    with pytest.raises(DateOutOfOrder):
        town.acting(PLH, "section_head", "p-dinkes", last_day=TUESDAY - timedelta(days=1))


def test_definitive_is_no_acting_capacity(town: Town) -> None:
    with pytest.raises(VariantMismatch):
        town.acting(Capacity.DEFINITIVE, "section_head", "p-dukcapil")


@pytest.mark.parametrize("by", ["nurse", "kasubag", "analyst", "kepala_dinkes"])
def test_acting_holders_are_appointed_by_who_the_policy_names(town: Town, by: str) -> None:
    with pytest.raises(NotPermitted):
        town.acting(PLH, "section_head", "p-dinkes", by=by)


def test_nobody_appoints_themself(town: Town) -> None:
    with pytest.raises(NotPermitted):
        town.acting(PLH, "kabid", "p-bkpsdm", by="kabid")


def test_keys_appoint_nobody(town: Town) -> None:
    for capacity in (PLH, DELEGATE):
        with pytest.raises(NotPermitted):
            town.acting(capacity, "section_head", "p-dinkes", actor=MACHINE)


def test_acting_holder_must_serve(town: Town) -> None:
    town.correct("section_head", employment_status="99")
    for delegate in ("nobody", "section_head"):
        with pytest.raises(UnknownReference):
            town.acting(PLH, delegate, "p-dinkes")


def test_holder_is_no_acting_holder_of_own_post(town: Town) -> None:
    with pytest.raises(UnknownReference):
        town.acting(PLH, "kepala_dinkes", "p-dinkes")


def test_delegate_is_for_ones_own_post(town: Town) -> None:
    with pytest.raises(NotPermitted):
        town.acting(DELEGATE, "nurse", "p-dinkes", by="kasubag")


def test_a_delegation_is_granted_once(town: Town) -> None:
    known = town.acting(PLH, "section_head", "p-dinkes")
    with pytest.raises(AlreadyExists):
        town.acting(PLH, "section_head", "p-disdik", delegation_id=known)


def test_acting_begins_and_ends_with_its_days(town: Town) -> None:
    action = town.walk(town.submit(), "unit_recommendation")
    town.acting(PLH, "section_head", "p-dinkes", first_day=TUESDAY + timedelta(days=1))
    assert town.owners(action) == ["kepala_dinkes"]
    town.set_day(TUESDAY + timedelta(days=1))
    assert town.owners(action) == ["kepala_dinkes", "section_head"]
    town.set_day(TUESDAY + timedelta(days=29), hour=23)
    assert "section_head" in town.owners(action)
    town.set_day(TUESDAY + timedelta(days=30), hour=0)
    assert town.owners(action) == ["kepala_dinkes"]


def test_delegate_signs_only_while_the_principal_holds_the_post(town: Town) -> None:
    action = town.walk(town.submit(), "unit_recommendation")
    town.acting(DELEGATE, "nurse_2", by="kepala_dinkes")
    assert "nurse_2" in town.owners(action)
    town.leaves("kepala_dinkes")
    assert town.owners(action) == ["sekda"], "the vacant office falls to its superior"


def test_vacancy_of_an_office_falls_to_its_superior_and_plt_takes_it_back(town: Town) -> None:
    town.leaves("kasubag")
    action = town.submit()
    assert town.owners(action) == ["kepala_dinkes"]
    town.leaves("kepala_dinkes")
    assert town.owners(action) == ["sekda"]
    town.acting(PLT, "section_head", "p-umpeg-dinkes")
    assert town.owners(action) == ["section_head"]


def test_delegation_is_revoked_by_principal_or_appointer_only(town: Town) -> None:
    delegation = town.acting(DELEGATE, "nurse_2", by="kasubag")

    def revoke(by: str) -> None:
        town.send(cmd.RevokeDelegation(command_id=new_id(), actor=person(by), delegation_id=delegation))

    for other in ("nurse_2", "nurse", "kepala_dinkes"):
        with pytest.raises(NotFound):
            revoke(other)
    revoke("kasubag")
    with pytest.raises(NotFound):
        revoke("kasubag")
    assert town.owners(town.submit()) == ["kasubag"]
