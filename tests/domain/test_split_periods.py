"""Who moves in the middle of a period: each part is rated by its own superior, and the parts become one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import evaluation_events as eve
from domain.errors import NotFound
from domain.evaluation import standing
from domain.personnel_action import Status
from tests.domain.test_evaluation import MEMBERS, predicate
from tests.domain.town import TUESDAY, Town, at, person, replayed

SECOND_OF_2026 = (date(2026, 7, 1), date(2026, 12, 31))
BEST = {"result": "ABOVE", "conduct": "ABOVE"}
WORST = {"result": "BELOW", "conduct": "BELOW"}


def moved_in_between(town: Town) -> str:
    """An evaluation of the second half of 2026, at its rating; its person moves to another unit."""
    action = town.walk(town.evaluate(period=SECOND_OF_2026), until="rating")
    town.moved("nurse", "school-nurse")
    return action


def parts_of(town: Town, action: str) -> list[eve.PartRated]:
    return [r.event for s, r in town.log if s.endswith(action) and isinstance(r.event, eve.PartRated)]


def test_each_part_is_rated_by_the_superior_of_its_post(town: Town) -> None:
    action = moved_in_between(town)
    assert town.owners(action) == ["kepala_dinkes"]
    town.decide(action, "kepala_dinkes", details=BEST)
    assert (town.step(action), town.owners(action)) == ("rating", ["kepala_disdik"])
    with pytest.raises(NotFound):
        town.decide(action, "kepala_dinkes", details=BEST)
    town.decide(action, "kepala_disdik", details=WORST)
    assert town.step(action) == "calibration"
    assert [(p.position_id, p.first, p.last) for p in parts_of(town, action)] == [
        ("nurse-1", date(2026, 7, 1), TUESDAY - timedelta(days=1)),
        ("school-nurse", TUESDAY, date(2026, 12, 31)),
    ]


def test_the_parts_are_joined_by_their_days(town: Town) -> None:
    """146 days above and 38 below expectation are above it; so is what follows from the matrix."""
    action = moved_in_between(town)
    town.decide(action, "kepala_dinkes", details=BEST)
    town.decide(action, "kepala_disdik", details=WORST)
    assert predicate(town, action) == "SANGAT_BAIK"


def test_evaluated_after_the_move_the_old_superior_is_asked_first(town: Town) -> None:
    town.moved("nurse", "school-nurse")
    action = town.walk(town.evaluate(period=SECOND_OF_2026), until="rating")
    assert town.owners(action) == ["kepala_dinkes"]


def test_a_move_that_only_the_roster_tells_of_splits_the_period_as_well(town: Town) -> None:
    action = town.walk(town.evaluate(period=SECOND_OF_2026), until="rating")
    town.correct("nurse", post="school-nurse", position_since=date(2026, 10, 1))
    town.decide(action, "kepala_dinkes")
    assert town.owners(action) == ["kepala_disdik"]
    assert parts_of(town, action)[0].last == date(2026, 9, 30)


def test_a_move_before_or_after_the_period_splits_nothing(town: Town) -> None:
    before = town.evaluate(period=(date(2026, 1, 1), date(2026, 6, 30)))
    town.moved("nurse", "school-nurse")
    town.walk(before, until="rating")
    town.decide(before, "kepala_dinkes")
    assert town.step(before) == "calibration"
    town.now = at(date(2027, 6, 1))
    after = town.walk(town.evaluate(period=(date(2027, 1, 1), date(2027, 6, 30))), until="rating")
    town.decide(after, "kepala_disdik")
    assert town.step(after) == "calibration"
    assert not parts_of(town, before) + parts_of(town, after)


def test_who_is_not_carried_is_rated_anew_in_every_part(town: Town) -> None:
    action = moved_in_between(town)
    town.decide(action, "kepala_dinkes", details=BEST)
    town.decide(action, "kepala_disdik", details=BEST)
    for member in MEMBERS:
        if town.step(action) == "calibration":
            town.decide(action, member, "reject", details={"vote": "reject"})
    assert (town.step(action), town.owners(action)) == ("rating", ["kepala_dinkes"])
    town.decide(action, "kepala_dinkes", details=WORST)
    town.decide(action, "kepala_disdik", details=WORST)
    assert predicate(town, action) == "SANGAT_KURANG"


def test_neither_of_two_superiors_votes_or_decides_on_the_objection(town: Town) -> None:
    action = moved_in_between(town)
    town.decide(action, "kepala_dinkes")
    town.decide(action, "kepala_disdik")
    assert {"kepala_dinkes", "kepala_disdik"}.isdisjoint(town.owners(action))
    town.walk(action, until="result_response")
    town.decide(action, "nurse", details={"response": "object", "reasons": "bukti tidak dibaca"})
    assert town.owners(action) == ["sekda"]


def test_a_move_that_is_annulled_before_the_rating_splits_nothing(town: Town) -> None:
    action = town.walk(town.evaluate(period=SECOND_OF_2026), until="rating")
    town.annul(town.moved("nurse", "school-nurse"))
    town.decide(action, "kepala_dinkes")
    assert town.step(action) == "calibration"


def test_a_move_that_is_annulled_between_two_ratings_leaves_the_open_one_where_it_is(town: Town) -> None:
    action = town.walk(town.evaluate(period=SECOND_OF_2026), until="rating")
    transfer = town.moved("nurse", "school-nurse")
    town.decide(action, "kepala_dinkes", details=BEST)
    town.annul(transfer)
    town.decide(action, "kepala_disdik", details=BEST)
    assert [part.position_id for part in parts_of(town, action)] == ["nurse-1", "nurse-1"]
    assert predicate(town, action) == "SANGAT_BAIK"


def test_the_levels_of_a_part_stand_sealed(town: Town) -> None:
    action = moved_in_between(town)
    town.decide(action, "kepala_dinkes", details=WORST)
    readable = parts_of(town, action)[0].model_dump_json(exclude=set(eve.PartRated.PERSONAL))
    assert "BELOW" not in readable
    assert replayed(town, action) == town.state(action)


@pytest.mark.parametrize("until", ["calibration", "result_response"])
def test_a_judgement_that_was_erased_before_it_was_final_ends_the_case_without_a_result(
    town: Town, until: str
) -> None:
    action = town.walk(town.evaluate(), until=until)
    if until == "result_response":
        town.decide(action, "nurse", details={"response": "object", "reasons": "bukti tidak dibaca"})
    town.erase(action)
    town.walk(action, until="evaluation_record")
    assert town.state(action).status is Status.DECIDED
    town.walk(action)
    finals = [r.event.why for _, r in town.log if isinstance(r.event, eve.EvaluationBecameFinal)]
    assert finals == ["erased"]
    assert not [r for _, r in town.log if isinstance(r.event, eve.FollowUpOpened)]


def test_a_part_that_was_erased_before_the_last_one_is_rated_ends_the_case_without_a_result(
    town: Town,
) -> None:
    action = moved_in_between(town)
    town.decide(action, "kepala_dinkes")
    town.erase(action)
    town.decide(action, "kepala_disdik")
    assert town.step(action) == "evaluation_record"


def test_an_objection_changed_after_the_erasure_stands(town: Town) -> None:
    action = town.walk(town.evaluate(), until="result_response")
    town.decide(action, "nurse", details={"response": "object", "reasons": "bukti tidak dibaca"})
    town.erase(action)
    changed = {"decision": "changed", "result": "ABOVE", "conduct": "ABOVE"}
    town.decide(action, "sekda", details=changed)
    assert standing(town.state(action), town.facts)[2].value == "SANGAT_BAIK"


def test_what_was_erased_may_be_withdrawn_before_it_is_decided(town: Town) -> None:
    action = town.walk(town.evaluate(), until="calibration")
    town.erase(action)
    town.withdraw(action, by=person("kabid"))
    assert town.state(action).status is Status.WITHDRAWN
