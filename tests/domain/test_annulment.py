"""Annulment: the old post comes back, and whatever rested on the annulled transfer falls with it."""

from __future__ import annotations

from datetime import date

import pytest

from domain import events as ev
from domain.errors import (
    ActionEnded,
    ExcludedOwner,
    HardFinding,
    NotPermitted,
    NotYetDecided,
    ReasonRequired,
)
from domain.identity import Capacity
from domain.personnel_action import Status
from tests.domain.town import Town


def statuses(town: Town, *actions: str) -> list[Status]:
    return [town.state(action).status for action in actions]


def cause_of(town: Town, action: str) -> str | None:
    return town.state(action).caused_by


def test_annulment_restores_the_old_post(town: Town) -> None:
    action = town.moved("nurse", "school-nurse")
    town.annul(action)
    assert town.post_of("nurse") == "nurse-1"
    assert (town.holder("nurse-1"), town.holder("school-nurse")) == ("nurse", None)
    person = town.agency.people["nurse"]
    assert (person.position_since, person.placed_by, person.earlier) == (date(2023, 3, 1), None, ())


def test_annulment_before_the_effect_moves_nobody(town: Town) -> None:
    action = town.walk(town.submit(effective_date=date(2027, 1, 4)), "awaiting_effect")
    town.annul(action)
    assert town.post_of("nurse") == "nurse-1"
    assert town.state(action).is_quiet, "SIASN never heard of it"
    assert town.step(town.submit("nurse_2", "school-nurse")) == "unit_file_check"


def test_annulment_of_a_case_awaiting_its_decree(town: Town) -> None:
    action = town.walk(town.submit(), "decree")
    town.annul(action)
    assert statuses(town, action) == [Status.ANNULLED]
    assert town.registry.last_decree == {}


def test_siasn_is_corrected_after_an_annulment(town: Town) -> None:
    action = town.moved("nurse", "school-nurse")
    town.annul(action)
    assert town.step(action) == "siasn_correction"
    assert not town.state(action).is_quiet
    town.decide(action, "analyst")
    assert town.state(action).is_quiet
    assert statuses(town, action) == [Status.ANNULLED]


def test_open_tasks_end_with_the_annulment(town: Town) -> None:
    action = town.walk(town.submit(), "duty_statement")
    town.annul(action)
    assert [task.step for task in town.state(action).open_tasks] == ["siasn_correction"]


def test_who_moved_into_the_freed_post_is_annulled_with_it(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    second = town.moved("nurse_2", "nurse-1")
    town.annul(first)
    assert statuses(town, first, second) == [Status.ANNULLED, Status.ANNULLED]
    assert (town.post_of("nurse"), town.post_of("nurse_2")) == ("nurse-1", "nurse-2")
    assert cause_of(town, second) == first
    assert cause_of(town, first) is None


def test_annulling_the_dependant_alone_leaves_the_first(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    second = town.moved("nurse_2", "nurse-1")
    town.annul(second)
    assert statuses(town, first, second) == [Status.COMPLETED, Status.ANNULLED]
    assert (town.post_of("nurse"), town.post_of("nurse_2")) == ("school-nurse", "nurse-2")


def test_a_chain_of_three_falls_from_its_end(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    second = town.moved("nurse_2", "nurse-1")
    third = town.walk(town.submit_in("nurse-2"))
    newcomer = town.state(third).subject_id
    town.annul(first)
    assert statuses(town, first, second, third) == [Status.ANNULLED] * 3
    assert [cause_of(town, action) for action in (first, second, third)] == [None, first, second]
    assert town.post_of(newcomer) is None
    assert (town.post_of("nurse"), town.post_of("nurse_2")) == ("nurse-1", "nurse-2")
    annulled = [stream for stream, r in town.log if isinstance(r.event, ev.ActionAnnulled)]
    assert [stream.partition("/")[2] for stream in annulled] == [third, second, first]


def test_a_later_move_of_the_same_person_falls_too(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    second = town.moved("nurse", "school-nurse-2")
    town.annul(first)
    assert statuses(town, first, second) == [Status.ANNULLED, Status.ANNULLED]
    assert town.post_of("nurse") == "nurse-1"
    assert town.holder("school-nurse-2") is None


def test_the_later_move_alone_goes_back_one_post(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    second = town.moved("nurse", "school-nurse-2")
    town.annul(second)
    assert statuses(town, first, second) == [Status.COMPLETED, Status.ANNULLED]
    assert town.post_of("nurse") == "school-nurse"
    town.annul(first)
    assert town.post_of("nurse") == "nurse-1"


def test_an_open_case_that_was_promised_the_post_falls_too(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    promised = town.walk(town.submit("nurse_2", "nurse-1"), "agency_head_review")
    town.annul(first)
    assert statuses(town, promised) == [Status.ANNULLED]
    assert town.state(promised).is_quiet
    assert cause_of(town, promised) == first
    assert town.registry.open_action_of == {}
    assert town.registry.promised_to == {}


def test_an_open_case_of_the_same_person_falls_too(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    later = town.walk(town.submit("nurse", "school-nurse-2"), "decree")
    town.annul(first)
    assert statuses(town, later) == [Status.ANNULLED]
    assert town.registry.promised_to == {}


def test_an_exchange_of_posts_falls_whole(town: Town) -> None:
    """nurse leaves, nurse_2 takes her post, nurse then takes the one that nurse_2 left."""
    first = town.moved("nurse", "school-nurse")
    second = town.moved("nurse_2", "nurse-1")
    third = town.moved("nurse", "nurse-2")
    town.annul(first)
    assert statuses(town, first, second, third) == [Status.ANNULLED] * 3
    assert (town.post_of("nurse"), town.post_of("nurse_2")) == ("nurse-1", "nurse-2")
    assert (town.holder("nurse-1"), town.holder("nurse-2")) == ("nurse", "nurse_2")
    assert town.holder("school-nurse") is None


def test_other_cases_are_left_alone(town: Town) -> None:
    first = town.moved("nurse", "school-nurse")
    other = town.moved("nurse_2", "school-nurse-2")
    running = town.submit("clerk", "clerk-2")
    town.annul(first)
    assert statuses(town, other, running) == [Status.COMPLETED, Status.IN_REVIEW]


def test_who_left_the_city_comes_back(town: Town) -> None:
    action = town.walk(town.submit_out())
    town.annul(action)
    assert town.post_of("nurse") == "nurse-1"


def test_a_post_that_the_register_gave_away_cannot_be_restored(town: Town) -> None:
    action = town.moved("nurse", "school-nurse")
    town.correct("clerk", post="nurse-1")
    with pytest.raises(HardFinding):
        town.annul(action)
    assert statuses(town, action) == [Status.COMPLETED]


# --- who, when, why ---


@pytest.mark.parametrize(
    ("by", "authority"),
    [("kepala_bkpsdm", "PPK"), ("sekda", "PPK"), ("sekda", "BKN"), ("nurse_2", "COURT"), ("analyst", "BKN")],
)
def test_annulment_only_by_who_may(town: Town, by: str, authority: str) -> None:
    action = town.moved("nurse", "school-nurse")
    with pytest.raises(NotPermitted):
        town.annul(action, by, authority)


@pytest.mark.parametrize(
    ("by", "authority"), [("mayor", "COURT"), ("kepala_bkpsdm", "BKN"), ("kepala_bkpsdm", "COURT")]
)
def test_annulments_of_bkn_and_courts_are_recorded_by_bkpsdm(town: Town, by: str, authority: str) -> None:
    action = town.moved("nurse", "school-nurse")
    town.annul(action, by, authority)
    assert statuses(town, action) == [Status.ANNULLED]


def test_acting_mayor_annuls_nothing(town: Town) -> None:
    action = town.moved("nurse", "school-nurse")
    town.acting(Capacity.PLH, "sekda", "p-mayor")
    town.acting(Capacity.DELEGATE, "inspektur", by="mayor")
    for acting in ("sekda", "inspektur"):
        with pytest.raises(NotPermitted):
            town.annul(action, acting)


def test_nothing_is_annulled_before_the_decision_or_after_another_end(town: Town) -> None:
    action = town.submit()
    with pytest.raises(NotYetDecided):
        town.annul(action)
    town.withdraw(action)
    with pytest.raises(ActionEnded):
        town.annul(action)


def test_nothing_is_annulled_twice(town: Town) -> None:
    action = town.moved("nurse", "school-nurse")
    town.annul(action)
    with pytest.raises(ActionEnded):
        town.annul(action)


def test_annulment_needs_a_reason(town: Town) -> None:
    with pytest.raises(ReasonRequired):
        town.annul(town.moved("nurse", "school-nurse"), reason=" ")


def test_subject_who_holds_the_office_annuls_nothing_of_their_own(town: Town) -> None:
    town.acting(Capacity.PLH, "kepala_disdik", "p-bkpsdm")
    town.moved("kepala_bkpsdm", "p-dukcapil")
    back = town.moved("kepala_bkpsdm", "p-bkpsdm")
    with pytest.raises(ExcludedOwner):
        town.annul(back, "kepala_bkpsdm", "BKN")
    assert statuses(town, back) == [Status.COMPLETED]


def test_head_of_bkpsdm_can_only_be_moved_with_an_acting_head(town: Town) -> None:
    """Without one the secretary recommends and the mayor reviews, who then may not decide."""
    action = town.walk(town.submit("kepala_bkpsdm", "p-dukcapil"), "appointing_decision")
    assert town.owners(action) == []
    with pytest.raises(ExcludedOwner, match="acted_at_agency_head_review"):
        town.decide(action, "mayor")
