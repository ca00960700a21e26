"""One's own second factor: set up with an authenticator, shown at signing in, taken off."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from accounts import second_factor, sessions
from api.credentials import CallerDep, HalfSignedInDep
from api.doorkeeper import Doorkeeper, DoorkeeperDep, refusals
from api.idempotency import REPLAY, IdempotencyKey
from api.problems import Problem, responses
from api.wiring import Services, ServicesDep
from projections import employees

router = APIRouter(prefix="/v1", tags=["sessions"])

Password = Annotated[str, Field(min_length=1, max_length=1024)]
Code = Annotated[
    str, Field(min_length=1, max_length=64, description="Six digits, or where it says so a recovery code.")
]
WRONG_CODE = ("Kode tidak benar atau sudah dipakai.", "The code is wrong or was used already.")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Enrol(_Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "kata-sandi-panjang"}]})

    password: Password


class ShownCode(_Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "492039"}]})

    code: Code


class Removal(_Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"password": "kata-sandi-panjang", "code": "492039"}]}
    )

    password: Password
    code: Code


class State(BaseModel):
    on: bool
    since: str | None
    recovery_codes_left: int
    pending: bool = Field(description="Begun and not confirmed.")


class Seed(BaseModel):
    """What an authenticator is told, by typing or as a QR code of `address` (`otpauth://`)."""

    seed: str
    address: str


class RecoveryCodes(BaseModel):
    recovery_codes: list[str] = Field(description="Shown this once; each opens one session.")


@router.get("/second-factor", response_model=State, responses=responses(), summary="One's own second factor")
def state(services: ServicesDep, caller: CallerDep, doorkeeper: DoorkeeperDep) -> dict[str, Any]:
    person_id = caller.require_person()
    with services.reading() as connection:
        since = second_factor.is_on(connection, person_id)
        left = second_factor.recovery_codes_left(connection, person_id)
    pending = since is None and doorkeeper.second_factor.pending(person_id, "") is not None
    return {"on": since is not None, "since": since, "recovery_codes_left": left, "pending": pending}


@router.post(
    "/second-factor", status_code=201, response_model=Seed, responses=responses(403, 409, 413, 415, 429),
    summary="Begin to set up a second factor",
)  # fmt: skip
def begin(
    body: Enrol,
    response: Response,
    services: ServicesDep,
    caller: CallerDep,
    doorkeeper: DoorkeeperDep,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, str]:
    """A fresh seed, shown once more by `GET /v1/second-factor/seed` until it is confirmed."""
    person_id = caller.require_person()
    _prove(services, doorkeeper, person_id, body.password)
    try:
        found = doorkeeper.second_factor.begin(person_id, _login(services, person_id), idempotency_key)
    except second_factor.AlreadyOn:
        raise Problem(
            "second-factor-on",
            status=409,
            title=("Faktor kedua sudah terpasang.", "There is a second factor already."),
        ) from None
    if found.known:
        response.headers[REPLAY] = "true"
    return {"seed": found.seed, "address": found.address}


@router.get(
    "/second-factor/seed",
    response_model=Seed,
    responses=responses(),
    summary="The seed that waits to be confirmed",
)
def seed(services: ServicesDep, caller: CallerDep, doorkeeper: DoorkeeperDep) -> dict[str, str]:
    person_id = caller.require_person()
    found = doorkeeper.second_factor.pending(person_id, _login(services, person_id))
    if found is None:
        raise Problem("not-found")
    return {"seed": found.seed, "address": found.address}


@router.post(
    "/second-factor/confirmation", response_model=RecoveryCodes, responses=responses(403, 413, 415, 429),
    summary="Put it in force with its first code",
)  # fmt: skip
def confirm(
    body: ShownCode,
    response: Response,
    services: ServicesDep,
    caller: CallerDep,
    doorkeeper: DoorkeeperDep,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Answers with ten recovery codes. The person's other sessions end. A repeat with its `Idempotency-Key`
    gets the same codes until another code is shown.
    """
    person_id = caller.require_person()
    now = services.now()
    with services.reading() as connection:
        before = second_factor.is_on(connection, person_id)
    with refusals(now):
        codes = doorkeeper.second_factor.confirm(
            person_id, body.code, now, idempotency_key, keep=caller.token_hash
        )
    if codes is None:
        raise Problem("wrong-code", status=403, title=WRONG_CODE)
    if before is not None:
        response.headers[REPLAY] = "true"
    return {"recovery_codes": list(codes)}


@router.post(
    "/second-factor/removal", status_code=204, responses=responses(403, 413, 415, 429), summary="Take it off"
)
def remove(
    body: Removal,
    services: ServicesDep,
    caller: CallerDep,
    doorkeeper: DoorkeeperDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (taking off what is not there changes nothing)
) -> None:
    """With the password and a code, or a recovery code."""
    person_id = caller.require_person()
    _prove(services, doorkeeper, person_id, body.password)
    if not doorkeeper.second_factor.exists(person_id):
        return
    _show(services, doorkeeper, person_id, body.code)
    with services.installation.writing_engine.begin() as connection:
        second_factor.forget(connection, person_id)


@router.post(
    "/sessions/current/second-factor", status_code=204, responses=responses(403, 413, 415, 429),
    summary="Show the second factor",
)  # fmt: skip
def show(
    body: ShownCode,
    services: ServicesDep,
    caller: HalfSignedInDep,
    doorkeeper: DoorkeeperDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (a session whose code was given awaits none)
) -> None:
    """The code of this half minute, or a recovery code. Each is taken once; after 8 wrong ones none is
    looked at for 15 minutes.
    """
    person_id = caller.require_person()
    if not caller.awaits_code:
        return
    _show(services, doorkeeper, person_id, body.code)
    with services.installation.writing_engine.begin() as connection:
        sessions.code_was_given(connection, caller.token_hash or "")


def _prove(services: Services, doorkeeper: Doorkeeper, person_id: str, password: str) -> None:
    now = services.now()
    with refusals(now):
        if not doorkeeper.sign_in.prove(person_id, password, now):
            raise Problem("wrong-password")


def _show(services: Services, doorkeeper: Doorkeeper, person_id: str, code: str) -> None:
    now = services.now()
    with refusals(now):
        if not doorkeeper.second_factor.check(person_id, code, now):
            raise Problem("wrong-code", status=403, title=WRONG_CODE)


def _login(services: Services, person_id: str) -> str:
    with services.reading() as connection:
        name, nip = employees.names(connection, {person_id}).get(person_id, (None, None))
    return nip or name or person_id
