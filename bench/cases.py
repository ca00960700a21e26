"""Cases to decide: many transfers at the same step, with the commands or requests that decide them."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from demo.play import INTEGRATION, Play, a_person, new_id
from domain.commands import DecideTask, OverrideReason, SubmitAction
from domain.personnel_action import ActionState
from domain.policy import Variant
from ledger.result import Result

REASON = "alasan tertulis"


@dataclass(frozen=True)
class Decision:
    """One decision that is due: who decides what, with which answer to the form."""

    person_id: str
    action_id: str
    task_id: str
    details: dict[str, Any]
    overridden: tuple[str, ...]

    def body(self) -> dict[str, Any]:
        """The request that decides it: findings that ask for a reason get one."""
        overrides = [{"rule": rule, "reason": REASON} for rule in self.overridden]
        return {"outcome": "approve", "comment": "", "details": self.details, "overrides": overrides}

    def command(self) -> DecideTask:
        return DecideTask(
            command_id=new_id(),
            actor=a_person(self.person_id),
            action_id=self.action_id,
            task_id=self.task_id,
            outcome="approve",
            details=self.details,
            overrides=tuple(OverrideReason(rule=rule, reason=REASON) for rule in self.overridden),
        )


def start_cases(play: Play, count: int) -> list[ActionState]:
    """`count` transfers out of the city, which need no vacant post; all at their first step."""
    subjects = [
        person.id
        for person in play.agency.people.values()
        if person.employment_status == "01" and person.position_id and person.employment_kind == "PNS"
    ]
    waiting: list[Future[Result]] = []
    for subject in subjects:
        post = play.agency.posts[play.agency.people[subject].position_id or ""]
        if post.kind != "FUNGSIONAL" or len(waiting) == count:
            continue
        waiting.append(play.installation.ledger.submit(_request(play, subject)))
    states = [future.result().state for future in waiting]
    return [state for state in states if state is not None and not state.ended]


def decision(play: Play, state: ActionState) -> Decision:
    """The next decision of a case, by the first owner who is not kept out of it. Raises StopIteration."""
    task = state.open_tasks[0]
    barred = task.excluded | {vote.person_id for vote in task.votes} | {state.subject_id}
    person = next(owner for owner in play.owners(state, task) if owner not in barred)
    return Decision(person, state.id, task.id, play.form(state, task), tuple(sorted(state.open_overrides())))


def _request(play: Play, subject: str) -> SubmitAction:
    return SubmitAction(
        command_id=new_id(),
        actor=INTEGRATION,
        action_id=new_id(),
        variant=Variant.INTER_AGENCY_OUT,
        subject_id=subject,
        partner_agency="Pemerintah Provinsi Banten",
        partner_position="Guru Ahli Muda",
        effective_date=play.today,
        reason="kebutuhan organisasi",
    )
