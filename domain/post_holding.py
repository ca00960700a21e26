"""Whether the holder of a post is known to leave it before somebody else is to take it."""

from __future__ import annotations

from datetime import date

from domain.agency import Post
from domain.eligibility import retirement_day_of
from domain.facts import Facts
from domain.personnel_action import DECREED, ActionState
from domain.policy import Policy


def is_kept(
    post: Post, person_id: str | None, effective_date: date, policy: Policy, *, born: date | None,
    leaving: ActionState | None,
) -> bool:  # fmt: skip
    """Whether somebody other than `person_id` holds the post and is not known to leave it by
    `effective_date`. `born` is the holder's day of birth, `leaving` the open action about them.
    """
    if post.incumbent_id in (None, person_id):
        return False
    if born is not None:
        leaves, _ = retirement_day_of(born, post.kind, post.name, policy.rules["retirement_age"].parameters)
        if leaves <= effective_date:
            return False
    decided = leaving is not None and leaving.status in DECREED and leaving.target_position_id != post.id
    return not (decided and leaving is not None and leaving.effective_date <= effective_date)


def is_kept_now(
    post: Post, person_id: str | None, effective_date: date, facts: Facts, policy: Policy
) -> bool:
    """The same by the register and the open actions at `facts.now`."""
    if post.incumbent_id is None:
        return False
    known = facts.identity_of(post.incumbent_id)
    born = known.birth_date if known else None
    open_action = facts.registry.open_action_of.get(post.incumbent_id)
    leaving = facts.action(open_action) if open_action else None
    return is_kept(post, person_id, effective_date, policy, born=born, leaving=leaving)
