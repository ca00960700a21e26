"""A committee's vote: quorum, majority of those entitled, and the chair's voice at a tie."""

from __future__ import annotations

from typing import Literal

from domain import events as ev
from domain.facts import Facts
from domain.human_task import Task
from domain.ownership import voters
from domain.personnel_action import ActionState


def verdict_of(
    state: ActionState, task: Task, facts: Facts, cast: ev.VoteCast | None = None
) -> Literal["approve", "reject"] | None:
    """What the votes so far, with `cast`, decide; None while the vote is open. The vote of a member
    who has declared an interest since does not count.

    A motion is decided when the quorum has voted and one side has more than half of all who may
    vote; when everybody has voted without that, more votes win, and at a tie the chair's vote.
    """
    policy = facts.policy_of(state)
    votes = {vote.person_id: vote.vote for vote in task.votes if vote.person_id not in state.conflicts}
    if cast is not None:
        votes[cast.person_id] = cast.vote
    entitled = voters(state, policy.steps[task.step], facts) | votes.keys()
    if len(votes) < policy.committee.quorum:
        return None
    approve = sum(vote == "approve" for vote in votes.values())
    reject = sum(vote == "reject" for vote in votes.values())
    if approve * 2 > len(entitled):
        return "approve"
    if reject * 2 > len(entitled):
        return "reject"
    if len(votes) < len(entitled):
        return None
    if approve != reject:
        return "approve" if approve > reject else "reject"
    chairs = facts.offices.holders(policy.committee.chair, facts.today)
    return "approve" if any(votes.get(chair) == "approve" for chair in chairs) else "reject"
