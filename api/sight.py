"""Which personnel actions a caller may see: by the law of authorization, and those they act or acted on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from api.credentials import Caller
from api.visibility import viewer_for
from api.wiring import Services
from domain.authorization import Viewer, may_see_action
from domain.facts import Facts
from domain.human_task import Task
from domain.ownership import may_act
from domain.personnel_action import ActionState
from ledger.directory_view import DirectoryView
from ledger.facts import facts_for_reading


@dataclass(frozen=True)
class Sight:
    """What one caller sees today. `keys` are the office keys whose tasks are theirs, `committee` among
    them for its members.
    """

    viewer: Viewer
    keys: frozenset[str]
    facts: Facts

    def may_see(self, state: ActionState) -> bool:
        """Whether the case may be shown: by the viewer's own reach, to the potential owners of its open
        tasks, and to whoever acted on it or declared a conflict in it.
        """
        if may_see_action(self.viewer, state):
            return True
        person = self.viewer.person_id
        if person is None:
            return False
        return (
            person in state.conflicts
            or any(person == acted for _, acted in state.acted)
            or any(self._may_own(person, task, state) for task in state.open_tasks)
        )

    def _may_own(self, person: str, task: Task, state: ActionState) -> bool:
        # By office first: who holds it and may not sign here (a step for definitive holders) has the
        # task in the inbox all the same and may open it.
        by_office = task.office in self.keys or task.escalated_to in self.keys or task.delegated_to == person
        return by_office or may_act(person, task, state, self.facts)


def sight_of(services: Services, connection: Connection, caller: Caller) -> Sight:
    """The caller's sight as `connection`'s transaction sees the agency."""
    view = services.view(connection)
    person = caller.person_id
    return Sight(
        viewer_for(services, connection, caller),
        inbox_keys(services, view, person) if person is not None else frozenset(),
        facts_for_reading(services.reader, connection, view, services.now()),
    )


def inbox_keys(services: Services, view: DirectoryView, person_id: str) -> frozenset[str]:
    """The office keys that the person may act for today, through delegation too."""
    return view.office_keys(person_id, services.today(view))
