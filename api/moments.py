"""A moment of the past that a caller asks about, and the agency as it stood then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from sqlalchemy import Connection

from api.problems import Problem
from api.wiring import Services
from domain.errors import NotFound
from domain.facts import Facts
from ledger import read
from ledger.directory_view import DirectoryView
from ledger.facts import LAST_POSITION, facts_for_reading
from ledger.record import decode, moment, parse_moment
from projections.audit_search import first_position_after


@dataclass(frozen=True)
class Asked:
    """What was asked for: a position, or a moment in UTC."""

    position: int | None
    at: datetime | None


@dataclass(frozen=True)
class Past:
    """The ledger right after the event at `position`, of `size` events now; `at` is the moment meant."""

    position: int
    at: datetime
    size: int
    view: DirectoryView
    facts: Facts

    def shown(self) -> dict[str, Any]:
        policy = self.view.policy_in_force(self.facts.today) if self.view.policies else None
        return {
            "position": self.position,
            "at": moment(self.at),
            "policy_in_force": {"id": policy.id, "hash": policy.hash} if policy else None,
            "calendar_version": self.view.calendar.version,
        }


def asked(
    at_position: Annotated[
        int | None, Query(ge=0, le=LAST_POSITION, description="As it stood right after that event.")
    ] = None,
    at: Annotated[
        str | None,
        Query(max_length=64, description="ISO 8601; UTC without offset.", examples=["2026-11-24T00:00:00Z"]),
    ] = None,
) -> Asked | None:
    """None where the present is asked for. Raises a 422."""
    if at_position is not None and at is not None:
        raise Problem("invalid-request", errors=[{"field": "at", "in": "query", "message": "one of the two"}])
    if at_position is None and at is None:
        return None
    return Asked(at_position, _moment(at) if at is not None else None)


AskedDep = Annotated[Asked | None, Depends(asked)]


def past_of(services: Services, connection: Connection, wanted: Asked) -> Past:
    """The ledger as it stood then; a moment to come is now. Raises NotFound before the first event."""
    size = read.size(connection)
    position = wanted.position
    if position is None:
        assert wanted.at is not None  # one of the two was given
        position = first_position_after(connection, moment(wanted.at)) - 1
    position = min(position, size - 1)
    found = read.event_at(connection, position)
    if found is None:
        raise NotFound()
    at = min(wanted.at, services.now()) if wanted.at else parse_moment(decode(found[0])["recorded_at"])
    view = services.reader.directory.at(connection, position, at)
    if not view.policies:
        raise NotFound()
    facts = facts_for_reading(services.reader, connection, view, at, up_to=position)
    return Past(position, at, size, view, facts)


def differences(then: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of `then` that are not the same now."""
    return [
        {"field": name, "then": value, "now": now.get(name)}
        for name, value in then.items()
        if value != now.get(name)
    ]


def _moment(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text.replace(" ", "+"))
        found = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        moment(found)
    except (ValueError, OverflowError):
        raise Problem(
            "invalid-request", errors=[{"field": "at", "in": "query", "message": "not an ISO 8601 moment"}]
        ) from None
    return found
