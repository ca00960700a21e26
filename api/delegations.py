"""Acting holders and delegates: appointed with a letter, for a time, and ended again."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.views import answer, as_id, receipt_view
from api.visibility import is_readable, viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import may_see_all_delegations
from domain.commands import GrantDelegation, RevokeDelegation
from domain.errors import NotFound, UnknownReference
from domain.identity import Capacity
from projections import delegations, employees

router = APIRouter(prefix="/v1/delegations", tags=["delegations"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewDelegation(BaseModel):
    """PLT for a vacant post, PLH or PJ for an absent holder's (with `position_id`, by those who appoint);
    DELEGATE for one's own post.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "capacity": "DELEGATE",
                    "delegate_nip": "198503302010012001",
                    "first_day": "2026-12-01",
                    "last_day": "2026-12-14",
                    "letter_number": "800/123/BKPSDM/2026",
                    "reason": "cuti tahunan",
                }
            ]
        },
    )

    capacity: Capacity
    position_id: Text | None = None
    delegate_nip: Text
    first_day: date
    last_day: date
    letter_number: Text
    reason: str = Field(default="", max_length=2000)


class PersonName(BaseModel):
    id: str
    name: str | None


class PostName(BaseModel):
    id: str
    name: str | None
    unit: str | None


class Delegation(BaseModel):
    """`state` is `coming`, `running`, `over` or `revoked`."""

    id: str
    capacity: Capacity
    position: PostName
    principal: PersonName | None
    delegate: PersonName
    first_day: str
    last_day: str
    letter_number: str | None
    granted_at: str
    revoked_at: str | None
    state: str


class DelegationPage(BaseModel):
    items: list[Delegation]
    next: str | None


class DelegationReceipt(Delegation):
    receipt: dict[str, Any]


@router.post(
    "",
    status_code=201,
    response_model=DelegationReceipt,
    responses=responses(409, 413, 415),
    summary="Let somebody act",
)
async def grant(
    body: NewDelegation,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """What an acting holder may sign is judged at each task; some steps are the definitive holder's only."""
    caller.require_person()
    identity = identify(request, caller, idempotency_key, body)
    command = GrantDelegation(
        command_id=identity.command_id,
        actor=caller.actor,
        delegation_id=identity.made("delegation"),
        capacity=body.capacity,
        position_id=body.position_id,
        delegate_id=await run_in_threadpool(_person_with, services, body.delegate_nip),
        first_day=body.first_day,
        last_day=body.last_day,
        letter_number=body.letter_number,
        reason=body.reason.strip(),
    )
    result = await run_in_threadpool(services.ledger.execute, command, body_hash=identity.body_hash)
    shown = await run_in_threadpool(_one, services, caller, command.delegation_id)
    assert result.receipt is not None  # a grant is never a command that changes nothing
    headers = {"Location": f"/v1/delegations/{command.delegation_id}"}
    return answer(
        shown | {"receipt": receipt_view(result.receipt)},
        201,
        headers=headers | ({REPLAY: "true"} if result.replayed else {}),
    )


@router.get("", response_model=DelegationPage, responses=responses(), summary="Delegations, newest first")
def list_delegations(
    services: ServicesDep, caller: CallerDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """One's own; all of them for those who appoint, and for auditors."""
    place = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        everything = may_see_all_delegations(viewer_for(services, connection, caller))
        mine = None if everything else caller.actor.id
        rows = delegations.page(connection, mine, limit + 1, (place[0], place[1]) if place else None)
        shown = _views(services, connection, rows)
    return page_of(rows, limit, lambda row: [row["granted_at"], row["delegation_id"]], shown)


@router.get("/{delegation_id}", response_model=Delegation, responses=responses(), summary="One delegation")
def one_delegation(delegation_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    return _one(services, caller, as_id(delegation_id))


@router.delete(
    "/{delegation_id}",
    response_model=DelegationReceipt,
    responses=responses(409, 413, 415),
    summary="End a delegation",
)
def revoke(delegation_id: str, request: Request, services: ServicesDep, caller: CallerDep) -> Any:
    """By whose post it is, or by those who appoint. Ending it twice is a `404`."""
    known = as_id(delegation_id)
    if _one(services, caller, known)["revoked_at"] is not None:
        raise Problem("not-found")
    caller.require_person()
    identity = identify(request, caller, None)
    command = RevokeDelegation(command_id=identity.command_id, actor=caller.actor, delegation_id=known)
    try:
        result = services.ledger.execute(command, body_hash=identity.body_hash)
    except NotFound:
        # The caller sees it; unless somebody else has just ended it, the right to end it is missing.
        if _one(services, caller, known)["revoked_at"] is None:
            raise Problem("not-permitted") from None
        raise
    assert result.receipt is not None  # as for a grant
    return answer(_one(services, caller, known) | {"receipt": receipt_view(result.receipt)})


def _person_with(services: Services, nip: str) -> str:
    number = "".join(nip.split())
    with services.reading() as connection:
        row = employees.by_nip(connection, number) if is_readable(number) else None
    if row is None:
        raise UnknownReference(what="delegate_nip")
    return str(row["person_id"])


def _one(services: Services, caller: Caller, delegation_id: str) -> dict[str, Any]:
    with services.reading() as connection:
        row = delegations.by_id(connection, delegation_id)
        if row is None:
            raise Problem("not-found")
        part = (row["principal_id"], row["delegate_id"], row["granted_by"])
        if caller.actor.id not in part and not may_see_all_delegations(
            viewer_for(services, connection, caller)
        ):
            raise Problem("not-found")
        return _views(services, connection, [row])[0]


def _views(services: Services, connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    view = services.view(connection)
    today = services.today(view).isoformat()
    people = {row[key] for row in rows for key in ("principal_id", "delegate_id") if row[key]}
    names = {key: name for key, (name, _) in employees.names(connection, people).items()}
    shown = []
    for row in rows:
        post = view.agency.posts.get(row["position_id"])
        unit = view.agency.units.get(post.unit_id) if post else None
        principal = row["principal_id"]
        shown.append(
            {
                "id": row["delegation_id"],
                "capacity": row["capacity"],
                "position": {
                    "id": row["position_id"],
                    "name": post.name if post else None,
                    "unit": unit.name if unit else None,
                },
                "principal": {"id": principal, "name": names.get(principal)} if principal else None,
                "delegate": {"id": row["delegate_id"], "name": names.get(row["delegate_id"])},
                **{
                    key: row[key]
                    for key in ("first_day", "last_day", "letter_number", "granted_at", "revoked_at")
                },
                "state": _state(row, today),
            }
        )
    return shown


def _state(row: dict[str, Any], today: str) -> str:
    if row["revoked_at"] is not None:
        return "revoked"
    if today < row["first_day"]:
        return "coming"
    return "running" if today <= row["last_day"] else "over"
