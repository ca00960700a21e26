"""Which personnel actions a caller may see: those in their reach, and those they act or acted on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from api.credentials import Caller
from api.wiring import Services
from domain.identity import Actor
from domain.offices import COMMITTEE, split_key
from domain.personnel_action import ActionState
from ledger.read import DirectoryView

READ_SCOPE = "actions:read"


@dataclass(frozen=True)
class Sight:
    """What one caller sees today.

    `units` hold whole subtrees of unit ids; `keys` are the office keys whose tasks are theirs,
    `committee` among them for its members.
    """

    actor: Actor
    everything: bool
    units: frozenset[str]
    keys: frozenset[str]

    @property
    def person_id(self) -> str | None:
        return self.actor.id if self.actor.kind == "person" else None

    def may_see(self, state: ActionState) -> bool:
        """Whether the case may be shown: to readers of everything or of its units, its subject, its
        initiator, whoever acted on it, and who holds the office of one of its tasks. Past tasks
        count: who comes second may look at what was decided.
        """
        if self.everything or state.initiator == (self.actor.kind, self.actor.id):
            return True
        person = self.person_id
        if person is None:
            return False
        if person == state.subject_id or person in state.conflicts:
            return True
        if {state.origin_unit_id, state.target_unit_id} & self.units:
            return True
        return any(person == acted for _, acted in state.acted) or any(
            task.office in self.keys or task.escalated_to in self.keys or task.delegated_to == person
            for task in state.tasks
        )


def sight_of(services: Services, connection: Connection, caller: Caller) -> Sight:
    """The caller's sight by the readers that the policy in force names, or by the key's scopes."""
    view = services.view(connection)
    today = services.today(view)
    person = caller.person_id
    if person is None:
        return Sight(caller.actor, READ_SCOPE in caller.scopes, frozenset(), frozenset())
    readers = view.policy_in_force(today).readers
    keys = inbox_keys(services, view, person)
    held = [split_key(key) for key in keys]
    roots = {unit for office, unit in held if unit is not None and office in readers["unit"]}
    everything = any(office in readers["agency"] for office, _ in held)
    return Sight(caller.actor, everything, frozenset(_subtrees(view, roots)), keys)


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
    return sorted(_subtrees(view, {unit_id}))


def _subtrees(view: DirectoryView, roots: set[str]) -> set[str]:
    if not roots:
        return set()
    return {unit for unit in view.agency.units if not roots.isdisjoint(view.agency.lineage(unit))}
