"""Personnel actions: started, listed, shown as they stand or stood, withdrawn and annulled."""

from __future__ import annotations

import base64
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api import shapes
from api.cases import (
    as_it_stood,
    command_case,
    detail,
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
    was_answered,
)
from api.moments import AskedDep, past_of
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.past_views import case_then
from api.problems import language_of
from api.start_evaluation import StartEvaluation, evaluation_of
from api.veil import veil_of
from api.views import action_detail, action_summary, answer, as_id, event_view, names_of, people_of, stream_of
from api.visibility import is_readable, viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import may_see_person, subtrees, visible_scope
from domain.commands import (
    FREE_TEXT_LIMIT,
    ActionCommand,
    AnnulAction,
    Candidate,
    DeclareConflict,
    SubmitAction,
    WithdrawAction,
)
from domain.errors import UnknownReference
from domain.personnel_action import Status
from domain.policy import Kind, Transfer
from domain.promotion_commands import StartPromotion
from domain.submission import may_submit
from ledger.facts import facts_for_reading
from projections import documents, employees, register
from projections.action_state import states_of

router = APIRouter(prefix="/v1/personnel-actions", tags=["personnel actions"])

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
ActionId = Annotated[str, Path(max_length=64, examples=["1b671a64-40d5-491e-99b0-da01ff1f3341"])]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
BirthDay = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
ShortText = Annotated[str, Field(min_length=1, max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CandidateBody(_Body):
    """A civil servant of another agency, for a transfer into the city."""

    nip: Annotated[str, Field(min_length=1, max_length=64)]
    name: ShortText
    birth_date: BirthDay
    employment_kind: Annotated[str, Field(min_length=1, max_length=32)]
    grade: Annotated[str, Field(min_length=1, max_length=16)]
    education: Annotated[str, Field(max_length=100)] | None = None


class StartMutation(_Body):
    """A transfer. `follows` is the id of the follow-up of an evaluation that ordered another post."""

    kind: Literal[Kind.MUTATION]
    variant: Transfer
    subject_nip: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    target_position_id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    effective_date: Day
    reason: Annotated[str, Field(min_length=1, max_length=FREE_TEXT_LIMIT)]
    document_ids: Annotated[tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=50)] = ()
    suggested_by_nip: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    partner_agency: ShortText | None = None
    partner_position: ShortText | None = None
    candidate: CandidateBody | None = None
    follows: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class StartPromotionBody(_Body):
    """The promotion for which a vacancy's list of candidates was frozen."""

    kind: Literal[Kind.PROMOTION]
    vacancy_id: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Annotated[str, Field(max_length=FREE_TEXT_LIMIT)] = ""


Start = Annotated[
    StartMutation | StartPromotionBody | StartEvaluation,
    Field(discriminator="kind"),
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
    body: Start,
    key: IdempotencyKey = None,
    accept_language: Language = None,
) -> Response:
    """Start a personnel action. 201 also where the rules refuse at once: status `refused`, with findings."""
    identified = identify(request, caller, key, body)
    command: ActionCommand
    if isinstance(body, StartPromotionBody):
        command = StartPromotion(
            command_id=identified.command_id,
            actor=caller.actor,
            action_id=identified.made("action"),
            vacancy_id=body.vacancy_id,
            reason=body.reason,
        )
    else:
        with services.reading() as connection:
            command = (
                evaluation_of(services, connection, caller, identified, body)
                if isinstance(body, StartEvaluation)
                else _submission(services, connection, caller, identified, body)
            )
    result = await services.send(command, identified.body_hash)
    assert result.state is not None  # a submission that is not refused makes an action
    with services.reading() as connection:
        shown = detail(services, connection, caller, result.state, language_of(accept_language))
        shown["receipt"] = receipt_of(result, connection)
    headers = {"Location": f"/v1/personnel-actions/{result.state.id}"} | _replay(result.replayed)
    return answer(shown, 201, version=result.version, headers=headers)


def _submission(
    services: Services, connection: Connection, caller: Caller, identified: Identified, body: StartMutation
) -> SubmitAction:
    """The command, with people and documents looked up. Raises UnknownReference with its field."""
    candidate = Candidate(**body.candidate.model_dump()) if body.candidate else None
    nip = body.subject_nip or (candidate.nip if candidate else None)
    if nip is None:
        raise UnknownReference(what="subject_nip", field="subject_nip")
    command = SubmitAction(
        command_id=identified.command_id,
        actor=caller.actor,
        action_id=identified.made("action"),
        kind=body.kind,
        variant=body.variant,
        subject_id=identified.made("subject"),
        target_position_id=body.target_position_id,
        effective_date=body.effective_date,
        reason=body.reason,
        document_ids=body.document_ids,
        partner_agency=body.partner_agency,
        partner_position=body.partner_position,
        candidate=candidate,
        follows=body.follows,
    )
    known = _named(services, connection, caller, identified, command, nip)
    if known is None and candidate is None:
        raise UnknownReference(what="subject_nip", field="subject_nip")
    subject_id = known or command.subject_id
    suggested_by = _person(connection, body.suggested_by_nip) if body.suggested_by_nip else None
    if body.suggested_by_nip and suggested_by is None:
        raise UnknownReference(what="suggested_by_nip", field="suggested_by_nip")
    for document_id in body.document_ids:
        filed = documents.by_id(connection, document_id)
        if filed is None or filed["person_id"] != subject_id:
            raise UnknownReference(what=f"document {document_id}", field="document_ids")
    return command.model_copy(update={"subject_id": subject_id, "suggested_by": suggested_by})


def _named(
    services: Services,
    connection: Connection,
    caller: Caller,
    identified: Identified,
    command: SubmitAction,
    nip: str,
) -> str | None:
    """The id of the person with `nip`, for who may see or move them. To everybody else they do not
    exist, so that nobody finds out by asking who is in the register.
    """
    row = employees.by_nip(connection, nip.replace(" ", "")) if is_readable(nip) else None
    if row is None:
        return None
    person_id = str(row["person_id"])
    facts = facts_for_reading(services.reader, connection, services.view(connection), services.now())
    # A candidate is somebody of another agency: the right to ask for one cannot depend on our register.
    moved = command if command.candidate else command.model_copy(update={"subject_id": person_id})
    origin = None if command.candidate else row["position_id"]
    viewer = viewer_for(services, connection, caller)
    if (
        may_see_person(viewer, row["unit_id"], person_id)
        or may_submit(moved, origin, facts)
        or was_answered(connection, identified)
    ):
        return person_id
    return None


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
