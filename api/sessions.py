"""Signing in and out, and one's own password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from accounts import passwords, sessions
from api.credentials import AnyCallerDep, CallerDep, HalfSignedInDep
from api.doorkeeper import DoorkeeperDep, refusals, wait
from api.idempotency import REPLAY, IdempotencyKey
from api.problems import Problem, responses
from api.sight import inbox_keys
from api.wiring import Services, ServicesDep
from domain.offices import split_key
from projections import employees

router = APIRouter(prefix="/v1", tags=["sessions"])

WRONG_PASSWORDS = 8
PASSWORD_WINDOW = timedelta(minutes=15)
EXAMPLE_PERSON: dict[str, Any] = {
    "id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793",
    "nip": "198503302010012001",
    "name": "Siti Aminah, S.E.",
    "roles": ["unit_head", "employee"],
    "must_change": False,
}


class Credentials(BaseModel):
    """A login is the NIP or NI PPPK; spaces in it do not matter."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"nip": "198503302010012001", "password": "kata-sandi-panjang"}]},
    )

    nip: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024)
    browser: bool = Field(default=False, description="A session of our pages: always asked again at decrees.")


class NewPassword(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"current": "abcd-efgh-jkmn", "new": "kuda benar baterai staples"}]},
    )

    current: str = Field(min_length=1, max_length=1024)
    new: str = Field(min_length=passwords.SHORTEST, max_length=passwords.LONGEST)


class SignedInPerson(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_PERSON]})

    id: str
    nip: str | None
    name: str | None
    roles: list[str]
    must_change: bool = Field(description="This account may do nothing but change its password.")


class OpenedSession(BaseModel):
    token: str = Field(description="Shown this once: `Authorization: Bearer …`.")
    expires_at: str
    person: SignedInPerson
    failed_attempts: int = Field(description="Failed attempts since the last sign-in.")
    awaits_code: bool = Field(description="Opens nothing before `POST /v1/sessions/current/second-factor`.")


class RunningSession(BaseModel):
    created_at: str
    expires_at: str
    current: bool


class SessionList(BaseModel):
    items: list[RunningSession]
    next: None = None


@router.post(
    "/sessions",
    status_code=201,
    response_model=OpenedSession,
    responses=responses(413, 415),
    summary="Sign in",
)
def sign_in(
    body: Credentials,
    request: Request,
    response: Response,
    services: ServicesDep,
    doorkeeper: DoorkeeperDep,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Open a session. After 8 failures a login is locked for 15 minutes, after 50 within 5 minutes an
    address: `429` with `Retry-After`. With an `Idempotency-Key`, a repeat opens no second session.
    """
    now = services.now()
    login = "".join(body.nip.split())
    address = request.client.host if request.client else ""
    token = None
    if idempotency_key is not None:
        token = sessions.repeatable_token(services.installation.sealing_key, login, idempotency_key)
    with refusals(now):
        signed_in = doorkeeper.sign_in.attempt(
            login, body.password, address, now, token, browser=body.browser
        )
    if signed_in.known:
        response.headers[REPLAY] = "true"
    return {
        "token": signed_in.token,
        "expires_at": signed_in.expires_at,
        "person": person_view(services, signed_in.person_id, must_change=signed_in.must_change),
        "failed_attempts": signed_in.failures,
        "awaits_code": signed_in.awaits_code,
    }


@router.get(
    "/sessions", response_model=SessionList, responses=responses(), summary="One's own running sessions"
)
def list_sessions(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    person_id = caller.require_person()
    with services.reading() as connection:
        rows = sessions.sessions_of(connection, person_id, services.now())
    items = [
        {
            "created_at": row["created_at"],
            "expires_at": row["expires_at"],
            "current": row["token_hash"] == caller.token_hash,
        }
        for row in rows
    ]
    return {"items": items, "next": None}


@router.delete("/sessions/current", status_code=204, responses=responses(413, 415), summary="Sign out")
def sign_out(services: ServicesDep, caller: HalfSignedInDep) -> None:
    caller.require_person()
    with services.installation.writing_engine.begin() as connection:
        sessions.end_session(connection, caller.token_hash or "")


@router.delete("/sessions", status_code=204, responses=responses(413, 415), summary="Sign out everywhere")
def sign_out_everywhere(services: ServicesDep, caller: AnyCallerDep) -> None:
    person_id = caller.require_person()
    with services.installation.writing_engine.begin() as connection:
        sessions.end_all_sessions(connection, person_id)


@router.post("/password", status_code=204, responses=responses(413, 415), summary="Change one's own password")
def change_password(
    body: NewPassword,
    services: ServicesDep,
    caller: AnyCallerDep,
    doorkeeper: DoorkeeperDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (a repeat is recognised by its passwords)
) -> None:
    """Every other session of the account ends. The new password has 12 to 128 characters and does not
    hold the NIP.
    """
    person_id = caller.require_person()
    now = services.now()
    until = doorkeeper.wrong_passwords.use(person_id, WRONG_PASSWORDS, PASSWORD_WINDOW, now)
    if until is not None:
        raise wait("too-many-attempts", until, now)
    try:
        changed = passwords.change_password(
            services.reader.engine,
            services.installation.writing_engine,
            person_id,
            body.current,
            body.new,
            keep=caller.token_hash,
        )
    except passwords.WeakPassword as weak:
        doorkeeper.wrong_passwords.give_back(person_id)
        raise Problem(
            "weak-password",
            status=422,
            title=("Kata sandi baru terlalu lemah.", "The new password is too weak."),
            detail=str(weak),
        ) from None
    if changed:
        doorkeeper.wrong_passwords.give_back(person_id)
    else:
        raise Problem(
            "wrong-password",
            status=403,
            title=("Kata sandi sekarang tidak benar.", "That is not the current password."),
        )


def person_view(services: Services, person_id: str, *, must_change: bool) -> dict[str, Any]:
    """The signed-in person with the offices exercised today."""
    with services.reading() as connection:
        name, nip = employees.names(connection, {person_id}).get(person_id, (None, None))
        keys = inbox_keys(services, services.view(connection), person_id)
    roles = [*sorted({split_key(key)[0] for key in keys}), "employee"]
    return {"id": person_id, "nip": nip, "name": name, "roles": roles, "must_change": must_change}
