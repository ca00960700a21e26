"""Whose personnel files are not whole yet, and whose wait for an officer's word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.credentials import CallerDep
from api.document_verification import sees_unit
from api.document_views import COUNTS, Counts, counts, is_complete
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.rank_views import PERSON, unit_view
from api.views import names_of, subject_view
from api.visibility import is_readable, viewer_for
from api.wiring import Services, ServicesDep
from domain.agency import Person
from domain.authorization import Viewer, may_see_person
from domain.personnel_file import DocumentState, completeness, state_of
from ledger.directory_view import DirectoryView

router = APIRouter(prefix="/v1/documents", tags=["documents"])

SHOWN: dict[str, Any] = {
    "person": PERSON, "unit": {"id": "OPD-07", "name": "Dinas Kesehatan"}, "complete": False, "to_verify": 1,
}  # fmt: skip


class PersonTotals(Counts):
    """A person's file: counts are of required types, `to_verify` of documents of any type."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN | COUNTS]})

    person: dict[str, Any]
    unit: dict[str, Any] | None
    complete: bool
    to_verify: int


class PeoplePage(BaseModel):
    items: list[PersonTotals]
    next: str | None


@router.get(
    "/people", response_model=PeoplePage, responses=responses(404),
    summary="People by the state of their files",
)  # fmt: skip
def people(
    services: ServicesDep,
    caller: CallerDep,
    unit: Annotated[
        str | None, Query(max_length=64, description="One unit with everything below it.")
    ] = None,
    only: Annotated[
        Literal["incomplete", "to_verify"] | None, Query(description="Files that lack something, or wait.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Of the people whose file the caller may see; what lies there is listed with the person."""
    place = decode_cursor(cursor, (str,))
    after = place[0] if place else ""
    with services.reading() as connection:
        viewer = viewer_for(services, connection, caller)
        view = services.view(connection)
        if unit is not None and (not is_readable(unit) or not sees_unit(viewer, view, unit)):
            raise Problem("not-found")
        rows: list[dict[str, Any]] = []
        for row in _standing(services, viewer, view, unit, after, waits=only == "to_verify"):
            if only != "incomplete" or not row["complete"]:
                rows.append(row)
            if len(rows) > limit:
                break
        names = names_of(connection, {row["person_id"] for row in rows})
    items = [
        {"person": subject_view(row["person_id"], names)} | {k: v for k, v in row.items() if k != "person_id"}
        for row in rows
    ]
    return page_of(rows, limit, lambda row: (row["person_id"],), items)


def _standing(
    services: Services, viewer: Viewer, view: DirectoryView, unit: str | None, after: str, *, waits: bool
) -> Iterator[dict[str, Any]]:
    """In the order of ids, from behind `after`; with `waits` those only of whom something waits."""
    day = services.today(view)
    policy = view.policy_in_force(day).personnel_file
    seen = ((home, person) for home, person in _seen(viewer, view, unit) if person.id > after)
    for home, person in sorted(seen, key=lambda pair: pair[1].id):
        filed = view.files.of(person.id)
        to_verify = sum(state_of(d, policy, day) is DocumentState.UNVERIFIED for d in filed)
        if waits and not to_verify:
            continue
        required = completeness(person, view.files, policy, day)
        yield {
            "person_id": person.id,
            "unit": unit_view(view.agency, home),
            "complete": is_complete(required),
            "to_verify": to_verify,
            **counts(required),
        }


def _seen(viewer: Viewer, view: DirectoryView, unit: str | None) -> Iterator[tuple[str | None, Person]]:
    """Civil servants whose file the viewer may see, each with their unit; in `unit` and below, if given."""
    for person in view.agency.people.values():
        home = view.agency.unit_of(person.position_id)
        if person.candidate or not may_see_person(viewer, home, person.id):
            continue
        if unit is None or (home is not None and unit in view.agency.lineage(home)):
            yield home, person
