"""What of a case stays closed to somebody who may see the case: the list of candidates to all but those who
may read it, and a rating to the person rated until it was delivered to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from api.credentials import Caller
from api.visibility import viewer_for
from api.wiring import Services
from domain.authorization import READ_ACTIONS, READ_PEOPLE
from domain.human_task import TaskState
from domain.personnel_action import ActionState
from domain.policy import Kind
from ledger.record import StoredEvent

OF_THE_LIST = frozenset({"VoteCast", "CandidatesRanked"})
OF_A_RATING = frozenset({"VoteCast", "PerformanceJudged", "PartRated", "TaskCompleted", "TaskCommented"})
RATED_AT = frozenset({"rating", "calibration"})
DELIVERY = "delivery"


@dataclass(frozen=True)
class Veil:
    """`ranking` keeps the order of candidates, `rating` what was said of the subject's performance."""

    ranking: bool
    rating: bool

    def over(self, detail: dict[str, Any]) -> dict[str, Any]:
        """The case without what the caller may not read."""
        shown = dict(detail)
        if self.ranking:
            shown["ranking"] = []
        if self.rating:
            shown["judgements"] = []
            silent: dict[str, Any] = {"comment": None, "details": None, "votes": [], "comments": []}
            shown["decisions"] = [d | silent if d["step"] in RATED_AT else d for d in detail["decisions"]]
        return shown

    def closes(self, stored: StoredEvent, state: ActionState) -> bool:
        """Whether what is sealed in the event stays so."""
        if self.ranking and stored.type in OF_THE_LIST:
            return True
        if not self.rating or stored.type not in OF_A_RATING:
            return False
        task = state.task(getattr(stored.event, "task_id", ""))
        return task is None or task.step in RATED_AT


def veil_of(services: Services, connection: Connection, caller: Caller, state: ActionState) -> Veil:
    """The veil over the case for this caller, by its newest `state`."""
    rated = state.evaluation is not None and DELIVERY in state.steps and caller.person_id == state.subject_id
    delivered = any(task.step == DELIVERY and task.state is TaskState.COMPLETED for task in state.tasks)
    listed = state.kind is Kind.PROMOTION and (
        caller.person_id in state.ranking or not reads_candidates(services, connection, caller)
    )
    return Veil(ranking=listed, rating=rated and not delivered)


def reads_candidates(services: Services, connection: Connection, caller: Caller) -> bool:
    """Whether lists of candidates are open to the caller: who reads the agency, who sits on the committee
    (a member's delegate does not read in their stead), and keys that read actions and people.
    """
    if caller.actor.kind == "integration":
        return {READ_ACTIONS, READ_PEOPLE} <= caller.actor.scopes
    if viewer_for(services, connection, caller).reads_agency:
        return True
    view = services.view(connection)
    today = services.today(view)
    members = view.policy_in_force(today).committee.members
    return any(caller.person_id in view.offices(today).holders(member, today) for member in members)
