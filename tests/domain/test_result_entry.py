"""Results entered by hand: by the policy's office, never of oneself, with a second person; and corrected."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    ExcludedOwner,
    NotFound,
    NotPermitted,
    ReasonRequired,
    SelfAssessment,
    UnknownReference,
)
from domain.identity import SYSTEM, Actor, Capacity
from domain.performance import Judgement
from domain.policy import Policy
from domain.result_entry_commands import DecideTalentResult, EnterTalentResult, Withdrawal
from domain.result_entry_events import TalentResultEntered, TalentResultWithdrawn
from domain.talent_commands import CactRow, ComponentRow, SkpRow
from domain.talent_events import TalentComponentRecorded, TalentPlaced
from tests.domain.test_talent import cact, placement, rate
from tests.domain.town import Town, kota_serang, new_id, person

NEXT_YEAR = date(2027, 12, 31)
YEAR = {"period_start": date(2025, 1, 1), "period_end": date(2025, 12, 31)}


@pytest.fixture
def town() -> Town:
    """Somebody rated and tested stands in box 5."""
    town = Town()
    rate(town)
    cact(town)
    return town


def alone() -> Town:
    """Here the policy wants no second person."""
    document = kota_serang().model_dump(mode="json")
    entry = document["talent"]["entry"] | {"confirmed_by": []}
    town = Town(policy=Policy.model_validate(document | {"talent": document["talent"] | {"entry": entry}}))
    rate(town)
    cact(town)
    return town


def award(who: str = "nurse", score: int = 10_000, component: str = "awards") -> ComponentRow:
    return ComponentRow(person_id=who, component=component, score=score, valid_until=NEXT_YEAR)


def rating(judged: int, assessor: str | None = None) -> SkpRow:
    judgement = Judgement(judged)
    return SkpRow(person_id="nurse", result=judgement, conduct=judgement, assessor_id=assessor, **YEAR)


def enter(town: Town, by: str = "analyst", who: str = "nurse", reason: str = "", **row: Any) -> str:
    entry_id = new_id()
    actor = person(by)
    town.send(
        EnterTalentResult(
            command_id=new_id(), actor=actor, entry_id=entry_id, person_id=who, reason=reason, **row
        )
    )
    return entry_id


def settle(
    town: Town, entry_id: str, by: str = "kabid", outcome: Any = "approve", who: str = "nurse", **more: Any
) -> list[Any]:
    return town.send(
        DecideTalentResult(
            command_id=new_id(), actor=person(by), entry_id=entry_id, person_id=who, outcome=outcome, **more
        )
    )


def test_what_one_officer_enters_counts_when_another_approves_it(town: Town) -> None:
    before = placement(town)
    entry_id = enter(town, component=award())
    assert placement(town) == before
    events = settle(town, entry_id)
    assert [type(event) for event in events][1:] == [TalentComponentRecorded, TalentPlaced]
    after = placement(town)
    assert before is not None
    assert after is not None
    assert (before.box, after.box, after.performance) == (5, 7, (60 * 75 + 15 * 100) * 100 // 75)


def test_where_the_policy_wants_no_second_person_it_counts_at_once() -> None:
    town = alone()
    entry_id = enter(town, component=award())
    found = placement(town)
    assert found is not None
    assert found.box == 7
    with pytest.raises(NotFound):
        settle(town, entry_id)


@pytest.mark.parametrize("who", ["nurse_2", "kasubag", "kepala_dinkes", "mayor", "inspektur", "kabid"])
def test_only_the_policy_s_offices_enter(town: Town, who: str) -> None:
    with pytest.raises(NotPermitted):
        enter(town, who, component=award())


@pytest.mark.parametrize("actor", [SYSTEM, Actor(kind="integration", id="simpeg")])
def test_no_machine_enters_by_this_door(town: Town, actor: Actor) -> None:
    command = EnterTalentResult(
        command_id=new_id(), actor=actor, entry_id=new_id(), person_id="nurse", component=award()
    )
    with pytest.raises(NotPermitted):
        town.send(command)


def test_nobody_enters_or_confirms_their_own_results(town: Town) -> None:
    with pytest.raises(ExcludedOwner):
        enter(town, who="analyst", component=award("analyst"))
    entry_id = enter(town, who="kabid", component=award("kabid"))
    with pytest.raises(ExcludedOwner):
        settle(town, entry_id, who="kabid")
    settle(town, entry_id, "kepala_bkpsdm", who="kabid")


def test_who_entered_does_not_confirm_as_acting_holder_of_the_other_office(town: Town) -> None:
    entry_id = enter(town, component=award())
    town.acting(Capacity.PLH, "analyst", "p-kabid", by="kepala_bkpsdm")
    with pytest.raises(ExcludedOwner):
        settle(town, entry_id, "analyst")
    settle(town, enter(town, "analyst_2", component=award(score=5000)), "analyst")


def test_a_personal_delegate_confirms_nothing(town: Town) -> None:
    town.acting(Capacity.DELEGATE, "nurse_2", by="kabid")
    with pytest.raises(NotPermitted):
        settle(town, enter(town, component=award()), "nurse_2")


@pytest.mark.parametrize("who", ["nurse", "kasubag", "mayor"])
def test_only_the_policy_s_offices_confirm(town: Town, who: str) -> None:
    entry_id = enter(town, component=award())
    with pytest.raises(NotPermitted):
        settle(town, entry_id, who)


def test_a_rejected_entry_never_counts_and_says_why(town: Town) -> None:
    before = placement(town)
    entry_id = enter(town, component=award())
    with pytest.raises(ReasonRequired):
        settle(town, entry_id, outcome="reject")
    settle(town, entry_id, outcome="reject", reason="piagam tidak ada")
    assert placement(town) == before
    with pytest.raises(NotFound):
        settle(town, entry_id)


def test_an_entry_is_decided_once_and_of_the_person_it_was_entered_for(town: Town) -> None:
    entry_id = enter(town, component=award())
    with pytest.raises(NotFound):
        settle(town, entry_id, who="nurse_2")
    settle(town, entry_id)
    with pytest.raises(NotFound):
        settle(town, entry_id)
    with pytest.raises(NotFound):
        settle(town, new_id())


# --- corrections ---


def corrected(town: Town, reason: str = "salah ketik", **row: Any) -> Any:
    settle(town, enter(town, reason=reason, **row))
    found = placement(town)
    assert found is not None
    return found


def test_a_wrong_rating_is_replaced_with_a_reason_and_moves_the_person(town: Town) -> None:
    with pytest.raises(ReasonRequired):
        enter(town, rating=rating(1, "kepala_dinkes"))
    assert corrected(town, rating=rating(1, "kepala_dinkes")).box == 7


def test_a_wrong_test_is_replaced_with_a_reason(town: Town) -> None:
    points = {"potential": 90, "managerial_sociocultural": 90, "digital_literacy": 90, "emerging_skill": 90}
    row = CactRow(person_id="nurse", tested_on=date(2025, 6, 1), **points)
    with pytest.raises(ReasonRequired):
        enter(town, test=row)
    assert corrected(town, test=row).box == 8


def test_a_test_of_somebody_else_is_withdrawn_and_leaves_the_person_unmapped(town: Town) -> None:
    found = corrected(town, "hasil orang lain", withdrawal=Withdrawal(tested_on=date(2025, 6, 1)))
    assert (found.box, {gap.why for gap in found.gaps}) == (None, {"missing"})


def test_an_award_that_never_was_is_withdrawn(town: Town) -> None:
    settle(town, enter(town, component=award()))
    assert corrected(town, "tidak pernah diberikan", withdrawal=Withdrawal(component="awards")).box == 5
    withdrawn = [r.event for _, r in town.log if isinstance(r.event, TalentResultWithdrawn)]
    assert [(e.rated_until, e.newest_test) for e in withdrawn] == [(date(2025, 12, 31), date(2025, 6, 1))]


@pytest.mark.parametrize(
    "row",
    [{"component": "awards"}, {"tested_on": date(2024, 1, 1)}, YEAR | {"period_end": date(2025, 6, 30)}],
)
def test_what_was_not_recorded_cannot_be_withdrawn(town: Town, row: dict[str, Any]) -> None:
    with pytest.raises(UnknownReference):
        enter(town, reason="salah", withdrawal=Withdrawal(**row))


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        ({"component": award(component="main_performance")}, UnknownReference),
        ({"component": award(component="karisma")}, UnknownReference),
        ({"component": award("nurse_2")}, UnknownReference),
        ({"rating": rating(1, "nurse")}, SelfAssessment),
        ({"rating": rating(2, "kepala_dinkes")}, AlreadyExists),
        (
            {"test": CactRow(person_id="nurse", tested_on=NEXT_YEAR, potential=1, managerial_sociocultural=1,
                             digital_literacy=1, emerging_skill=1)},
            DateOutOfOrder,
        ),
    ],
)  # fmt: skip
def test_an_entry_is_judged_like_an_import(town: Town, row: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        enter(town, reason="koreksi", **row)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"component": award(), "rating": rating(1)},
    ],
)
def test_one_thing_is_entered_at_a_time(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one of"):
        EnterTalentResult(command_id=new_id(), actor=SYSTEM, entry_id=new_id(), person_id="nurse", **row)


@pytest.mark.parametrize("row", [{}, {"component": "a", "tested_on": NEXT_YEAR}, {"period_start": NEXT_YEAR}])
def test_a_withdrawal_names_one_result(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="withdrawal"):
        Withdrawal(**row)


def test_values_and_reasons_are_sealed(town: Town) -> None:
    assert {"result", "reason"} == TalentResultEntered.PERSONAL


def test_who_keeps_records_is_an_office_of_the_agency() -> None:
    document = kota_serang().model_dump(mode="json")
    for office in ("dukun", "unit_head"):
        entry = document["talent"]["entry"] | {"by": [office]}
        with pytest.raises(ValueError, match="keeps talent records"):
            Policy.model_validate(document | {"talent": document["talent"] | {"entry": entry}})
