"""Whose figures a caller may see on the boards, and which tasks they ask about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Query
from sqlalchemy import Connection

from api.credentials import Caller, CallerDep
from api.problems import Problem
from api.visibility import is_readable, viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import READ_ACTIONS, Viewer, subtrees
from domain.working_time import WorkingTime
from ledger.directory_view import DirectoryView
from ledger.record import moment
from projections.tasks import Chosen

# Ages are told apart at these numbers of working days.
AGES = (1, 3, 5, 10)
OLDEST = timedelta(days=1100)  # what waits longer counts as waiting so long


@dataclass(frozen=True)
class Wanted:
    """What a board is asked for, as it stands in the address."""

    unit: str | None
    kind: str | None
    step: str | None
    office: str | None
    age: int | None
    overdue: bool


@dataclass(frozen=True)
class Board:
    """The agency at the moment of asking, and the tasks that the caller wants and may know of."""

    view: DirectoryView
    now: datetime
    time: WorkingTime
    chosen: Chosen

    def bounds(self) -> list[str]:
        """The moments at which a task had to be opened to be of each age of AGES, the newest first."""
        return [moment(self.time.moment_before(self.now, days)) for days in AGES]


def wanted(
    unit: Annotated[str | None, Query(max_length=64, description="A unit, with all below it.")] = None,
    kind: Annotated[Literal["mutation", "promotion", "evaluation"] | None, Query()] = None,
    step: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_]+$")] = None,
    office: Annotated[str | None, Query(max_length=128, pattern=r"^[^\x00-\x1f]+$")] = None,
    age: Annotated[
        int | None, Query(ge=0, le=len(AGES), description="Which of `ages`: 0 is the youngest.")
    ] = None,
    *,
    overdue: Annotated[bool, Query(description="Only those whose time is over.")] = False,
) -> Wanted:
    return Wanted(unit, kind, step, office, age, overdue)


WantedDep = Annotated[Wanted, Depends(wanted)]


def _overseer(services: ServicesDep, caller: CallerDep) -> Caller:
    """Boards are for whose reach goes beyond themselves; a 403 for everybody else, before anything else is
    looked at.
    """
    with services.reading() as connection:
        if not _sees_any(viewer_for(services, connection, caller)):
            caller.require_scope(READ_ACTIONS)
            raise Problem("not-permitted")
    return caller


OverseerDep = Annotated[Caller, Depends(_overseer)]


def board_of(services: Services, connection: Connection, caller: Caller, asked: Wanted) -> Board:
    """The board for this caller. Raises a 404 for a unit that is not theirs or not there."""
    view = services.view(connection)
    viewer = viewer_for(services, connection, caller)
    now = services.now()
    today = services.today(view)
    time = WorkingTime(view.calendar, today - OLDEST, today)
    chosen = Chosen(
        units=units_of(viewer, view, asked.unit), kind=asked.kind, step=asked.step, office=asked.office
    )
    if asked.overdue:
        chosen = replace(chosen, due_before=moment(now))
    board = Board(view, now, time, chosen)
    if asked.age is None:
        return board
    edges = [None, *board.bounds(), None]
    newest, oldest = edges[asked.age], edges[asked.age + 1]
    return replace(board, chosen=replace(chosen, opened_from=oldest, opened_before=newest))


def units_of(viewer: Viewer, view: DirectoryView, unit: str | None) -> frozenset[str] | None:
    """The units whose figures are meant, None for the whole agency. Raises a 404."""
    everywhere = _sees_everywhere(viewer)
    if unit is None:
        return None if everywhere else viewer.units
    if not is_readable(unit) or unit not in view.agency.units:
        raise Problem("not-found")
    found = subtrees(view.agency, [unit])
    if not everywhere and not found <= viewer.units:
        raise Problem("not-found")
    return found


def _sees_everywhere(viewer: Viewer) -> bool:
    if viewer.actor.kind == "integration":
        return READ_ACTIONS in viewer.actor.scopes
    return viewer.reads_agency


def _sees_any(viewer: Viewer) -> bool:
    return _sees_everywhere(viewer) or bool(viewer.units)
