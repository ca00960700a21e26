"""Deciding a task: first decision wins, claims, returns, reasons, withdrawal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import commands as cmd
from domain import events as ev
from domain.errors import (
    ActionEnded,
    AlreadyExists,
    DecreeAlreadyIssued,
    ExcludedOwner,
    InvalidDetails,
    NotFound,
    NotPermitted,
    ReasonRequired,
    TaskAlreadyDecided,
    TaskClaimed,
    TaskClosed,
    UnknownReference,
    UnknownReturnStep,
    WrongExpectedVersion,
)
from domain.human_task import TaskState
from domain.personnel_action import Status
from domain.policy import Variant
from tests.domain.town import TUESDAY, Town, at, person


def test_first_decision_wins_and_the_loser_hears_who_and_when(town: Town) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    task = town.task(action)
    town.decide(action, "analyst")
    for command in (
        town.task_command(
            cmd.DecideTask, action, "analyst_2", task_id=task.id, outcome="reject", comment="tidak"
        ),
        town.task_command(cmd.ClaimTask, action, "analyst_2", task_id=task.id),
        town.task_command(cmd.DelegateTask, action, "analyst_2", task_id=task.id, to="nurse_2"),
    ):
        with pytest.raises(TaskAlreadyDecided) as lost:
            town.send(command)
        assert lost.value.facts == {"by": "analyst", "at": at(TUESDAY).isoformat(), "outcome": "approve"}


def test_the_winner_who_decides_again_hears_the_same(town: Town) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    task_id = town.task(action).id
    town.decide(action, "analyst")
    with pytest.raises(TaskAlreadyDecided):
        town.decide(action, "analyst", "reject", task_id=task_id)


@pytest.mark.parametrize("stranger", ["nurse_2", "kasubag_disdik", "kepala_disdik", "nobody"])
def test_stranger_hears_nothing_before_and_after_the_decision(town: Town, stranger: str) -> None:
    action = town.submit()
    task_id = town.task(action).id
    with pytest.raises(NotFound):
        town.decide(action, stranger)
    town.decide(action, "kasubag")
    with pytest.raises(NotFound):
        town.decide(action, stranger, task_id=task_id)


def test_unknown_task_and_unknown_case_are_not_found(town: Town) -> None:
    action = town.submit()
    with pytest.raises(NotFound):
        town.claim(action, "kasubag", task_id="none")
    with pytest.raises(NotFound):
        town.send(cmd.ClaimTask(command_id="1", actor=person("kasubag"), action_id="none", task_id="none"))


def test_a_case_begins_once(town: Town) -> None:
    action = town.submit()
    with pytest.raises(AlreadyExists):
        town.submit("nurse_2", "school-nurse-2", action_id=action)


def test_expected_version_is_compared(town: Town) -> None:
    action = town.submit()
    with pytest.raises(WrongExpectedVersion) as wrong:
        town.claim(action, "kasubag", expected_version=2)
    assert wrong.value.facts["actual"] == 3
    town.claim(action, "kasubag", expected_version=3)


# --- claims ---


def test_claimed_by_another_is_refused_and_named(town: Town) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    town.claim(action, "analyst")
    for attempt in (
        lambda: town.claim(action, "analyst_2"),
        lambda: town.decide(action, "analyst_2"),
        lambda: town.release(action, "analyst_2"),
        lambda: town.delegate(action, "analyst_2", "nurse_2"),
    ):
        with pytest.raises(TaskClaimed) as claimed:
            attempt()
        assert claimed.value.facts == {"by": "analyst"}
    town.release(action, "analyst")
    town.decide(action, "analyst_2")


def test_claiming_twice_and_releasing_twice_change_nothing(town: Town) -> None:
    action = town.submit()
    town.claim(action, "kasubag")
    version = town.state(action).version
    town.claim(action, "kasubag")
    assert town.state(action).version == version
    town.release(action, "kasubag")
    town.release(action, "kasubag")
    assert town.state(action).version == version + 1


def test_a_claimant_who_leaves_strands_nothing(town: Town) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    town.claim(action, "analyst")
    town.leaves("analyst")
    town.claim(action, "analyst_2")
    assert town.task(action).claimed_by == "analyst_2"


def test_escalation_ends_the_claim_so_that_the_superior_can_act(town: Town) -> None:
    action = town.submit()
    town.claim(action, "kasubag")
    town.after_working_days(2, hour=0)
    town.advance(action)
    assert town.task(action).state is TaskState.READY
    town.decide(action, "kepala_dinkes")


def test_delegate_decides_on_behalf_of_the_owner(town: Town) -> None:
    action = town.submit()
    town.delegate(action, "kasubag", "nurse_2")
    with pytest.raises(TaskClaimed):
        town.decide(action, "kasubag")
    completed, _ = town.decide(action, "nurse_2")
    assert isinstance(completed, ev.TaskCompleted)
    assert completed.signature is not None
    assert completed.signature.capacity == "DELEGATE"
    assert completed.signature.on_behalf_of == "kasubag"
    assert completed.signature.office == "unit_personnel_officer@dinkes"


def test_owner_takes_a_delegated_task_back(town: Town) -> None:
    action = town.submit()
    town.delegate(action, "kasubag", "nurse_2")
    town.release(action, "kasubag")
    with pytest.raises(NotFound):
        town.decide(action, "nurse_2")
    town.decide(action, "kasubag")


@pytest.mark.parametrize("to", ["nobody", "kasubag"])
def test_a_task_is_delegated_to_another_who_serves(town: Town, to: str) -> None:
    action = town.submit()
    with pytest.raises(UnknownReference):
        town.delegate(action, "kasubag", to)


def test_a_delegate_may_not_delegate_further(town: Town) -> None:
    action = town.submit()
    town.delegate(action, "kasubag", "nurse_2")
    with pytest.raises(NotPermitted):
        town.delegate(action, "nurse_2", "clerk")


# --- return, rejection, reasons ---


@pytest.mark.parametrize("outcome", ["reject", "return"])
@pytest.mark.parametrize("comment", ["", "  ", "a "])
def test_a_reason_is_required(town: Town, outcome: str, comment: str) -> None:
    action = town.submit()
    with pytest.raises(ReasonRequired):
        town.decide(action, "kasubag", outcome, comment=comment)


def test_rejection_ends_the_case_for_good(town: Town) -> None:
    action = town.submit()
    town.decide(action, "kasubag", "reject")
    assert town.state(action).status is Status.REJECTED
    with pytest.raises(TaskAlreadyDecided):
        town.decide(action, "kasubag")
    with pytest.raises(ActionEnded):
        town.withdraw(action)
    assert not town.state(action).open_tasks


def test_rejected_case_frees_post_and_person(town: Town) -> None:
    town.decide(town.submit(), "kasubag", "reject")
    assert town.step(town.submit()) == "unit_file_check"


def test_return_to_initiator_resumes_at_the_same_step(town: Town) -> None:
    action = town.walk(town.submit(by="kabid"), "agency_head_review")
    town.decide(action, "kepala_bkpsdm", "return")
    assert (town.step(action), town.state(action).status) == ("revision", Status.RETURNED)
    assert town.owners(action) == ["kabid"]
    town.decide(action, "kabid")
    assert (town.step(action), town.state(action).status) == ("agency_head_review", Status.IN_REVIEW)


def test_initiator_withdraws_rather_than_rejects(town: Town) -> None:
    action = town.submit(by="kabid")
    town.decide(action, "kasubag", "return")
    with pytest.raises(InvalidDetails):
        town.decide(action, "kabid", "reject")
    with pytest.raises(UnknownReturnStep):
        town.decide(action, "kabid", "return")


def test_a_machines_request_is_revised_by_the_analysts(town: Town) -> None:
    action = town.submit()
    town.decide(action, "kasubag", "return", return_to="initiator")
    assert town.owners(action) == ["analyst", "analyst_2"]
    town.decide(action, "analyst")
    assert town.step(action) == "unit_file_check"


def test_return_to_an_earlier_step_does_the_work_again(town: Town) -> None:
    action = town.walk(town.submit(), "regional_secretary_review")
    town.decide(action, "sekda", "return", return_to="analyst_verification")
    seen = []
    while town.step(action) != "bkn_review":
        step = town.step(action)
        assert step is not None
        seen.append(step)
        town.next(action)
    assert seen == [
        "analyst_verification",
        "division_review",
        "agency_head_review",
        "committee_deliberation",
        "regional_secretary_review",
    ]


def test_votes_are_cast_anew_after_a_return(town: Town) -> None:
    action = town.walk(town.submit(), "regional_secretary_review")
    town.decide(action, "sekda", "return", return_to="committee_deliberation")
    assert town.task(action).votes == ()
    town.walk(action, "regional_secretary_review")


@pytest.mark.parametrize(
    "return_to", ["nowhere", "bkn_review", "agency_head_review", "inauguration", "home_ministry_clearance"]
)
def test_unknown_or_later_return_step_is_refused(town: Town, return_to: str) -> None:
    action = town.walk(town.submit(), "agency_head_review")
    with pytest.raises(UnknownReturnStep):
        town.decide(action, "kepala_bkpsdm", "return", return_to=return_to)


@pytest.mark.parametrize("step", ["inauguration", "duty_statement", "siasn_write_back"])
def test_after_the_decision_nothing_is_returned_or_rejected(town: Town, step: str) -> None:
    action = town.walk(town.submit(), step)
    owner = town.owners(action)[0]
    with pytest.raises(UnknownReturnStep):
        town.decide(action, owner, "return")
    with pytest.raises(DecreeAlreadyIssued):
        town.decide(action, owner, "reject")
    town.walk(action)


def test_correction_of_an_annulled_case_cannot_be_rejected(town: Town) -> None:
    action = town.moved("nurse", "school-nurse")
    town.annul(action)
    with pytest.raises(ActionEnded):
        town.decide(action, "analyst", "reject")
    assert town.state(action).status is Status.ANNULLED


def test_form_must_be_answered(town: Town) -> None:
    action = town.walk(town.submit(), "unit_recommendation")
    with pytest.raises(InvalidDetails) as invalid:
        town.decide(action, "kepala_dinkes", details={"recommendation_number": "", "surprise": 1})
    assert {error["field"] for error in invalid.value.facts["errors"]} == {
        "recommendation_number",
        "surprise",
    }


def test_step_without_form_takes_no_details(town: Town) -> None:
    action = town.submit()
    with pytest.raises(InvalidDetails):
        town.decide(action, "kasubag", details={"surprise": 1})


# --- withdrawal ---


def test_initiator_withdraws_before_the_decree_only(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    other = town.walk(town.submit("nurse_2", "school-nurse-2"), "decree")
    town.withdraw(action)
    assert town.state(action).status is Status.WITHDRAWN
    assert town.state(action).is_quiet
    with pytest.raises(DecreeAlreadyIssued):
        town.withdraw(other)


def test_late_comer_to_a_withdrawn_case_hears_that_it_ended(town: Town) -> None:
    action = town.submit()
    town.withdraw(action)
    with pytest.raises(ActionEnded, match="withdrawn"):
        town.decide(action, "kasubag")
    with pytest.raises(NotFound):
        town.decide(action, "kasubag_disdik")


def test_nobody_else_withdraws(town: Town) -> None:
    action = town.submit(by="kabid")
    for other in ("nurse", "kasubag", "mayor", "nurse_2"):
        with pytest.raises(NotPermitted):
            town.withdraw(action, person(other))


def test_subject_withdraws_own_request_whoever_filed_it(town: Town) -> None:
    action = town.submit(by="kasubag", variant=Variant.OWN_REQUEST)
    town.withdraw(action, person("nurse"))
    assert town.state(action).status is Status.WITHDRAWN


def test_withdrawal_needs_a_reason(town: Town) -> None:
    with pytest.raises(ReasonRequired):
        town.withdraw(town.submit(), reason="")


# --- conflict of interest ---


def test_declared_conflict_shuts_every_door(town: Town) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    town.declare_conflict(action, "analyst")
    with pytest.raises(ExcludedOwner, match="conflict_of_interest"):
        town.decide(action, "analyst")
    with pytest.raises(ExcludedOwner, match="conflict_of_interest"):
        town.claim(action, "analyst")
    with pytest.raises(ExcludedOwner, match="conflict_of_interest"):
        town.delegate(action, "analyst_2", "analyst")
    town.decide(action, "analyst_2")


def test_conflict_of_the_last_owner_hands_over_to_the_superior(town: Town) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    town.declare_conflict(action, "analyst")
    assert town.task(action).escalated_to is None
    town.declare_conflict(action, "analyst_2")
    assert town.task(action).escalated_to == "transfer_division_head"
    town.decide(action, "kabid")


def test_conflict_of_the_superior_too_goes_higher(town: Town) -> None:
    action = town.submit()
    town.declare_conflict(action, "kasubag")
    town.declare_conflict(action, "kepala_dinkes")
    assert town.task(action).escalated_to == "regional_secretary"
    town.decide(action, "sekda")


def test_hand_over_passes_by_a_superior_who_is_excluded(town: Town) -> None:
    action = town.submit(by="kepala_dinkes")
    town.declare_conflict(action, "kasubag")
    assert town.task(action).escalated_to == "regional_secretary"


def test_declaring_twice_changes_nothing_and_strangers_declare_nothing(town: Town) -> None:
    action = town.submit()
    town.declare_conflict(action, "kasubag")
    version = town.state(action).version
    town.declare_conflict(action, "kasubag")
    assert town.state(action).version == version
    with pytest.raises(NotFound):
        town.declare_conflict(action, "nurse_2")


def test_task_that_was_exited_is_closed(town: Town) -> None:
    """A task that ended undecided while its case goes on; no step of today's routes does this."""
    action = town.submit()
    state = town.state(action)
    exited = replace(state.tasks[0], state=TaskState.EXITED)
    town.states[action] = replace(state, tasks=(exited,))
    with pytest.raises(TaskClosed):
        town.decide(action, "kasubag")
