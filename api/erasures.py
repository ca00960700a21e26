"""Erasing a person: asked for by one, answered by another, carried out at once, and told for ever."""

from __future__ import annotations

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.problems import Problem, responses
from api.shapes import RECEIPT
from api.views import UUID, answer, person_view, receipt_view
from api.visibility import is_readable, viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import may_audit, may_see_person
from domain.commands import FREE_TEXT_LIMIT
from domain.erasure import stream_of
from domain.erasure_commands import ApproveErasure, RefuseErasure, RequestErasure
from domain.erasure_events import ErasureRequested, PersonErased
from domain.erasure_state import Erasure
from domain.policy import Policy
from erasure import purge
from ledger.result import Result
from projections import employees

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1", tags=["personal data"])

PersonRef = Annotated[
    str,
    Path(
        max_length=64,
        description="NIP or id of the person; of an erased one only the id is known.",
        examples=["198503302010012001"],
    ),
]
Reason = Annotated[str, Field(max_length=FREE_TEXT_LIMIT)]
EXAMPLE: dict[str, Any] = {
    "person_id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793",
    "state": "requested",
    "ground": {
        "code": "court_order",
        "name_id": "Perintah pengadilan",
        "name_en": "Ordered by a court",
        "citation": "UU 27/2022 art. 43(2) (as the laws provide)",
    },
    "requested_by": {"id": "4a0e2a3c-7c1e-4f0a-9f53-2f0d3c5b7a10", "name": "Rahmat Hidayat"},
    "approved_by": None,
    "reason": "Putusan PTUN Serang 12/G/2026",
    "kept": [{"rule": "in_service", "until": None}],
    "policy_id": "kota-serang/2026-01",
    "history": [{"type": "ErasureRequested", "position": 1204, "recorded_at": "2026-11-24T02:00:00.000000Z"}],
}


class RequestBody(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"ground": "court_order", "reason": "Putusan PTUN Serang 12/G/2026"}]
        },
    )

    ground: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]
    reason: Reason


class RefusalBody(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"reason": "masa simpan belum habis"}]}
    )

    reason: Reason


class ErasureView(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    person_id: str
    state: str = Field(description="requested, refused, erased (parts are still being removed), completed")
    ground: dict[str, Any]
    requested_by: dict[str, Any] | None
    approved_by: dict[str, Any] | None
    reason: str | None = Field(description="Sealed under the person's key: null once they are erased.")
    kept: list[dict[str, Any]] = Field(description="Duties to keep that bore on the person that day.")
    policy_id: str | None
    history: list[dict[str, Any]]


class ErasureReceipt(ErasureView):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE | {"receipt": RECEIPT}]})

    receipt: dict[str, Any] = Field(description="Evidence that the ledger has it.")


class ErasureList(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE], "next": None}]})

    items: list[ErasureView]
    next: str | None


@router.post(
    "/employees/{person}/erasure",
    status_code=201,
    response_model=ErasureReceipt,
    responses=responses(409, 413, 415),
    summary="Ask for a person to be erased",
)
async def request_erasure(
    person: PersonRef,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    body: RequestBody,
    key: IdempotencyKey = None,
) -> Response:
    """For the offices that the policy names (`personal_data.requested_by`), and for the person themself
    on grounds that let them. `422 retention-forbids` with what must be kept, until when and by which
    law; `422 needed-by-open-action` with the actions, or the list of rank promotions, that need the person.
    """
    with services.reading() as connection:
        person_id = _person(services, connection, caller, person)
    identified = identify(request, caller, key, body)
    command = RequestErasure(
        command_id=identified.command_id,
        actor=caller.actor,
        person_id=person_id,
        ground=body.ground,
        reason=body.reason,
    )
    result = await services.send(command, identified.body_hash)
    return _answered(services, person_id, result, 201)


@router.post(
    "/employees/{person}/erasure/approval",
    response_model=ErasureReceipt,
    responses=responses(409, 413, 415),
    summary="Consent to an erasure, which is carried out at once",
)
async def approve_erasure(
    person: PersonRef,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    key: IdempotencyKey = None,
) -> Response:
    """For the offices of `personal_data.approved_by`; never by who asked, nor by the person. The person's
    key is destroyed in the same transaction. The answer comes when documents, credentials and free pages
    are gone too (`completed`); if that was cut off, or is the tables' owner's to do, it says `erased`, and
    `jenjang doctor --repair` goes on.
    """
    with services.reading() as connection:
        person_id = _person(services, connection, caller, person)
    identified = identify(request, caller, key)
    command = ApproveErasure(command_id=identified.command_id, actor=caller.actor, person_id=person_id)
    result = await services.send(command, identified.body_hash)
    await run_in_threadpool(_carry_out, services, person_id)
    return _answered(services, person_id, result, 200)


@router.post(
    "/employees/{person}/erasure/refusal",
    response_model=ErasureReceipt,
    responses=responses(409, 413, 415),
    summary="Refuse an erasure",
)
async def refuse_erasure(
    person: PersonRef,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    body: RefusalBody,
    key: IdempotencyKey = None,
) -> Response:
    """For those who might consent; with a reason."""
    with services.reading() as connection:
        person_id = _person(services, connection, caller, person)
    identified = identify(request, caller, key, body)
    command = RefuseErasure(
        command_id=identified.command_id, actor=caller.actor, person_id=person_id, reason=body.reason
    )
    result = await services.send(command, identified.body_hash)
    return _answered(services, person_id, result, 200)


@router.get(
    "/employees/{person}/erasure",
    response_model=ErasureView,
    responses=responses(),
    summary="How far a person's erasure has come",
)
def show(person: PersonRef, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """`404` where nobody asked for one."""
    with services.reading() as connection:
        person_id = _person(services, connection, caller, person)
        return _view(services, connection, person_id)


@router.get(
    "/erasures", response_model=ErasureList, responses=responses(), summary="All erasures, asked for and done"
)
def all_erasures(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """For auditors and for the offices that ask and consent. Nobody who was erased is named."""
    with services.reading() as connection:
        view = services.view(connection)
        day = services.today(view)
        rules = view.policy_in_force(day).personal_data
        asks = (*rules.requested_by, *rules.approved_by)
        holds = caller.person_id is not None and view.offices(day).holds_any(caller.person_id, asks, day)
        if not holds and not may_audit(viewer_for(services, connection, caller)):
            caller.require_scope("audit:read")
            raise Problem("not-permitted")
        items = [_view(services, connection, person_id) for person_id in sorted(view.agency.erasures)]
    return {"items": items, "next": None}


def _carry_out(services: Services, person_id: str) -> None:
    try:
        purge.finish(services.installation, person_id)
    except Exception:
        log.exception(
            "the erasure of %s was recorded and is not finished: `jenjang doctor --repair`", person_id
        )


def _person(services: Services, connection: Connection, caller: Caller, reference: str) -> str:
    """The id of the person, whom the caller may see. Raises a 404."""
    row = None
    if UUID.fullmatch(reference):
        row = employees.by_id(connection, reference)
    elif is_readable(reference):
        row = employees.by_nip(connection, reference)
    viewer = viewer_for(services, connection, caller)
    if row is None or not may_see_person(viewer, row["unit_id"], row["person_id"]):
        raise Problem("not-found")
    return str(row["person_id"])


def _answered(services: Services, person_id: str, result: Result, status: int) -> Response:
    assert result.receipt is not None  # none of these commands changes nothing
    with services.reading() as connection:
        shown = _view(services, connection, person_id) | {"receipt": receipt_view(result.receipt)}
    headers = {REPLAY: "true"} if result.replayed else {}
    if status == 201:
        headers["Location"] = f"/v1/employees/{person_id}/erasure"
    return answer(shown, status, headers=headers)


def _view(services: Services, connection: Connection, person_id: str) -> dict[str, Any]:
    view = services.view(connection)
    known = view.agency.erasures.get(person_id)
    if known is None:
        raise Problem("not-found")
    stream = services.reader.stream(connection, stream_of(person_id))
    asked = [e.event for e in stream if isinstance(e.event, ErasureRequested)]
    newest: ErasureRequested | PersonErased | None = known.erasure or known.request
    approved_by = known.erasure.approved_by if known.erasure else None
    requested_by = newest.requested_by if newest else None
    people = {person for person in (approved_by, requested_by) if person}
    names = services.known_names.of(people, view)
    return {
        "person_id": person_id,
        "state": known.state,
        "ground": _ground(known, view.policies),
        "requested_by": person_view(requested_by, names),
        "approved_by": person_view(approved_by, names),
        "reason": asked[-1].reason if asked else None,
        "kept": [kept.model_dump(mode="json") for kept in newest.kept] if newest else [],
        "policy_id": newest.policy_id if newest else None,
        "history": [{"type": e.type, "position": e.position, "recorded_at": e.recorded_at} for e in stream],
    }


def _ground(known: Erasure, policies: dict[str, Policy]) -> dict[str, Any]:
    newest = known.erasure or known.request
    policy = policies.get(newest.policy_id) if newest else None
    rule = policy.personal_data.grounds.get(known.ground) if policy else None
    return {
        "code": known.ground,
        "name_id": rule.name_id if rule else None,
        "name_en": rule.name_en if rule else None,
        "citation": rule.citation if rule else None,
    }
