"""Transfers that an evaluation has ordered: which order stands behind one, and which rest on one.

Another post is ordered by a measure after a failed test (PP 30/2019 art. 57-58), or by a low result of the
city's evaluation in coordination with BKN.
"""

from __future__ import annotations

from domain.commands import SubmitAction
from domain.errors import AlreadyExists, ExcludedOwner, NotPermitted, UnknownReference
from domain.evaluation_events import ANOTHER_POST
from domain.facts import Facts
from domain.forms import in_order
from domain.personnel_action import ActionState, Status
from domain.policy import Variant


def check_order(command: SubmitAction, facts: Facts) -> None:
    """What a transfer follows has to have ordered another post for this very person.

    Raises UnknownReference for an order that nobody gave, and for a replacement after a low result
    NotPermitted, ExcludedOwner, DateOutOfOrder and AlreadyExists.
    """
    if command.follows is None:
        if command.coordination is not None:
            raise UnknownReference(what="follows", field="follows")
        return
    ordering = facts.action(command.follows)
    evaluation = ordering.evaluation if ordering else None
    if (
        ordering is None
        or evaluation is None
        or (ordering.subject_id, ordering.status) != (command.subject_id, Status.COMPLETED)
    ):
        raise UnknownReference(what="follows", field="follows")
    if ordering.variant is Variant.SIX_MONTHLY:
        _check_replacement(ordering, command, facts)
        return
    ordered = facts.sealed_at(ordering.id, evaluation.measured_at) if evaluation.measured_at else None
    if command.coordination is not None or (ordered or {}).get("measure") not in ANOTHER_POST:
        raise UnknownReference(what="follows", field="follows")


def ordered_by(ordering: ActionState, facts: Facts) -> list[str]:
    """The transfers that rest on an evaluation and run or have been completed. The link is sealed: one of
    an erased person is not found.
    """
    return [
        transfer
        for transfer in facts.registry.evaluations.transfers_of(ordering.subject_id)
        if (facts.sealed_at(transfer, 1) or {}).get("ordered_by") == ordering.id
    ]


def _check_replacement(ordering: ActionState, command: SubmitAction, facts: Facts) -> None:
    """A low and final result, coordinated with BKN after it, by an officer whom the policy names; once."""
    rules = facts.policy_of(ordering).evaluation.replacement
    if command.actor.kind != "person" or not facts.offices.holds_any(
        command.actor.id, rules.coordinated_by, facts.today
    ):
        raise NotPermitted()
    if command.actor.id == ordering.subject_id:
        raise ExcludedOwner(why="subject")
    version = ordering.evaluation.judged_at if ordering.evaluation else None
    judged = facts.sealed_at(ordering.id, version) if version is not None else None
    if command.coordination is None or (judged or {}).get("predicate") not in rules.predicates:
        raise UnknownReference(what="follows", field="follows")
    assert ordering.ended_at is not None  # it is completed
    letter_date = command.coordination.letter_date
    in_order("end of the evaluation", facts.calendar.today(ordering.ended_at), "letter_date", letter_date)
    in_order("letter_date", letter_date, "today", facts.today)
    if ordered_by(ordering, facts):
        raise AlreadyExists(what="replacement after this evaluation")
