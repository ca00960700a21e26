"""Proposer, verifier and decider are three people, by whatever door they come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain import commands as cmd
from domain.errors import (
    CapacityNotAllowed,
    ExcludedOwner,
    NotFound,
    NotPermitted,
    TaskAlreadyDecided,
)
from domain.identity import SYSTEM, Actor, Capacity
from domain.policy import Variant
from tests.domain.town import MACHINE, Town, person, policy_with

Door = Callable[[Town, str, str], object]

DOORS: dict[str, Door] = {
    "decide": lambda town, action, who: town.decide(action, who),
    "reject": lambda town, action, who: town.decide(action, who, "reject"),
    "return": lambda town, action, who: town.decide(action, who, "return"),
    "claim": lambda town, action, who: town.claim(action, who),
    "release": lambda town, action, who: town.release(action, who),
    "comment": lambda town, action, who: town.send(
        town.task_command(cmd.CommentTask, action, who, comment="catatan")
    ),
    "delegate": lambda town, action, who: town.delegate(action, who, "nurse_2"),
}


@pytest.fixture(params=sorted(DOORS))
def door(request: pytest.FixtureRequest) -> Door:
    return DOORS[request.param]


def test_subject_may_not_decide_own_transfer(town: Town, door: Door) -> None:
    action = town.submit("analyst", "nurse-3")
    town.walk(action, "analyst_verification")
    with pytest.raises(ExcludedOwner, match="subject"):
        door(town, action, "analyst")


def test_initiator_may_not_check_own_request(town: Town, door: Door) -> None:
    action = town.submit(by="kasubag")
    with pytest.raises(ExcludedOwner, match="initiator"):
        door(town, action, "kasubag")


def test_initiator_may_not_approve(town: Town, door: Door) -> None:
    action = town.walk(town.submit(by="kepala_bkpsdm"), "agency_head_review")
    with pytest.raises(ExcludedOwner, match="initiator"):
        door(town, action, "kepala_bkpsdm")


def test_who_recommended_may_not_verify(town: Town, door: Door) -> None:
    town.acting(Capacity.PLH, "analyst", "p-dinkes")
    action = town.walk(town.submit(), "unit_recommendation")
    town.decide(action, "analyst")
    with pytest.raises(ExcludedOwner, match="acted_at_unit_recommendation"):
        door(town, action, "analyst")


def test_who_verified_may_not_sit_on_the_committee(town: Town) -> None:
    town.acting(Capacity.PLH, "inspektur", "p-analyst")
    action = town.walk(town.submit(), "analyst_verification")
    town.decide(action, "inspektur")
    town.walk(action, "committee_deliberation")
    with pytest.raises(ExcludedOwner, match="acted_at_analyst_verification"):
        town.decide(action, "inspektur")


def test_who_verified_may_not_decide(town: Town) -> None:
    town.acting(Capacity.PLH, "mayor", "p-analyst")
    action = town.walk(town.submit(), "analyst_verification")
    town.decide(action, "mayor")
    town.walk(action, "appointing_decision")
    with pytest.raises(ExcludedOwner, match="acted_at_analyst_verification"):
        town.decide(action, "mayor")


def test_acting_holder_is_excluded_as_the_person_they_are(town: Town) -> None:
    action = town.submit("nurse", by="kepala_dinkes")
    town.acting(Capacity.PLH, "kepala_dinkes", "p-umpeg-dinkes")
    with pytest.raises(ExcludedOwner, match="initiator"):
        town.decide(action, "kepala_dinkes")


def test_subject_may_not_act_as_plh(town: Town, door: Door) -> None:
    town.acting(Capacity.PLH, "nurse", "p-umpeg-dinkes")
    action = town.submit("nurse")
    with pytest.raises(ExcludedOwner, match="subject"):
        door(town, action, "nurse")


def test_a_task_may_not_be_delegated_to_the_subject(town: Town) -> None:
    action = town.submit("nurse")
    with pytest.raises(ExcludedOwner, match="subject"):
        town.delegate(action, "kasubag", "nurse")


def test_a_task_may_not_be_delegated_to_the_initiator(town: Town) -> None:
    action = town.submit(by="kepala_bkpsdm")
    with pytest.raises(ExcludedOwner, match="initiator"):
        town.delegate(action, "kasubag", "kepala_bkpsdm")


def test_delegate_may_not_sign_for_an_excluded_principal(town: Town, door: Door) -> None:
    action = town.walk(town.submit(by="analyst"), "analyst_verification")
    town.acting(Capacity.DELEGATE, "nurse_2", by="analyst")
    with pytest.raises(ExcludedOwner, match="principal_excluded"):
        door(town, action, "nurse_2")


def test_excluded_person_may_not_act_as_anothers_delegate(town: Town, door: Door) -> None:
    action = town.submit(by="kabid")
    town.acting(Capacity.DELEGATE, "kabid", by="kasubag")
    with pytest.raises(ExcludedOwner, match="initiator"):
        door(town, action, "kabid")


def test_task_delegate_stops_when_the_delegator_declares_a_conflict(town: Town) -> None:
    action = town.submit()
    town.delegate(action, "kasubag", "nurse_2")
    town.declare_conflict(action, "kasubag")
    assert town.task(action).claimed_by is None
    with pytest.raises(NotFound):
        town.decide(action, "nurse_2")
    assert town.owners(action) == ["kepala_dinkes"]


def test_task_delegate_stops_when_the_delegator_leaves_the_office(town: Town) -> None:
    action = town.submit()
    town.delegate(action, "kasubag", "nurse_2")
    town.leaves("kasubag")
    with pytest.raises(NotFound):
        town.decide(action, "nurse_2")
    town.decide(action, "kepala_dinkes")


def test_escalation_does_not_reach_an_excluded_superior(town: Town) -> None:
    action = town.submit(by="kepala_dinkes")
    town.after_working_days(1, hour=23)
    town.set_day(town.calendar.after(town.today, 1), 0)
    town.advance(action)
    assert town.task(action).escalated_to == "regional_secretary"
    with pytest.raises(ExcludedOwner, match="initiator"):
        town.decide(action, "kepala_dinkes")
    town.decide(action, "sekda")


def test_vacancy_does_not_fall_to_an_excluded_superior(town: Town) -> None:
    town.leaves("kasubag")
    action = town.submit(by="kepala_dinkes")
    assert town.owners(action) == ["sekda"]
    with pytest.raises(ExcludedOwner, match="initiator"):
        town.decide(action, "kepala_dinkes")


def test_unit_head_as_subject_is_recommended_by_the_superior(town: Town) -> None:
    action = town.walk(town.submit("kepala_dinkes", "p-dukcapil"), "unit_recommendation")
    assert town.task(action).office == "regional_secretary"
    assert town.owners(action) == ["sekda"]
    with pytest.raises(ExcludedOwner, match="subject"):
        town.decide(action, "kepala_dinkes")


def test_new_unit_head_does_not_state_own_taking_up_of_duty(town: Town) -> None:
    action = town.walk(town.submit("kepala_dinkes", "p-dukcapil"), "duty_statement")
    assert town.post_of("kepala_dinkes") == "p-dukcapil"
    assert town.task(action).office == "regional_secretary"
    with pytest.raises(ExcludedOwner, match="subject"):
        town.decide(action, "kepala_dinkes")
    town.decide(action, "sekda")


def test_a_key_decides_nothing(town: Town) -> None:
    action = town.submit()
    for actor in (
        MACHINE,
        Actor(kind="integration", id="kasubag", scopes=frozenset({"actions:write"})),
        SYSTEM,
    ):
        for model, values in (
            (cmd.ClaimTask, {}),
            (cmd.ReleaseTask, {}),
            (cmd.CommentTask, {"comment": "catatan"}),
            (cmd.DelegateTask, {"to": "nurse_2"}),
            (cmd.DecideTask, {"outcome": "approve"}),
        ):
            command = town.task_command(model, action, "kasubag", **values)
            with pytest.raises(NotPermitted):
                town.send(command.model_copy(update={"actor": actor}))


def test_a_key_declares_no_conflict_and_annuls_nothing(town: Town) -> None:
    action = town.walk(town.submit(), "decree")
    conflict = cmd.DeclareConflict(command_id="1", actor=MACHINE, action_id=action, reason="x")
    annulment = cmd.AnnulAction(command_id="2", actor=MACHINE, action_id=action, reason="salah")
    for command in (conflict, annulment):
        with pytest.raises(NotPermitted):
            town.send(command)


def test_people_do_not_play_the_system(town: Town) -> None:
    action = town.walk(town.submit(), "decree")
    for model in (cmd.IssueDecree, cmd.AdvanceAction):
        for actor in (person("mayor"), MACHINE):
            with pytest.raises(NotPermitted):
                town.send(model(command_id="1", actor=actor, action_id=action))


def test_bulk_is_the_same_judge(town: Town) -> None:
    """A bulk request is one command an item: the second decision on a task loses as it does alone."""
    first, second = town.submit("nurse"), town.submit("nurse_2", "school-nurse-2", by="kasubag")
    town.decide(first, "kasubag")
    with pytest.raises(ExcludedOwner):
        town.decide(second, "kasubag")
    with pytest.raises(TaskAlreadyDecided):
        town.send(
            town.task_command(
                cmd.DecideTask, first, "kasubag", task_id=town.state(first).tasks[0].id, outcome="approve"
            )
        )


@pytest.mark.parametrize("capacity", [Capacity.PLT, Capacity.PLH])
def test_acting_mayor_may_not_appoint(town: Town, capacity: Capacity) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    if capacity is Capacity.PLT:
        town.leaves("mayor")
    town.acting(capacity, "sekda", "p-mayor")
    with pytest.raises(CapacityNotAllowed, match=capacity.value):
        town.decide(action, "sekda")


@pytest.mark.parametrize("capacity", [Capacity.PLT, Capacity.PLH])
def test_acting_secretary_may_not_sign_the_memorandum(town: Town, capacity: Capacity) -> None:
    action = town.walk(town.submit(), "regional_secretary_review")
    if capacity is Capacity.PLT:
        town.leaves("sekda")
    town.acting(capacity, "kepala_disdik", "p-sekda")
    with pytest.raises(CapacityNotAllowed):
        town.decide(action, "kepala_disdik")


def test_mayors_delegate_may_not_appoint(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    town.acting(Capacity.DELEGATE, "sekda", by="mayor")
    with pytest.raises(CapacityNotAllowed):
        town.decide(action, "sekda")
    with pytest.raises(CapacityNotAllowed):
        town.delegate(action, "mayor", "sekda")


def test_acting_head_may_recommend_in_their_capacity(town: Town) -> None:
    town.acting(Capacity.PLH, "kepala_disdik", "p-dinkes")
    action = town.walk(town.submit(), "unit_recommendation")
    (completed, _) = town.decide(action, "kepala_disdik")
    signature = completed.model_dump()["signature"]
    assert (signature["capacity"], signature["post_id"]) == (Capacity.PLH, "p-dinkes")
    assert signature["delegation_id"] in town.agency.delegations


def test_own_request_is_started_but_not_decided_by_the_subject(town: Town) -> None:
    action = town.submit("kasubag", "section-disdik", by="kasubag", variant=Variant.OWN_REQUEST)
    assert town.owners(action) == ["kepala_dinkes"]
    with pytest.raises(ExcludedOwner, match="subject"):
        town.decide(action, "kasubag")


def test_separation_is_the_policys_table() -> None:
    """A policy that separates nothing lets the initiator check their own request; ours does not."""
    loose = policy_with()
    steps = {name: step.model_copy(update={"excludes_actors_of": ()}) for name, step in loose.steps.items()}
    town = Town(policy=loose.model_copy(update={"steps": steps}))
    action = town.submit(by="kasubag")
    town.decide(action, "kasubag")
    assert town.step(action) == "unit_recommendation"
