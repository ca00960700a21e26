"""The law of evaluations: who judges whom, what a judgement becomes, and how it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import evaluation_events as eve
from domain import events as ev
from domain.calendar import months_after
from domain.errors import (
    DateOutOfOrder,
    EvaluationExists,
    ExcludedOwner,
    InvalidDetails,
    NotFound,
    NotPermitted,
    UnknownReference,
    UnknownReturnStep,
)
from domain.evaluation import standing
from domain.personnel_action import Status
from domain.policy import Variant
from tests.domain.town import MACHINE, TUESDAY, Town, at, person

HALF_YEAR = (date(2026, 1, 1), date(2026, 6, 30))
LOW = {"result": "BELOW", "conduct": "BELOW"}
MEMBERS = ("inspektur", "kepala_bappeda", "kepala_bkpsdm")


def rated(town: Town, action: str, by: str = "kepala_dinkes", **levels: str) -> str:
    town.walk(action, until="rating")
    town.decide(action, by, details=levels)
    return action


def low(town: Town) -> str:
    """A finished evaluation with the worst result; the id of what it led to."""
    action = town.walk(rated(town, town.evaluate(), **LOW))
    return follow_up_of(town, action)


def follow_up_of(town: Town, action: str) -> str:
    found = [r.event for s, r in town.log if s.endswith(action) and isinstance(r.event, eve.FollowUpOpened)]
    return found[-1].action_id


def predicate(town: Town, action: str) -> str:
    return standing(town.state(action), town.facts)[2].value


def test_an_evaluation_runs_from_the_plan_to_its_record(town: Town) -> None:
    action = town.evaluate()
    seen = []
    while not town.state(action).ended:
        seen.append(town.step(action))
        town.next(action)
    assert tuple(seen) == town.state(action).steps
    assert town.state(action).status is Status.COMPLETED
    assert predicate(town, action) == "BAIK"


@pytest.mark.parametrize(
    ("result", "conduct", "predicate_then"),
    [
        ("ABOVE", "ABOVE", "SANGAT_BAIK"),
        ("ABOVE", "BELOW", "KURANG"),
        ("BELOW", "ABOVE", "BUTUH_PERBAIKAN"),
        ("BELOW", "BELOW", "SANGAT_KURANG"),
    ],
)
def test_the_predicate_is_the_matrixs(town: Town, result: str, conduct: str, predicate_then: str) -> None:
    action = rated(town, town.evaluate(), result=result, conduct=conduct)
    assert predicate(town, action) == predicate_then


def test_nobody_rates_themselves(town: Town) -> None:
    action = town.walk(town.evaluate("kepala_dinkes"), until="rating")
    assert town.owners(action) == ["sekda"]
    with pytest.raises(ExcludedOwner):
        town.decide(action, "kepala_dinkes")


def test_a_leader_of_the_unit_rates_its_people_and_nobody_else_does(town: Town) -> None:
    action = town.walk(town.evaluate(), until="rating")
    assert town.owners(action) == ["kepala_dinkes"]
    with pytest.raises(NotFound):
        town.decide(action, "kepala_disdik")


def test_the_assessor_is_the_superior_of_the_day_of_the_rating(town: Town) -> None:
    action = town.walk(town.evaluate(), until="rating")
    town.leaves("kepala_dinkes")
    assert town.owners(action) == ["sekda"]


def test_the_regional_secretary_is_rated_by_the_mayor(town: Town) -> None:
    action = town.walk(town.evaluate("sekda"), until="rating")
    assert town.owners(action) == ["mayor"]


def test_the_mayor_is_not_evaluated(town: Town) -> None:
    with pytest.raises(UnknownReference):
        town.evaluate("mayor")


def test_a_period_is_rated_once(town: Town) -> None:
    town.evaluate()
    with pytest.raises(EvaluationExists):
        town.evaluate()


def test_a_withdrawn_evaluation_may_be_opened_again(town: Town) -> None:
    town.withdraw(town.evaluate(), by=person("kabid"))
    town.evaluate()


def test_neither_the_person_nor_a_stranger_withdraws_an_evaluation(town: Town) -> None:
    action = town.evaluate(by=person("nurse"))
    for who in ("nurse", "clerk"):
        with pytest.raises(NotPermitted):
            town.withdraw(action, by=person(who))


@pytest.mark.parametrize(
    "period",
    [
        (date(2026, 6, 30), date(2026, 1, 1)),
        (date(2025, 1, 1), date(2026, 1, 1)),
        (TUESDAY + timedelta(days=1), date(2027, 6, 30)),
    ],
)
def test_a_period_is_neither_turned_nor_too_long_nor_still_to_come(
    town: Town, period: tuple[date, date]
) -> None:
    with pytest.raises(DateOutOfOrder):
        town.evaluate(period=period)


def test_a_period_is_not_rated_long_before_it_ends(town: Town) -> None:
    action = town.walk(town.evaluate(period=(date(2026, 11, 1), date(2027, 4, 30))), until="rating")
    with pytest.raises(DateOutOfOrder):
        town.decide(action, "kepala_dinkes")
    town.now = at(date(2027, 3, 1))
    town.decide(action, "kepala_dinkes")


def test_an_evaluation_does_not_keep_a_person_from_being_moved(town: Town) -> None:
    town.evaluate()
    town.submit("nurse")


@pytest.mark.parametrize("stranger", ["clerk", "kasubag_disdik", "kepala_disdik"])
def test_strangers_open_no_evaluation(town: Town, stranger: str) -> None:
    with pytest.raises(NotPermitted):
        town.evaluate(by=person(stranger))


def test_an_integration_without_the_scope_opens_none(town: Town) -> None:
    with pytest.raises(NotPermitted):
        town.evaluate(by=MACHINE.model_copy(update={"scopes": frozenset()}))


def test_a_plan_may_be_returned_to_the_employee(town: Town) -> None:
    action = town.walk(town.evaluate(), until="plan_agreement")
    town.decide(action, "kepala_dinkes", "return")
    assert town.owners(action) == ["nurse"]
    assert town.state(action).status is Status.RETURNED


def test_an_overdue_plan_may_be_set_by_the_assessor(town: Town) -> None:
    action = town.evaluate()
    town.now += timedelta(days=10)
    town.advance(action)
    assert town.owners(action) == ["kepala_dinkes", "nurse"]


def test_no_evaluation_is_rejected(town: Town) -> None:
    action = town.walk(town.evaluate(), until="rating")
    with pytest.raises(InvalidDetails):
        town.decide(action, "kepala_dinkes", "reject")


def test_who_rated_does_not_vote_on_the_rating(town: Town) -> None:
    action = town.walk(town.evaluate("kepala_dinkes"), until="calibration")
    assert "sekda" not in town.owners(action)


def test_the_committee_changes_a_rating_only_with_a_reason_and_a_majority(town: Town) -> None:
    action = town.walk(town.evaluate(), until="calibration")
    better = {"result": "ABOVE", "conduct": "ABOVE", "reason": "bukti tambahan"}
    with pytest.raises(InvalidDetails):
        town.decide(action, "inspektur", details={"vote": "approve", "deviation": better | {"reason": ""}})
    town.decide(action, "inspektur", details={"vote": "approve", "deviation": better})
    assert predicate(town, action) == "BAIK"
    for member in MEMBERS[1:]:
        town.decide(action, member)
    assert predicate(town, action) == "SANGAT_BAIK"


def test_a_deviation_is_moved_before_anybody_votes(town: Town) -> None:
    action = town.walk(town.evaluate(), until="calibration")
    town.decide(action, "inspektur")
    better = {"result": "ABOVE", "conduct": "ABOVE", "reason": "bukti tambahan"}
    with pytest.raises(InvalidDetails):
        town.decide(action, "kepala_bpkad", details={"vote": "approve", "deviation": better})


def test_a_rating_that_is_not_carried_goes_back_to_the_assessor(town: Town) -> None:
    action = town.walk(town.evaluate(), until="calibration")
    for member in MEMBERS:
        town.decide(action, member, "reject", details={"vote": "reject"})
    assert town.step(action) == "rating"
    assert town.owners(action) == ["kepala_dinkes"]


def test_a_delivered_result_is_not_returned(town: Town) -> None:
    action = town.walk(town.evaluate(), until="delivery")
    with pytest.raises(UnknownReturnStep):
        town.decide(action, "nurse", "return")


def test_the_record_must_hold_the_final_predicate(town: Town) -> None:
    action = town.walk(town.evaluate(), until="evaluation_record")
    with pytest.raises(InvalidDetails):
        town.decide(action, "analyst", details={"predicate": "SANGAT_BAIK"})


def test_no_judgement_stands_readable_in_the_record(town: Town) -> None:
    town.walk(rated(town, town.evaluate(), **LOW), until="result_response")
    for _, recorded in town.log:
        readable = recorded.event.model_dump_json(exclude=set(recorded.event.PERSONAL))
        assert "BELOW" not in readable
        assert "SANGAT_KURANG" not in readable


# --- what a low rating leads to ---


def test_a_good_rating_leads_to_nothing(town: Town) -> None:
    action = town.walk(town.evaluate())
    assert not [r for s, r in town.log if s.endswith(action) and isinstance(r.event, eve.FollowUpOpened)]


def test_a_low_rating_opens_six_months_to_improve(town: Town) -> None:
    improvement = town.walk(low(town), until="retest")
    state = town.state(improvement)
    assert state.variant is Variant.PERFORMANCE_IMPROVEMENT
    assert state.evaluation is not None
    assert state.evaluation.follows is not None
    with pytest.raises(DateOutOfOrder):
        town.decide(improvement, "analyst")
    town.now = at(months_after(town.today, 6))
    town.decide(improvement, "analyst")
    assert town.state(improvement).status is Status.COMPLETED


def failed_retest(town: Town) -> str:
    improvement = town.walk(low(town), until="retest")
    town.now = at(months_after(town.today, 6))
    town.decide(improvement, "analyst", details={"passed": False})
    assert town.owners(improvement) == ["mayor"]
    return improvement


@pytest.mark.parametrize("measure", ["reassign", "demote"])
def test_after_a_failed_retest_another_post_is_ordered(town: Town, measure: str) -> None:
    improvement = failed_retest(town)
    happened = town.decide(improvement, "mayor", details={"measure": measure})
    assert [e.measure for e in happened if isinstance(e, eve.MeasureOrdered)] == [measure]
    assert town.state(improvement).status is Status.COMPLETED


def test_dismissal_is_proposed_only_after_the_temporary_year(town: Town) -> None:
    improvement = failed_retest(town)
    with pytest.raises(InvalidDetails):
        town.decide(improvement, "mayor", details={"measure": "dismissal_proposal"})
    town.decide(improvement, "mayor", details={"measure": "temporary_year"})
    year = follow_up_of(town, improvement)
    with pytest.raises(DateOutOfOrder):
        town.decide(year, "analyst", details={"passed": False})
    town.now = at(months_after(town.today, 12))
    town.decide(year, "analyst", details={"passed": False})
    town.decide(year, "mayor", details={"measure": "dismissal_proposal"})
    proposal = town.walk(follow_up_of(town, year))
    assert [town.state(a).status for a in (year, proposal)] == [Status.COMPLETED] * 2


def test_an_annulled_evaluation_leaves_a_transfer_alone(town: Town) -> None:
    action, transfer = town.walk(town.evaluate()), town.submit("nurse")
    town.annul(action)
    assert town.state(action).status is Status.ANNULLED
    assert not town.state(transfer).ended
    assert not any(isinstance(r.event, ev.EmployeePlaced) for _, r in town.log)


def test_where_the_subject_alone_could_withdraw_the_office_above_does(town: Town) -> None:
    action = town.evaluate("kepala_bkpsdm")
    town.leaves("kabid")
    for who in ("kepala_bkpsdm", "mayor"):
        with pytest.raises(NotPermitted):
            town.withdraw(action, by=person(who))
    town.withdraw(action, by=person("sekda"))
    assert town.state(action).status is Status.WITHDRAWN


def test_votes_that_decide_when_a_member_has_left_are_closed_at_the_next_reminder(town: Town) -> None:
    action = town.walk(town.evaluate(), "calibration")
    town.vote(action, ["sekda", "inspektur"])
    for who in ("kepala_bappeda", "kepala_bpkad"):
        town.decide(action, who, "reject", details={"vote": "reject"})
    assert town.step(action) == "calibration"
    town.leaves("kepala_bkpsdm")
    town.now = town.task(action).remind_at or town.now
    town.advance(action)
    assert town.step(action) != "calibration", "at a tie the chair's vote decides"
