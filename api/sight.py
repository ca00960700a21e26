"""Which personnel actions a caller may see: those in their reach, and those they act or acted on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from api.credentials import Caller
from api.visibility import viewer_for
from api.wiring import Services
from domain.authorization import Viewer, may_see_action, subtrees
from domain.offices import COMMITTEE
from domain.personnel_action import ActionState
from ledger.read import DirectoryView


@dataclass(frozen=True)
class Sight:
    """What one caller sees today. `keys` are the office keys whose tasks are theirs, `committee`
    among them for its members.
    """

    viewer: Viewer
    keys: frozenset[str]

    def may_see(self, state: ActionState) -> bool:
        """Whether the case may be shown: also to whoever acted on it or owns an open task of it."""
        if may_see_action(self.viewer, state):
            return True
        person = self.viewer.person_id
        if person is None:
            return False
        if person in state.conflicts or any(person == acted for _, acted in state.acted):
            return True
        return any(
            task.office in self.keys or task.escalated_to in self.keys or task.delegated_to == person
            for task in state.open_tasks
        )


def sight_of(services: Services, connection: Connection, caller: Caller) -> Sight:
    viewer = viewer_for(services, connection, caller)
    if caller.person_id is None:
        return Sight(viewer, frozenset())
    return Sight(viewer, inbox_keys(services, services.view(connection), caller.person_id))


def inbox_keys(services: Services, view: DirectoryView, person_id: str) -> frozenset[str]:
    today = services.today(view)
    offices = view.offices(today)
    keys = offices.keys_of(person_id, today)
    members = view.policy_in_force(today).committee.members
    if any(person_id in offices.holders(member, today) for member in members):
        keys |= {COMMITTEE}
    return keys


def units_below(unit_id: str, view: DirectoryView) -> list[str]:
    """The unit and every unit inside it, none for an unknown unit."""
    return sorted(subtrees(view.agency, [unit_id]))
