"""How a note or finding looks to those who may see it: auditors, and who answers for a finding's unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from api.credentials import Caller
from api.views import as_id, names_of, person_view
from api.visibility import viewer_for
from api.wiring import Services
from domain.authorization import READ_PEOPLE, inside, may_audit
from domain.errors import NotFound
from domain.identity import Capacity
from domain.offices import split_key
from domain.review_events import FindingClosed, FindingRaised, ReviewNoted
from domain.review_state import NOTE, OPEN, REVIEW
from ledger import read
from ledger.mirror import ACTION
from ledger.record import StoredEvent, decode
from projections import reviews
from projections.action_state import states_of

ReviewId = Annotated[str, Path(max_length=64, examples=["9a1d3c5e-7b2f-4e60-8c1a-5f4e3d2c1b0a"])]
REVIEW_SHOWN: dict[str, Any] = {
    "id": "9a1d3c5e-7b2f-4e60-8c1a-5f4e3d2c1b0a",
    "state": "open",
    "about": "personnel-action/1b671a64-40d5-491e-99b0-da01ff1f3341",
    "action_id": "1b671a64-40d5-491e-99b0-da01ff1f3341",
    "unit_id": "3673.05",
    "answer_due": "2027-01-23",
    "overdue": False,
    "raised_at": "2026-11-24T02:15:07.120345Z",
}


class Entry(BaseModel):
    """`what`: `note`, `raised`, `answered`, `reopened` or `closed`. `text` is null where the key of the
    person concerned was destroyed, or the caller may not read it.
    """

    what: str
    by: dict[str, Any] | None
    office: str
    at: str
    event_position: int
    at_position: int | None = Field(
        default=None, description="The event that it is about, where one is named."
    )
    outcome: str | None = None
    answer_due: str | None = None
    text: str | None


@dataclass(frozen=True)
class Reach:
    """Whether somebody reviews, and the units for which they answer."""

    audits: bool
    units: frozenset[str]
    person_id: str | None


def reach_of(services: Services, connection: Connection, caller: Caller) -> Reach:
    """What of the reviews the caller sees today."""
    audits = may_audit(viewer_for(services, connection, caller))
    if caller.person_id is None:
        return Reach(audits, frozenset(), None)
    units = answered_for(services, connection, caller)
    agency = services.view(connection).agency
    return Reach(audits, inside(agency, units) | units, caller.person_id)


def answered_for(services: Services, connection: Connection, caller: Caller) -> frozenset[str]:
    """The units for whose findings the caller answers by an office of theirs today."""
    if caller.person_id is None:
        return frozenset()
    view = services.view(connection)
    today = services.today(view)
    answering = view.policy_in_force(today).review.answered_by
    return frozenset(
        unit
        for key, signature in view.offices(today).exercised_by(caller.person_id, today)
        for office, unit in [split_key(key)]
        if office in answering and unit is not None and signature.capacity is not Capacity.DELEGATE
    )


def visible(services: Services, connection: Connection, caller: Caller, review_id: str) -> dict[str, Any]:
    """The row of a review that the caller may see; nobody sees one of their own case. Raises NotFound."""
    row = reviews.by_id(connection, as_id(review_id))
    reach = reach_of(services, connection, caller)
    if row is None or not (reach.audits or row["unit_id"] in reach.units):
        raise NotFound()
    if row["review_id"] in of_ones_own(connection, reach, [row]):
        raise NotFound()
    return row


def of_ones_own(connection: Connection, reach: Reach, rows: list[dict[str, Any]]) -> set[str]:
    """The reviews among these that are about the caller's own case."""
    cases = {row["review_id"]: _action_of(row["about"]) for row in rows}
    states = states_of(connection, {case for case in cases.values() if case is not None})
    theirs = {known for known, state in states.items() if state.subject_id == reach.person_id}
    return {review for review, case in cases.items() if case in theirs}


def summary(services: Services, connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """A review in a list, without texts."""
    record, _ = read.event_at(connection, row["position"]) or (b"{}", b"")
    today = services.today(services.view(connection)).isoformat()
    due = row["answer_due"]
    return {
        "id": row["review_id"],
        "state": row["state"],
        "about": row["about"],
        "action_id": _action_of(row["about"]),
        "unit_id": row["unit_id"],
        "answer_due": due,
        "overdue": row["state"] == OPEN and due is not None and due < today,
        "raised_at": decode(record)["recorded_at"],
    }


def detail(services: Services, connection: Connection, caller: Caller, row: dict[str, Any]) -> dict[str, Any]:
    """A review with everything that was said, as far as the caller may read it. The reading is noted."""
    stored = services.reader.stream(connection, f"{REVIEW}/{row['review_id']}")
    if not reach_of(services, connection, caller).audits:
        stored = [item for item in stored if not isinstance(item.event, ReviewNoted)]
    reads = caller.person_id is not None or READ_PEOPLE in caller.scopes
    names = names_of(connection, {item.actor.id for item in stored})
    first = stored[0].event
    raised = first if isinstance(first, FindingRaised) else None
    subject = stored[0].person_id
    if reads and subject is not None:
        services.access_log.note(caller.actor, subject, "review", services.now())
    return summary(services, connection, row) | {
        "question": raised.question if raised else None,
        "sample_id": raised.sample_id if raised else None,
        "entries": [_entry(item, names, reads=reads) for item in stored],
    }


def _entry(stored: StoredEvent, names: Any, *, reads: bool) -> dict[str, Any]:
    event: Any = stored.event
    what = NOTE if isinstance(event, ReviewNoted) else stored.type.removeprefix("Finding").lower()
    due = getattr(event, "answer_due", None)
    return {
        "what": what,
        "by": person_view(stored.actor.id, names),
        "office": event.signature.office,
        "at": stored.recorded_at,
        "event_position": stored.position,
        "at_position": getattr(event, "at_position", None),
        "outcome": event.outcome if isinstance(event, FindingClosed) else None,
        "answer_due": due.isoformat() if due is not None else None,
        "text": event.text if reads else None,
    }


def _action_of(about: str) -> str | None:
    category, _, known = about.partition("/")
    return known if category == ACTION else None
