"""Replacing an official after a poor evaluation: a transfer for the person and a vacancy for the post.

Both begin with one command, in coordination with BKN, whose letter it names. What becomes of either is
decided on its own route.
"""

from __future__ import annotations

from datetime import timedelta

from domain import events as ev
from domain.agency import Post
from domain.commands import SubmitAction
from domain.errors import ExcludedOwner, NobodyEligible, NotFound, VariantMismatch
from domain.evaluation_commands import ReplaceOfficial
from domain.facts import Facts
from domain.policy import Policy
from domain.promotion_commands import OpenVacancy
from domain.submission import submit
from domain.vacancy import open_vacancy, variant_for


def replace(facts: Facts, command: ReplaceOfficial) -> list[ev.NewEvent]:
    """The transfer, and the vacancy of the post that it leaves, where that is filled by promotion, somebody
    is eligible, the actor not among them, and no list stands for it. A transfer that the rules refuse at once
    opens none.

    Raises what `submit` and `open_vacancy` raise, and NotFound.
    """
    ordering = facts.action(command.evaluation_id)
    if ordering is None:
        raise NotFound()
    transfer = SubmitAction(
        command_id=command.command_id,
        actor=command.actor,
        action_id=command.action_id,
        variant=command.variant,
        subject_id=ordering.subject_id,
        target_position_id=command.target_position_id,
        effective_date=command.effective_date,
        reason=command.reason,
        document_ids=command.document_ids,
        follows=ordering.id,
        coordination=command.coordination,
    )
    events = submit(facts, transfer)
    left = facts.agency.posts.get(facts.agency.people[ordering.subject_id].position_id or "")
    vacant_from = max(command.effective_date, facts.today + timedelta(days=1))
    refused = any(isinstance(new.event, ev.ActionRefused) for new in events)
    if refused or left is None or not _is_promoted_to(left, facts.policy_in_force(vacant_from)):
        return events
    if facts.registry.standing_list_of(left.id, facts.today) is not None:
        return events
    opening = OpenVacancy(
        command_id=command.command_id,
        actor=command.actor,
        vacancy_id=command.vacancy_id,
        position_id=left.id,
        vacant_from=vacant_from,
    )
    try:
        return [*events, *open_vacancy(facts, opening, replaces=command.action_id)]
    except (NobodyEligible, ExcludedOwner):
        # The person is moved all the same, and the vacancy opened when somebody is eligible, or by another.
        return events


def _is_promoted_to(post: Post, policy: Policy) -> bool:
    try:
        variant_for(post, policy, selected=False)
    except VariantMismatch:
        return False
    return True
