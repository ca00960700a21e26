"""Was somebody's account acted on lawfully? By an operator, or an officer of the person's apparatus for
whoever holds no office; never by the person themself.
"""

from __future__ import annotations

from audit.case import Moment
from domain import events as ev
from domain.account_events import FirstPasswordGiven, SessionsEnded
from domain.identity import Capacity
from domain.offices import split_key
from ledger.record import StoredEvent

OPERATOR = "operator"
Problem = tuple[str, str]


def stream_for(event: ev.Event) -> str | None:
    """The stream in which an act belongs; None for every other event."""
    return f"account/{event.person_id}" if isinstance(event, FirstPasswordGiven | SessionsEnded) else None


def problems(stored: StoredEvent, moment: Moment) -> list[Problem]:
    """What is unlawful about an act on an account."""
    event, actor = stored.event, stored.actor
    if not isinstance(event, FirstPasswordGiven | SessionsEnded):
        return []
    told = f"{stored.type} by {actor.kind} {actor.id}"
    if event.person_id not in moment.agency.people:
        return [("illegal-transition", f"{stored.type} of nobody in the register")]
    titles = moment.offices.titles_of(actor.id, moment.day) if actor.kind == "person" else frozenset()
    if isinstance(event, SessionsEnded):
        return [] if actor.kind == "system" or OPERATOR in titles else [("not-entitled", told)]
    if titles & set(moment.offices.policy.first_passwords.to_everybody):
        return [] if actor.id != event.person_id else [("not-entitled", told)]
    other = actor.kind == "person" and actor.id != event.person_id
    return [] if other and _officer_of(event.person_id, actor.id, moment) else [("not-entitled", told)]


def _officer_of(person_id: str, officer: str, moment: Moment) -> bool:
    """Whether the officer gives passwords in the person's apparatus, and the person decides nothing."""
    if moment.offices.keys_of(person_id, moment.day):
        return False
    post = moment.agency.people[person_id].position_id
    apparatus = moment.agency.apparatus_of(moment.agency.unit_of(post))
    giving = moment.offices.policy.first_passwords.in_their_unit
    return any(
        split_key(key)[0] in giving
        and split_key(key)[1] == apparatus
        and signature.capacity is not Capacity.DELEGATE
        for key, signature in moment.offices.exercised_by(officer, moment.day)
    )
