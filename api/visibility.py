"""The caller as the law of authorization sees them, at the agency's state of this request."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from api.credentials import Caller
from api.problems import Problem
from api.wiring import Services
from domain.authorization import Viewer, may_see_person, viewer_of
from inbound.requests import is_readable as is_readable  # noqa: PLC0414  (asked for here by the whole room)
from projections import employees


def viewer_for(services: Services, connection: Connection, caller: Caller) -> Viewer:
    """The caller's reach as `connection`'s transaction sees the agency."""
    view = services.view(connection)
    today = services.today(view)
    return viewer_of(caller.actor, view.agency, view.offices(today), view.policy_in_force(today), today)


def visible_person(connection: Connection, viewer: Viewer, nip: str) -> dict[str, Any]:
    """The register's row of the person with `nip`; a 404 for nobody and for whom the viewer may not see."""
    row = employees.by_nip(connection, nip) if is_readable(nip) else None
    if row is None or not may_see_person(viewer, row["unit_id"], row["person_id"]):
        raise Problem("not-found")
    return row
