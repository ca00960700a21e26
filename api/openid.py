"""Signing in by the agency's OpenID provider, where there is one."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from accounts import sessions
from accounts.openid_requests import OpenIdRequests, RequestLost
from accounts.second_factor import is_on
from api.problems import Problem, responses
from api.sessions import OpenedSession, person_view
from api.visibility import is_readable
from api.wiring import Services, ServicesDep
from integrations.http_call import OutsideUnreachable
from integrations.openid import NotProven, OpenIdProvider
from projections import employees

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["sessions"])

BACK = "/masuk/openid/kembali"


class SignInWays(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"openid": "SSO Kota Serang"}]})

    openid: str | None = Field(description="What the provider is called; none where there is none.")


class Departure(BaseModel):
    address: str = Field(description="Where the browser goes.")
    request: str = Field(
        description="To be kept by the browser alone and shown at its return, in 10 minutes."
    )


class Return(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"request": "hJ3x…", "code": "SplxlOBeZQQYbYS6WxSbIA", "state": "af0ifjsldkj"}]
        },
    )

    request: str = Field(min_length=1, max_length=2048, pattern=r"^[A-Za-z0-9_=-]+$")
    code: str = Field(min_length=1, max_length=2048)
    state: str = Field(min_length=1, max_length=256)
    browser: bool = Field(default=False, description="A session of our pages: always asked again at decrees.")


@router.get("/sign-in-ways", response_model=SignInWays, responses=responses(), summary="How one can sign in")
def ways(services: ServicesDep) -> dict[str, Any]:
    """Besides NIP and password."""
    provider = services.installation.openid
    return {"openid": provider.label if provider is not None else None}


@router.post(
    "/openid/requests",
    status_code=201,
    response_model=Departure,
    responses=responses(404, 413, 415, 503),
    summary="Leave for the OpenID provider",
)
def leave(services: ServicesDep) -> dict[str, str]:
    """Authorization code flow with PKCE (OpenID Connect Core 1.0 section 3.1)."""
    provider = _provider(services)
    request, sealed = _requests(services).begin(services.now())
    try:
        return {"address": provider.address(request, _redirect_uri(services)), "request": sealed}
    except (OutsideUnreachable, NotProven) as error:
        raise _away(error) from None


@router.post(
    "/sessions/openid",
    status_code=201,
    response_model=OpenedSession,
    responses=responses(404, 413, 415, 503),
    summary="Come back from the OpenID provider",
)
def come_back(body: Return, services: ServicesDep) -> dict[str, Any]:
    """Opens a session for the person whose NIP the provider vouches for. Offices come from the ledger alone;
    a second factor of ours is asked for as after a password.
    """
    provider, now = _provider(services), services.now()
    try:
        request = _requests(services).resumed(body.request, body.state, now)
    except RequestLost:
        raise Problem(
            "openid-request-lost",
            status=422,
            title=("Permintaan masuk ini sudah lewat; mulai lagi.", "This sign-in is over; begin anew."),
        ) from None
    try:
        nip = provider.nip(body.code, request, _redirect_uri(services))
    except OutsideUnreachable as error:
        raise _away(error) from None
    except NotProven as error:
        log.warning("nobody was let in by OpenID: %s", error)
        raise _unknown() from None
    with services.reading() as connection:
        row = employees.by_nip(connection, nip) if is_readable(nip) else None
    if row is None:
        log.warning("nobody was let in by OpenID: not in the register")
        raise _unknown()
    person_id = str(row["person_id"])
    with services.installation.writing_engine.begin() as connection:
        awaits_code = is_on(connection, person_id) is not None
        token, expires_at = sessions.open_session(
            connection,
            person_id,
            services.installation.settings.session_hours,
            now,
            browser=body.browser,
            awaits_code=awaits_code,
            by_provider=True,
        )
    return {
        "token": token,
        "expires_at": expires_at,
        "person": person_view(services, person_id, must_change=False),
        "failed_attempts": 0,
        "awaits_code": awaits_code,
    }


def _provider(services: Services) -> OpenIdProvider:
    provider = services.installation.openid
    if provider is None:
        raise Problem("not-found")
    return provider


def _requests(services: Services) -> OpenIdRequests:
    return OpenIdRequests(services.installation.sealing_key)


def _redirect_uri(services: Services) -> str:
    return services.installation.settings.pages_address + BACK


def _away(error: Exception) -> Problem:
    log.warning("the OpenID provider cannot be used: %s", error)
    return Problem(
        "openid-unreachable",
        status=503,
        title=(
            "Penyedia masuk sedang tidak dapat dipakai; masuklah dengan kata sandi.",
            "The sign-in provider cannot be used now; sign in with your password.",
        ),
    )


def _unknown() -> Problem:
    """One answer for everybody who is not let in."""
    return Problem(
        "openid-refused",
        status=401,
        title=(
            "Penyedia masuk tidak membuktikan pegawai yang dikenal di sini.",
            "The provider did not prove anybody who is known here.",
        ),
    )
