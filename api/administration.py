"""For operators: how the installation is, people's accounts, and the keys of integrations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection, select

from accounts import api_keys as keys
from accounts import passwords, sessions
from accounts.account_list import account_page, counts, running_sessions
from api.credentials import Caller, CallerDep
from api.health import temporal_state
from api.idempotency import IdempotencyKey, Identified, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.visibility import is_readable
from api.wiring import Services, ServicesDep
from domain.account_commands import EndSessions, GiveFirstPassword
from domain.authorization import may_give_password
from domain.directory import OPERATOR
from domain.errors import IdempotencyKeyReused, NotFound
from ledger import read
from ledger.result import Result
from ledger.schema import cursors
from projections import employees, inbox, register

router = APIRouter(prefix="/v1/administration", tags=["administration"])

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Nip = Annotated[str, Path(max_length=64, examples=["198503302010012001"])]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Why(_Body):
    """The reason stands in the record that the person can read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "lupa kata sandi, datang sendiri"}]}
    )

    reason: Reason


class NewKey(_Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"label": "SIMPEG", "scopes": ["actions:read"]}]}
    )

    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    sandbox: Annotated[
        bool, Field(description="What the key asks for is judged and answered, and never recorded.")
    ] = False


class Consumer(BaseModel):
    consumer: str
    position: int
    behind: int
    held_until: str | None


class State(BaseModel):
    """`consumers` are those that follow the ledger (the relay); `behind` counts what they have not seen.
    `overdue` counts cases whose next due moment has passed, which `jenjang doctor` looks into.
    """

    events: int
    temporal: str
    writer: str
    open_tasks: int
    overdue: int
    consumers: list[Consumer]
    accounts: int
    locked: int
    first_passwords: int
    second_factors: int
    running_sessions: int


class Account(BaseModel):
    nip: str
    name: str | None
    must_change: bool
    failed_attempts: int
    locked_until: str | None
    second_factor: bool
    sessions: int
    created_at: str


class AccountPage(BaseModel):
    items: list[Account]
    next: str | None


class FirstPassword(BaseModel):
    nip: str
    password: str = Field(description="Shown this once; it has to be changed at the first sign-in.")


class Key(BaseModel):
    key_id: str
    label: str
    scopes: list[str]
    created_at: str
    revoked_at: str | None
    sandbox: bool
    requests_per_minute: int | None = Field(description="null: what the installation gives every key.")
    signature_algorithm: str | None
    signature_required: bool


class KeyList(BaseModel):
    items: list[Key]
    scopes: list[str] = Field(description="All that there are.")
    next: None = None


class IssuedKey(BaseModel):
    key_id: str
    secret: str = Field(description="Shown this once.")


async def _operator(services: ServicesDep, caller: CallerDep) -> Caller:
    """The caller, who holds the office of operator today. Raises a 403."""
    with services.reading() as connection:
        if not is_operator(services, connection, caller):
            raise Problem("not-permitted")
    return caller


OperatorDep = Annotated[Caller, Depends(_operator)]


def is_operator(services: Services, connection: Connection, caller: Caller) -> bool:
    """Whether the caller holds the office of operator today; a personal delegate does not."""
    if caller.person_id is None:
        return False
    view = services.view(connection)
    today = services.today(view)
    return view.offices(today).holds_any(caller.person_id, (OPERATOR,), today)


@router.get("/state", response_model=State, responses=responses(403), summary="How the installation is")
async def state(request: Request, services: ServicesDep, _: OperatorDep) -> dict[str, Any]:
    now = services.now()
    temporal = await temporal_state(request, services)
    with services.reading() as connection:
        size = read.size(connection)
        rows = connection.execute(select(cursors).order_by(cursors.c.consumer)).mappings().all()
        return {
            "events": size,
            "temporal": temporal,
            "writer": "alive" if services.ledger.is_alive else "stopped",
            "open_tasks": inbox.count(connection),
            "overdue": register.overdue(connection, now),
            "consumers": [
                {
                    "consumer": row["consumer"],
                    "position": row["position"],
                    "behind": max(0, size - row["position"]),
                    "held_until": row["held_until"],
                }
                for row in rows
            ],
            **counts(connection, now),
            "running_sessions": running_sessions(connection, now),
        }


@router.get("/accounts", response_model=AccountPage, responses=responses(403), summary="Accounts, by login")
def accounts(
    services: ServicesDep,
    _: OperatorDep,
    q: Annotated[str | None, Query(max_length=64, description="A NIP or its beginning.")] = None,
    locked: Annotated[bool, Query(description="Only those that are locked now.")] = False,  # noqa: FBT002  (a query's)
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    place = decode_cursor(cursor, (str,))
    with services.reading() as connection:
        rows = account_page(
            connection, services.now(), q or "", limit + 1, str(place[0]) if place else "", locked=locked
        )
        names = employees.names(connection, {row["person_id"] for row in rows})
    shown = [
        {
            "nip": row["login"],
            "name": names.get(row["person_id"], (None, None))[0],
            "must_change": bool(row["must_change"]),
            "failed_attempts": row["failed_attempts"],
            "locked_until": row["locked_until"],
            "second_factor": row["second_factor"] is not None,
            "sessions": row["sessions"],
            "created_at": row["created_at"],
        }
        for row in rows[:limit]
    ]
    return page_of(rows, limit, lambda row: [row["login"]], shown)


@router.post(
    "/accounts/{nip}/first-password", status_code=201, response_model=FirstPassword,
    responses=responses(403, 413, 415), summary="Give a first password",
)  # fmt: skip
def first_password(
    nip: Nip,
    body: Why,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Ends the account that was, its sessions and its second factor. By the offices that the policy names
    (`first_passwords`): operators for everybody but themselves; a unit's officers for people of their unit
    who hold no office. The person finds it among the acts on their account.
    """
    with services.reading() as connection:
        row = _person(services, connection, caller, nip)
    identified = identify(request, caller, idempotency_key, body)
    sealing_key = services.installation.sealing_key
    derived = sessions.derived_secret(sealing_key, "first password", identified.command_id)
    password = passwords.password_from(derived) if idempotency_key else passwords.generate_password()
    recorded = _recorded(services, caller, GiveFirstPassword, row["person_id"], body.reason, identified)
    with services.installation.writing_engine.begin() as connection:
        if not recorded.replayed:
            passwords.create_account(connection, row["person_id"], row["nip"], password, must_change=True)
        elif not passwords.is_first_password(connection, row["person_id"], password):
            raise IdempotencyKeyReused()
    return {"nip": row["nip"], "password": password}


@router.post(
    "/accounts/{nip}/sign-out", status_code=204, responses=responses(403, 413, 415),
    summary="End all sessions of a person",
)  # fmt: skip
def sign_out(
    nip: Nip,
    body: Why,
    request: Request,
    services: ServicesDep,
    caller: OperatorDep,
    idempotency_key: IdempotencyKey = None,
) -> None:
    """Recorded as a first password is."""
    with services.reading() as connection:
        row = employees.by_nip(connection, nip) if is_readable(nip) else None
    if row is None:
        raise NotFound()
    identified = identify(request, caller, idempotency_key, body)
    _recorded(services, caller, EndSessions, row["person_id"], body.reason, identified)
    with services.installation.writing_engine.begin() as connection:
        sessions.end_all_sessions(connection, row["person_id"])


@router.get("/api-keys", response_model=KeyList, responses=responses(403), summary="Keys of integrations")
def list_keys(services: ServicesDep, _: OperatorDep) -> dict[str, Any]:
    return {"items": keys.list_keys(services.installation), "scopes": list(keys.SCOPES), "next": None}


@router.post(
    "/api-keys", status_code=201, response_model=IssuedKey, responses=responses(403, 413, 415),
    summary="Issue a key",
)  # fmt: skip
def issue_key(
    body: NewKey,
    request: Request,
    services: ServicesDep,
    caller: OperatorDep,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """The event of its issue names the operator."""
    identified = identify(request, caller, idempotency_key, body)
    key_id, secret = keys.create_key(
        services.installation,
        body.label,
        body.scopes,
        sandbox=body.sandbox,
        actor=caller.actor,
        command_id=identified.command_id,
        body_hash=identified.body_hash,
    )
    return {"key_id": key_id, "secret": secret}


@router.post(
    "/api-keys/{key_id}/revocation", status_code=204, responses=responses(403, 413, 415), summary="End a key"
)
def revoke_key(
    key_id: Annotated[str, Path(max_length=64)],
    services: ServicesDep,
    caller: OperatorDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (ending what has ended changes nothing)
) -> None:
    """A key that has ended stays so."""
    if any(key["key_id"] == key_id and key["revoked_at"] for key in keys.list_keys(services.installation)):
        return
    if not keys.revoke_key(services.installation, key_id, actor=caller.actor):
        raise NotFound()


def _recorded(
    services: Services,
    caller: Caller,
    act: type[GiveFirstPassword | EndSessions],
    person_id: str,
    reason: str,
    identified: Identified,
) -> Result:
    """What is done to an account is recorded before, where its owner reads it."""
    command = act(command_id=identified.command_id, actor=caller.actor, person_id=person_id, reason=reason)
    return services.ledger.execute(command, body_hash=identified.body_hash)


def _person(services: Services, connection: Connection, caller: Caller, nip: str) -> dict[str, Any]:
    """Whom the caller may give a first password. Raises a 403 or 404."""
    giver = caller.require_person()
    row = employees.by_nip(connection, nip) if is_readable(nip) else None
    view = services.view(connection)
    today = services.today(view)
    person_id, unit = (row["person_id"], row["unit_id"]) if row is not None else ("", None)
    agency, offices, policy = view.agency, view.offices(today), view.policy_in_force(today)
    allowed = may_give_password(giver, person_id, unit, agency, offices, policy, today)
    if allowed is False:
        raise Problem("not-permitted")
    if allowed is None or row is None:
        raise NotFound()
    return row
