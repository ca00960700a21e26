"""A committee's votes counted again: quorum, majority of those entitled, the chair's voice at a tie."""

from __future__ import annotations

from collections.abc import Mapping

from audit import law_of_documents
from audit.case import Case, why_out
from audit.law_of_tasks import by_owner, open_task
from domain import evaluation_events as eve
from domain import events as ev
from domain import promotion_events as pe
from domain.human_task import Task
from domain.identity import Capacity
from domain.offices import COMMITTEE
from domain.personnel_action import ActionState
from domain.policy import StepRule
from ledger.record import StoredEvent


def verdict(
    case: Case, step: StepRule, votes: Mapping[str, str], conflicts: frozenset[str]
) -> tuple[str | None, str]:
    """What the votes decide, or None and why not. The vote of who declared an interest does not count."""
    committee, offices, day = case.policy.committee, case.moment.offices, case.moment.day
    votes = {person: vote for person, vote in votes.items() if person not in conflicts}
    members = {person for office in committee.members for person in offices.holders(office, day)}
    before = case.before or case.state
    entitled = {p for p in members if before is None or why_out(p, step, before) is None} - conflicts
    entitled |= votes.keys()
    for_it = sum(vote == "approve" for vote in votes.values())
    against = sum(vote == "reject" for vote in votes.values())
    if len(votes) < committee.quorum:
        return None, f"{len(votes)} of {committee.quorum} votes were cast"
    if for_it * 2 > len(entitled):
        return "approve", ""
    if against * 2 > len(entitled):
        return "reject", ""
    if len(votes) < len(entitled):
        return None, "no side had a majority and votes were missing"
    if for_it != against:
        return ("approve" if for_it > against else "reject"), ""
    chairs = offices.holders(committee.chair, day)
    return ("approve" if any(votes.get(chair) == "approve" for chair in chairs) else "reject"), ""


def voted(case: Case, stored: StoredEvent, event: ev.VoteCast, state: ActionState) -> None:
    """By a member, once, and closing the matter where it decides it."""
    task = open_task(case, stored, event.task_id, state)
    if task is None:
        return
    by_owner(case, stored, task, event.signature, event.person_id)
    if task.office != COMMITTEE or event.step != task.step:
        case.report(stored, "illegal-transition", f"there is no vote at {task.step}")
    if any(vote.person_id == event.person_id for vote in task.votes):
        case.report(stored, "voted-twice", f"{event.person_id} had voted already")
    if event.signature.capacity is Capacity.DELEGATE:
        case.report(stored, "capacity-not-allowed", "a vote is personal")
    if event.vote == "approve":
        law_of_documents.needed(case, stored, event.step, state)
    votes = {vote.person_id: vote.vote for vote in task.votes} | {event.person_id: event.vote}
    closed(case, stored, task, votes, state.conflicts)
    _is_put_on_table(case, stored, event, state)


def _is_put_on_table(case: Case, stored: StoredEvent, event: ev.VoteCast, state: ActionState) -> None:
    """The first vote for a ranking names it, and one that moves a deviation says which."""
    step = case.step(event.step)
    ranks = step is not None and step.form == "ranking_vote" and event.vote == "approve"
    if ranks and state.ranking_task != event.task_id and not case.beside(stored, pe.CandidatesRanked):
        case.report(stored, "skipped-step", "a vote for no ranking")
    moved = [s.event for s in case.beside(stored, eve.PerformanceJudged)]
    motion = any(isinstance(e, eve.PerformanceJudged) and e.at_step == "motion" for e in moved)
    if event.details is not None and bool(event.details.get("deviation")) != motion:
        case.report(stored, "skipped-step", "the deviation on the table is not the one that was moved")


def closed(
    case: Case, stored: StoredEvent, task: Task, votes: Mapping[str, str], conflicts: frozenset[str]
) -> None:
    """Report a matter that the votes decide and nothing closes."""
    step = case.step(task.step)
    done = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    if step is None or any(isinstance(e, ev.TaskCompleted) and e.task_id == task.id for e in done):
        return
    outcome, _ = verdict(case, step, votes, conflicts)
    if outcome is not None:
        case.report(stored, "vote-left-open", f"the votes at {task.step} say {outcome}, and nothing followed")
