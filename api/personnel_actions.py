"""Personnel actions: started, listed, shown as they stand or stood, withdrawn and annulled."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api import shapes
from api.cases import (
    as_it_stood,
    command_case,
    detail_of,
    names_in,
    people_in,
    receipt_of,
    visible_case,
)
from api.credentials import Caller, CallerDep
from api.idempotency import (
    REPLAY,
    IdempotencyKey,
    Identified,
    IfMatch,
    expected_version,
    identify,
)
from api.moments import AskedDep, past_of
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.past_views import case_then
from api.problems import language_of
from api.starting import started
from api.veil import veil_of
from api.views import action_detail, action_summary, answer, as_id, event_view, names_of, people_of, stream_of
from api.visibility import is_readable, viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import subtrees, visible_scope
from domain.commands import (
    FREE_TEXT_LIMIT,
    ActionCommand,
    AnnulAction,
    DeclareConflict,
    WithdrawAction,
)
from domain.personnel_action import Status
from domain.policy import Kind
from inbound.requests import Start
from projections import employees, register
from projections.action_state import states_of

router = APIRouter(prefix="/v1/personnel-actions", tags=["personnel actions"])

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
ActionId = Annotated[str, Path(max_length=64, examples=["1b671a64-40d5-491e-99b0-da01ff1f3341"])]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


AskedFor = Annotated[
    Start,
    Body(
        examples=[
            {
                "kind": "mutation",
                "variant": "within_agency",
                "subject_nip": "198503122010011007",
                "target_position_id": "J-0042",
                "effective_date": "2026-12-01",
                "reason": "kebutuhan organisasi",
                "document_ids": [],
            },
            {
                "kind": "evaluation",
                "subject_nip": "198503122010011007",
                "period_start": "2026-01-01",
                "period_end": "2026-06-30",
            },
            {"kind": "promotion", "vacancy_id": "0b9c2f0e-7b0a-4b53-8a57-0f3a5c1d2e11"},
        ]
    ),
]


class ReasonBody(_Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "diajukan keliru"}]})

    reason: Annotated[str, Field(max_length=FREE_TEXT_LIMIT)]


class AnnulmentBody(ReasonBody):
    """`authority` is whose annulment is recorded: the appointing official's, BKN's or a court's."""

    authority: Literal["PPK", "BKN", "COURT"] = "PPK"
    letter_number: Annotated[str, Field(max_length=100)] = ""


@router.post("", status_code=201, responses=shapes.created("PersonnelAction", 403, 409, 412, 413, 415))
async def start(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    body: AskedFor,
    key: IdempotencyKey = None,
    accept_language: Language = None,
) -> Response:
    """Start a personnel action. 201 also where the rules refuse at once: status `refused`, with findings.
    A sandbox key only tries it: the same answer, with `sandbox` and no receipt.
    """
    identified = identify(request, caller, key, body)
    return await started(services, caller, identified, body, language_of(accept_language))


def _person(connection: Connection, nip: str) -> str | None:
    row = employees.by_nip(connection, nip.replace(" ", "")) if is_readable(nip) else None
    return str(row["person_id"]) if row else None


@router.get("", responses=shapes.ok("PersonnelActionPage", 422))
def list_actions(
    services: ServicesDep,
    caller: CallerDep,
    kind: Kind | None = None,
    status: Status | None = None,
    unit: Annotated[str | None, Query(max_length=128, description="A unit with all below it.")] = None,
    subject_nip: Annotated[str | None, Query(max_length=64)] = None,
    q: Annotated[str | None, Query(max_length=200, description="Name, NIP, decree number or id.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """The register, newest first: what the caller may see."""
    after = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        view = services.view(connection)
        scope = visible_scope(viewer_for(services, connection, caller))
        subject_id = _person(connection, subject_nip) if subject_nip else None
        if subject_nip and subject_id is None:
            return answer({"items": [], "next": None})
        query = register.RegisterQuery(
            units=None if scope.all else sorted(scope.units),
            people=None if scope.all else [p for p in [scope.person_id] if p],
            initiator=None if scope.all else scope.initiator,
            kind=kind.value if kind else None,
            status=status.value if status else None,
            in_units=sorted(subtrees(view.agency, {unit})) if unit else None,
            subject_id=subject_id,
            text=q,
        )
        rows = register.page(connection, query, limit + 1, after)
        states = states_of(connection, [row["action_id"] for row in rows[:limit]])
        names = names_of(connection, people_of(states.values()))
    shown = [action_summary(states[row["action_id"]], names, view) for row in rows[:limit]]
    return answer(page_of(rows, limit, lambda row: (row["submitted_at"], row["action_id"]), shown))


@router.get("/{action_id}", responses=shapes.ok("PersonnelAction", 404, 422))
def show(
    services: ServicesDep,
    caller: CallerDep,
    action_id: ActionId,
    wanted: AskedDep,
    accept_language: Language = None,
) -> Response:
    """One action, now, or as it stood after the event at `at_position`, or at the moment `at`: then with the
    agency's posts and names of that day, who could act on its open tasks and how (`tasks_then`), and what
    has come since (`since`).
    """
    language = language_of(accept_language)
    with services.reading() as connection:
        state, _ = visible_case(services, connection, caller, action_id)
        history = services.reader.stream(connection, stream_of(state.id))
        veil = veil_of(services, connection, caller, state)
        shown = detail_of(services, connection, veil, state, history, language)
        stood = state
        if wanted is not None:
            past = past_of(services, connection, wanted)
            earlier = [stored for stored in history if stored.position <= past.position]
            stood = as_it_stood(earlier)
            names = names_of(connection, people_of([stood]) | people_in(earlier))
            then = veil.over(action_detail(stood, earlier, names, past.view, language))
            shown = then | case_then(connection, past, then, shown, stood, history[len(earlier) :])
    if state.has_subject:
        services.access_log.note(caller.actor, state.subject_id, "personnel-action", services.now())
    return answer(shown, version=stood.version)


@router.get("/{action_id}/events", responses=shapes.ok("EventPage", 404))
def history_of(
    services: ServicesDep, caller: CallerDep, action_id: ActionId, limit: Limit = 200, cursor: Cursor = None
) -> Response:
    """The action's events, oldest first: each record with its leaf hash, its exact bytes and, opened,
    what is sealed in it (`personal`; null where the person's key was destroyed, or where it is not the
    caller's to read).
    """
    after = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        state, _ = visible_case(services, connection, caller, action_id)
        history = services.reader.stream(connection, stream_of(state.id))
        veil = veil_of(services, connection, caller, state)
    rows = [stored for stored in history if after is None or stored.version > after[0]]
    shown = [
        event_view(stored)
        | ({"personal": None} if veil.closes(stored, state) else {})
        | {"record_base64": base64.b64encode(stored.record).decode()}
        for stored in rows[:limit]
    ]
    if state.has_subject:
        services.access_log.note(caller.actor, state.subject_id, "personnel-action", services.now())
    return answer(page_of(rows, limit, lambda stored: (stored.version,), shown), version=state.version)


@router.post("/{action_id}/withdrawal", responses=shapes.ok("CommandAnswer", 403, 404, 409, 412, 413, 415))
async def withdraw(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    action_id: ActionId,
    body: ReasonBody,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Take the request back, before the decree: the initiator, or who asked for their own transfer."""
    identified = identify(request, caller, key, body)
    command = WithdrawAction(**_addressed(caller, identified, action_id, if_match), reason=body.reason)
    return await _answered(services, caller, command, identified)


@router.post("/{action_id}/annulment", responses=shapes.ok("CommandAnswer", 403, 404, 409, 412, 413, 415))
async def annul(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    action_id: ActionId,
    body: AnnulmentBody,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Undo a decided action, and in the same commit all that rests on it."""
    identified = identify(request, caller, key, body)
    command = AnnulAction(
        **_addressed(caller, identified, action_id, if_match),
        authority=body.authority,
        reason=body.reason,
        letter_number=body.letter_number,
    )
    return await _answered(services, caller, command, identified)


@router.post("/{action_id}/conflicts", responses=shapes.ok("CommandAnswer", 403, 404, 409, 412, 413, 415))
async def declare_conflict(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    action_id: ActionId,
    body: ReasonBody,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Response:
    """Declare a conflict of interest; the caller is out of this case for good."""
    identified = identify(request, caller, key, body)
    command = DeclareConflict(**_addressed(caller, identified, action_id, if_match), reason=body.reason)
    return await _answered(services, caller, command, identified)


def _addressed(
    caller: Caller, identified: Identified, action_id: str, if_match: str | None
) -> dict[str, Any]:
    return {
        "command_id": identified.command_id,
        "actor": caller.actor,
        "action_id": as_id(action_id),
        "expected_version": expected_version(if_match),
    }


async def _answered(
    services: Services, caller: Caller, command: ActionCommand, identified: Identified
) -> Response:
    result = await command_case(services, caller, command, identified.body_hash)
    assert result.state is not None  # a command to an action that is not refused has one
    with services.reading() as connection:
        summary = action_summary(result.state, names_in(connection, result.state), services.view(connection))
        summary["receipt"] = receipt_of(result, connection)
    return answer(summary, version=result.version, headers=_replay(result.replayed))


def _replay(replayed: bool) -> dict[str, str]:  # noqa: FBT001  (one truth, one header)
    return {REPLAY: "true"} if replayed else {}
