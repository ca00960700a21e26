"""Verifying documents, and how complete the files of units are."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.credentials import CallerDep
from api.document_views import (
    DOCUMENT,
    AgencyTotals,
    FiledDocumentView,
    counts,
    document_view,
    is_complete,
)
from api.documents import may_read
from api.idempotency import REPLAY, IdempotencyKey, IfMatch, expected_version, identify
from api.problems import Problem, responses
from api.shapes import RECEIPT
from api.views import answer, as_id, receipt_view
from api.visibility import is_readable, viewer_for
from api.wiring import ServicesDep
from domain.agency import Person
from domain.authorization import Viewer, may_see_person
from domain.commands import FREE_TEXT_LIMIT
from domain.document_commands import VerifyDocument
from domain.document_events import Verdict
from domain.personnel_file import completeness
from ledger.directory_view import DirectoryView
from projections import documents, employees

router = APIRouter(prefix="/v1/documents", tags=["documents"])


class Verification(BaseModel):
    """`reason` is needed to reject or to call expired; `valid_until` is for accepted documents only."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"outcome": "accepted", "valid_until": "2028-12-31"},
                {"outcome": "rejected", "reason": "halaman dua tidak terbaca"},
            ]
        },
    )

    outcome: Verdict
    reason: Annotated[str, Field(max_length=FREE_TEXT_LIMIT)] = ""
    valid_until: date | None = None


class VerifiedDocument(FiledDocumentView):
    model_config = ConfigDict(json_schema_extra={"examples": [DOCUMENT | {"receipt": RECEIPT}]})

    receipt: dict[str, Any] = Field(description="Evidence that the ledger has it.")


@router.post(
    "/{document_id}/verification",
    response_model=VerifiedDocument,
    responses=responses(409, 412, 413, 415),
    summary="Say what a document is worth",
)
async def verify_document(
    document_id: Annotated[str, Path(max_length=64, examples=[DOCUMENT["id"]])],
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    body: Verification,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """For the personnel officer of the person's apparatus and BKPSDM's analysts: not for one's own file,
    not for what one has filed oneself. The newest verdict counts; the same one again is a `409`.
    """
    with services.reading() as connection:
        row = documents.by_id(connection, as_id(document_id))
        owner = employees.by_id(connection, row["person_id"]) if row else None
        if row is None or owner is None or not may_read(services, connection, caller, row, owner):
            raise Problem("not-found")
    identified = identify(request, caller, key, body)
    command = VerifyDocument(
        command_id=identified.command_id,
        actor=caller.actor,
        expected_version=expected_version(if_match),
        document_id=row["document_id"],
        outcome=body.outcome,
        valid_until=body.valid_until,
        reason=body.reason,
    )
    result = await services.send(command, identified.body_hash)
    assert result.receipt is not None  # a verdict that changes nothing is refused
    with services.reading() as connection:
        view = services.view(connection)
        day = services.today(view)
        policy = view.policy_in_force(day).personnel_file
        row = documents.by_id(connection, row["document_id"]) or row
        shown = document_view(row, view.files, policy, day) | {"receipt": receipt_view(result.receipt)}
    replayed = {REPLAY: "true"} if result.replayed else {}
    return answer(shown, version=result.receipt.version, headers=replayed)


@router.get(
    "/completeness",
    response_model=AgencyTotals,
    responses=responses(),
    summary="How complete the personnel files of units are",
)
def unit_completeness(
    services: ServicesDep,
    caller: CallerDep,
    unit: Annotated[
        str | None,
        Query(max_length=64, description="One unit with everything below it.", examples=["OPD-07"]),
    ] = None,
) -> dict[str, Any]:
    """Totals per apparatus, of the people whom the caller may see. Nobody is named. A unit of which the
    caller may see nobody is a `404`.
    """
    with services.reading() as connection:
        viewer = viewer_for(services, connection, caller)
        view = services.view(connection)
    if unit is not None and (not is_readable(unit) or not sees_unit(viewer, view, unit)):
        raise Problem("not-found")
    day = services.today(view)
    by_apparatus: dict[str | None, Counter[str]] = {}
    for home, counted in _seen(viewer, view, day).items():
        if unit is None or (home is not None and unit in view.agency.lineage(home)):
            by_apparatus.setdefault(view.agency.apparatus_of(home), Counter()).update(counted)
    named = sorted(by_apparatus, key=lambda key: key or "")
    return {
        "as_of": day.isoformat(),
        "total": _totals(view, None, sum(by_apparatus.values(), Counter())),
        "items": [_totals(view, key, by_apparatus[key]) for key in named],
        "next": None,
    }


def _seen(viewer: Viewer, view: DirectoryView, day: date) -> dict[str | None, Counter[str]]:
    """The totals of each unit whose people the viewer may see, and of the viewer's own file elsewhere."""
    seen = {
        home: counted for home, counted in _counted(view, day).items() if may_see_person(viewer, home, "")
    }
    own = view.agency.people.get(viewer.person_id or "")
    if own is not None and not own.candidate:
        home = view.agency.unit_of(own.position_id)
        if home not in seen:
            seen[home] = _of_person(own, view, day)
    return seen


_kept: tuple[DirectoryView | None, date | None, dict[str | None, Counter[str]]] = (None, None, {})


def _counted(view: DirectoryView, day: date) -> dict[str | None, Counter[str]]:
    """The totals of every unit's people. They are the same as long as the register and the files are, and
    nine thousand files take a quarter of a second: the newest are kept at hand.
    """
    global _kept  # noqa: PLW0603  (one tuple, replaced whole: threads see the old or the new one)
    known, known_day, found = _kept
    if known is view and known_day == day:
        return found
    found = {}
    for person in view.agency.people.values():
        if not person.candidate:
            home = view.agency.unit_of(person.position_id)
            found.setdefault(home, Counter()).update(_of_person(person, view, day))
    _kept = (view, day, found)
    return found


def _of_person(person: Person, view: DirectoryView, day: date) -> Counter[str]:
    standing = completeness(person, view.files, view.policy_in_force(day).personnel_file, day)
    return Counter(people=1, complete=int(is_complete(standing)), **counts(standing))


def sees_unit(viewer: Viewer, view: DirectoryView, unit: str) -> bool:
    return unit in view.agency.units and may_see_person(viewer, unit, "")


def _totals(view: DirectoryView, unit: str | None, counted: Counter[str]) -> dict[str, Any]:
    known = view.agency.units.get(unit or "")
    named = {"unit_id": unit, "unit_name": known.name if known else None}
    return named | {name: counted[name] for name in ("people", "complete", *counts(()))}
