"""The performance assessment team: quorum, majority, tie and chair."""

from __future__ import annotations

import pytest

from domain import events as ev
from domain.errors import AlreadyVoted, ExcludedOwner, InvalidDetails, NotFound, NotPermitted
from domain.identity import Capacity
from domain.personnel_action import Status
from tests.domain.town import Town

MEMBERS = ["sekda", "kepala_bkpsdm", "inspektur", "kepala_bappeda", "kepala_bpkad"]


@pytest.fixture
def action(town: Town) -> str:
    return town.walk(town.submit(), "committee_deliberation")


def abstain(town: Town, action: str, member: str) -> None:
    town.decide(action, member, details={"vote": "abstain"})


def test_majority_of_all_who_may_vote_decides(town: Town, action: str) -> None:
    town.vote(action, MEMBERS[:2])
    assert town.step(action) == "committee_deliberation"
    town.decide(action, "inspektur")
    assert town.step(action) == "regional_secretary_review"


def test_majority_against_rejects(town: Town, action: str) -> None:
    for member in MEMBERS[:3]:
        town.decide(action, member, "reject")
    assert town.state(action).status is Status.REJECTED


def test_two_of_five_are_no_quorum_and_abstentions_do_not_carry(town: Town, action: str) -> None:
    abstain(town, action, "inspektur")
    town.vote(action, MEMBERS[:2])
    assert town.step(action) == "committee_deliberation"
    abstain(town, action, "kepala_bappeda")
    assert town.step(action) == "committee_deliberation"
    town.decide(action, "kepala_bpkad", "reject")
    assert town.step(action) == "regional_secretary_review", "two to one, all have voted"


@pytest.mark.parametrize(
    ("chairs_vote", "ends"), [("approve", "regional_secretary_review"), ("reject", None)]
)
def test_chair_decides_a_tie(town: Town, action: str, chairs_vote: str, ends: str | None) -> None:
    other = "reject" if chairs_vote == "approve" else "approve"
    abstain(town, action, "inspektur")
    town.decide(action, "sekda", chairs_vote)
    town.decide(action, "kepala_bkpsdm", chairs_vote)
    town.decide(action, "kepala_bappeda", other)
    town.decide(action, "kepala_bpkad", other)
    assert town.step(action) == ends


def test_tie_without_a_chair_rejects(town: Town, action: str) -> None:
    town.declare_conflict(action, "sekda")
    town.vote(action, ["inspektur", "kepala_bappeda"])
    town.decide(action, "kepala_bkpsdm", "reject")
    town.decide(action, "kepala_bpkad", "reject")
    assert town.state(action).status is Status.REJECTED


def test_each_votes_once_and_each_vote_is_an_event(town: Town, action: str) -> None:
    (cast,) = town.decide(action, "sekda")
    assert isinstance(cast, ev.VoteCast)
    with pytest.raises(AlreadyVoted):
        town.decide(action, "sekda")


def test_vote_must_not_contradict_the_outcome(town: Town, action: str) -> None:
    with pytest.raises(InvalidDetails):
        town.decide(action, "sekda", details={"vote": "reject"})


def test_a_vote_is_personal(town: Town, action: str) -> None:
    town.acting(Capacity.DELEGATE, "nurse_2", by="inspektur")
    with pytest.raises(NotFound):
        town.decide(action, "nurse_2")
    with pytest.raises(NotPermitted):
        town.delegate(action, "inspektur", "nurse_2")
    with pytest.raises(NotPermitted):
        town.claim(action, "inspektur")


def test_acting_holder_of_a_seat_votes(town: Town, action: str) -> None:
    town.leaves("inspektur")
    town.acting(Capacity.PLT, "kepala_disdik", "p-inspektur")
    (cast,) = town.decide(action, "kepala_disdik")
    assert isinstance(cast, ev.VoteCast)
    assert cast.signature.capacity is Capacity.PLT


def test_vacant_seat_is_not_filled_by_its_superior(town: Town, action: str) -> None:
    town.leaves("inspektur")
    with pytest.raises(NotFound):
        town.decide(action, "mayor")


def test_member_who_is_the_subject_has_no_vote(town: Town) -> None:
    action = town.walk(town.submit("inspektur", "p-dukcapil", by="kabid"), "committee_deliberation")
    with pytest.raises(ExcludedOwner, match="subject"):
        town.decide(action, "inspektur")
    with pytest.raises(ExcludedOwner, match="acted_at_unit"):
        town.decide(action, "sekda")  # who recommended in the subject's stead
    town.vote(action, ["kepala_bappeda", "kepala_bpkad"])
    assert town.step(action) == "committee_deliberation", "a majority of the three left, but no quorum"
    town.decide(action, "kepala_bkpsdm")
    assert town.step(action) == "regional_secretary_review"


def test_conflict_of_the_one_who_was_waited_for_lets_the_others_decide(town: Town, action: str) -> None:
    town.declare_conflict(action, "kepala_bpkad")
    town.vote(action, ["sekda", "inspektur"])
    town.decide(action, "kepala_bappeda", "reject")
    assert town.step(action) == "committee_deliberation", "two to one of four"
    town.declare_conflict(action, "kepala_bkpsdm")
    assert town.step(action) == "regional_secretary_review"
    decided = town.state(action).tasks[-2]
    assert decided.decided_by == "jenjang", "a conflicted member decides nothing"


def test_a_vote_does_not_count_after_its_member_declares_a_conflict(town: Town, action: str) -> None:
    town.vote(action, ["sekda", "inspektur"])
    town.declare_conflict(action, "inspektur")
    town.decide(action, "kepala_bappeda")
    assert town.step(action) == "committee_deliberation", "two of four, without the conflicted one"
    town.decide(action, "kepala_bkpsdm")
    assert town.step(action) == "regional_secretary_review"


def test_only_the_chair_returns_the_case(town: Town, action: str) -> None:
    with pytest.raises(NotPermitted):
        town.decide(action, "inspektur", "return", return_to="analyst_verification")
    town.decide(action, "sekda", "return", return_to="analyst_verification")
    assert town.step(action) == "analyst_verification"
