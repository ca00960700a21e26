"""What the auditors' paths share: who may use them, and the moments between which they look."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import Connection

from api.credentials import Caller, CallerDep
from api.problems import Problem
from api.visibility import viewer_for
from api.wiring import ServicesDep
from domain.authorization import READ_AUDIT, may_audit
from ledger.record import moment
from projections import employees

NIP = re.compile(r"[0-9]{18}")
Moment = Annotated[
    datetime | None,
    Query(description="ISO 8601; without an offset it is UTC.", examples=["2026-11-24T00:00:00Z"]),
]


def _auditor(services: ServicesDep, caller: CallerDep) -> Caller:
    with services.reading() as connection:
        if not may_audit(viewer_for(services, connection, caller)):
            caller.require_scope(READ_AUDIT)
            raise Problem("not-permitted")
    return caller


# An audit office or a key with `audit:read`; a 403 for everybody else.
AuditorDep = Annotated[Caller, Depends(_auditor)]


def utc(value: datetime, field: str) -> str:
    """A moment of the query as the ledger writes it. Raises a 422."""
    try:
        return moment(value if value.tzinfo else value.replace(tzinfo=UTC))
    except (OverflowError, ValueError):
        raise Problem(
            "invalid-request", errors=[{"field": field, "in": "query", "message": "out of range"}]
        ) from None


def person_of(connection: Connection, named: str) -> str:
    """The id of the person whom an auditor names by id or NIP; no NIP is ever a word of the ledger."""
    if NIP.fullmatch(named) is None:
        return named
    row = employees.by_nip(connection, named)
    return str(row["person_id"]) if row is not None else named
