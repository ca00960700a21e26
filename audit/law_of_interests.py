"""A declared conflict of interest: who may declare one, and what has to follow where nobody else is left."""

from __future__ import annotations

from dataclasses import replace

from audit import law_of_evaluation, law_of_votes
from audit.case import Case, could_act, office_that_answers
from domain import events as ev
from domain.human_task import Task
from domain.offices import ASSESSOR, ASSESSOR_SUPERIOR, COMMITTEE, SUBJECT
from domain.personnel_action import ActionState
from ledger.record import StoredEvent


def declared(case: Case, stored: StoredEvent, event: ev.ConflictDeclared, state: ActionState) -> None:
    """Once, by somebody who may act on an open task that is not the subject's own. Where a committee
    waited for them alone the other votes decide; where nobody is left in an office, the nearest superior
    who may act is told at once.
    """
    person = event.person_id
    others = [task for task in state.open_tasks if task.office != SUBJECT]
    mine = [task for task in others if could_act(person, task, case)]
    if stored.actor.kind != "person" or stored.actor.id != person or not mine or person in state.conflicts:
        case.report(stored, "not-an-owner", f"{person} had no open task to declare a conflict in")
    without = replace(state, conflicts=state.conflicts | {person})
    for task in mine:
        if task.office == COMMITTEE:
            votes = {vote.person_id: vote.vote for vote in task.votes}
            law_of_votes.closed(case, stored, task, votes, without.conflicts)
        else:
            _goes_up(case, stored, task, without)


def _goes_up(case: Case, stored: StoredEvent, task: Task, without: ActionState) -> None:
    step = case.step(task.step)
    if step is None:
        return
    if step.office in (ASSESSOR, ASSESSOR_SUPERIOR):
        answers = law_of_evaluation.office_of(case, task.step, without)
    else:
        answers = office_that_answers(task.office, step, without, case.moment)
    told = [s.event for s in case.beside(stored, ev.TaskEscalated)]
    if answers not in (task.office, task.escalated_to) and not told:
        case.report(stored, "skipped-step", f"{task.step} was not put before {answers}")
