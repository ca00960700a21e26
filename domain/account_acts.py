"""Acts on another's account, with a reason, by whom the policy names: who could give the head of a unit a
password could decide in their place.
"""

from __future__ import annotations

from domain.account_commands import EndSessions, GiveFirstPassword
from domain.account_events import FirstPasswordGiven, SessionsEnded
from domain.authorization import may_give_password
from domain.directory import operator_only
from domain.errors import NotFound, NotPermitted
from domain.event import NewEvent
from domain.facts import Facts
from domain.reasons import require_words


def stream_of(person_id: str) -> str:
    return f"account/{person_id}"


def give_first_password(facts: Facts, command: GiveFirstPassword) -> list[NewEvent]:
    """Raises NotFound for whom the register does not have, NotPermitted, ReasonRequired."""
    _known(facts, command.person_id)
    unit = facts.agency.unit_of(facts.agency.people[command.person_id].position_id)
    around = (facts.agency, facts.offices, facts.policy_in_force(facts.today), facts.today)
    if command.actor.kind != "person" or not may_give_password(
        command.actor.id, command.person_id, unit, *around
    ):
        raise NotPermitted()
    require_words(command.reason)
    given = FirstPasswordGiven(person_id=command.person_id, reason=command.reason)
    return [NewEvent(stream_of(command.person_id), given, command.person_id)]


def end_sessions(facts: Facts, command: EndSessions) -> list[NewEvent]:
    """Raises NotFound, NotPermitted, ReasonRequired."""
    _known(facts, command.person_id)
    operator_only(command.actor, facts)
    require_words(command.reason)
    ended = SessionsEnded(person_id=command.person_id, reason=command.reason)
    return [NewEvent(stream_of(command.person_id), ended, command.person_id)]


def _known(facts: Facts, person_id: str) -> None:
    if person_id not in facts.agency.people or facts.agency.is_erased(person_id):
        raise NotFound()
