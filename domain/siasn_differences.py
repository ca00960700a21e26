"""Where SIASN and the register disagree about a person: found by night, settled by an officer."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain import siasn_events as se
from domain import talent
from domain.commands import EmployeeRow, RegisterEmployees
from domain.errors import NotDue, NotFound, NotPermitted
from domain.event import Event, NewEvent
from domain.facts import Facts
from domain.identity import SYSTEM
from domain.reasons import require_words
from domain.siasn_commands import RecordSiasnDifferences, SettleSiasnDifference
from domain.signing import signed_by

CATEGORY = "siasn-person"


def stream_of(person_id: str) -> str:
    return f"{CATEGORY}/{person_id}"


def record(facts: Facts, command: RecordSiasnDifferences) -> list[NewEvent]:
    """What was found, each in the place of an older difference in the same thing. Raises NotFound,
    NotPermitted.
    """
    if command.actor.kind != "system":
        raise NotPermitted()
    if command.person_id not in facts.agency.people:
        raise NotFound()
    mine = {
        told.field: told for told in facts.siasn_differences.values() if told.person_id == command.person_id
    }
    found = {each.field: each for each in command.found if _is_new(each.difference_id, mine)}
    over = [told for told in mine.values() if told.difference_id in command.gone or told.field in found]
    events: list[Event] = [
        se.SiasnDifferenceSettled(
            difference_id=told.difference_id, person_id=told.person_id, field=told.field, outcome="gone"
        )
        for told in over
    ]
    events += [se.SiasnDiffered(person_id=command.person_id, **each.model_dump()) for each in found.values()]
    return [NewEvent(stream_of(command.person_id), event, command.person_id) for event in events]


def settle(facts: Facts, command: SettleSiasnDifference) -> list[NewEvent]:
    """Taken over, the register is corrected in the same commit. Raises NotFound, NotPermitted, ExcludedOwner
    (oneself), ReasonRequired for a dismissal, NotDue where the register has moved on or nothing can be taken
    over.
    """
    told = facts.siasn_differences.get(command.difference_id)
    if told is None:
        raise NotFound()
    offices = facts.policy_in_force(facts.today).write_back.differences_by
    signature = signed_by(command.actor, offices, (told.person_id,), facts)
    if command.outcome == "dismissed":
        require_words(command.reason)
    settled = se.SiasnDifferenceSettled(
        difference_id=told.difference_id,
        person_id=told.person_id,
        field=told.field,
        outcome=command.outcome,
        signature=signature,
        reason=command.reason.strip() or None,
    )
    events = [NewEvent(stream_of(told.person_id), settled, told.person_id)]
    if command.outcome == "accepted":
        events += _taken_over(facts, told, command)
    return events


def _taken_over(facts: Facts, told: se.SiasnDiffered, command: SettleSiasnDifference) -> list[NewEvent]:
    row = command.row
    if row is None or row.person_id != told.person_id or not _differs_in(told.field, row, facts):
        raise NotDue()
    register = RegisterEmployees(command_id=command.command_id, actor=SYSTEM, rows=(row,))
    return talent.register_employees(facts, register)


def _differs_in(name: str, row: EmployeeRow, facts: Facts) -> bool:
    """Whether the row is the person's as it stands, but for that field; who they are is never taken over."""
    known, identity = facts.agency.people[row.person_id], facts.identity_of(row.person_id)
    if name == "unit" or (identity is not None and identity.birth_date != row.birth_date):
        return False
    readable = (
        "employment_kind", "grade", "grade_since", "position_id", "position_since", "education",
        "employment_status",
    )  # fmt: skip
    return all(getattr(row, each) == getattr(known, each) for each in readable if each != name)


def _is_new(difference_id: str, mine: dict[se.Compared, se.SiasnDiffered]) -> bool:
    return all(told.difference_id != difference_id for told in mine.values())


@dataclass
class OpenDifferences:
    """The differences that wait for an officer, by id; values are not kept."""

    open: dict[str, se.SiasnDiffered] = field(default_factory=dict)

    def evolve(self, event: Event) -> None:
        """Apply one event; others change nothing."""
        if isinstance(event, se.SiasnDiffered):
            self.open[event.difference_id] = event.model_copy(update={"ours": None, "theirs": None})
        elif isinstance(event, se.SiasnDifferenceSettled):
            self.open.pop(event.difference_id, None)
