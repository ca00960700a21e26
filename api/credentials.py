"""Who is calling: the credential alone says it, a session's token or an integration's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection

from accounts.api_keys import KEY_PREFIX
from accounts.sessions import TOKEN_PREFIX, hash_token
from api.machine_calls import admitted
from api.problems import Problem
from api.wiring import Services, ServicesDep
from domain.identity import Actor
from domain.inbound_events import SignatureAlgorithm
from ledger.database import fetch
from ledger.record import moment

SESSION = (
    "SELECT s.person_id, a.must_change * (1 - s.by_provider), s.awaits_code, s.browser, s.created_at "
    "FROM sessions s "
    "LEFT JOIN accounts a ON a.person_id = s.person_id "
    "WHERE s.token_hash = ? AND s.revoked_at IS NULL AND s.expires_at > ?"
)
API_KEY = (
    "SELECT key_id, scopes, sandbox, requests_per_minute, signature_algorithm, verification_key, "
    "signature_required FROM api_keys WHERE secret_hash = ? AND revoked_at IS NULL"
)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="jenjang"'}
BEARER = HTTPBearer(
    auto_error=False, description="A session's token (POST /v1/sessions) or an integration's API key."
)
Credentials = HTTPAuthorizationCredentials | None
CredentialsDep = Annotated[Credentials, Security(BEARER)]


@dataclass(frozen=True)
class KeyTerms:
    """Under which terms an integration's key works (`domain.inbound_events.ApiKeyTermsSet`)."""

    sandbox: bool
    requests_per_minute: int | None
    signature_algorithm: SignatureAlgorithm | None
    verification_key: str | None
    signature_required: bool


@dataclass(frozen=True)
class Caller:
    """Who sent the request. `person_id` is None for an integration, `scopes` empty for a person; `terms` are
    those of an integration's key.
    """

    actor: Actor
    person_id: str | None
    scopes: frozenset[str] = frozenset()
    must_change: bool = False
    token_hash: str | None = None
    awaits_code: bool = False
    browser: bool = False
    signed_in_at: str | None = None
    terms: KeyTerms | None = None

    @property
    def sandbox(self) -> bool:
        """Whether nothing that the caller asks for is recorded."""
        return self.terms is not None and self.terms.sandbox

    def require_scope(self, scope: str) -> None:
        """Raise a 403 for a key without `scope`; people need none."""
        if self.person_id is None and scope not in self.scopes:
            raise Problem("scope-missing", scope=scope)

    def require_person(self) -> str:
        """The person's id; a 403 for integrations."""
        if self.person_id is None:
            raise Problem("not-permitted")
        return self.person_id


def find_caller(services: Services, connection: Connection, secret: str) -> Caller | None:
    """The holder of `secret`, found by one indexed look-up; None when there is none in force."""
    if not secret.isascii():
        return None
    hashed = hash_token(secret)
    if secret.startswith(TOKEN_PREFIX):
        found = fetch(connection, SESSION, (hashed, moment(services.now())))
        if not found:
            return None
        row = found[0]
        actor = Actor(kind="person", id=row[0])
        return Caller(
            actor,
            row[0],
            must_change=bool(row[1]),
            token_hash=hashed,
            awaits_code=bool(row[2]),
            browser=bool(row[3]),
            signed_in_at=row[4],
        )
    if secret.startswith(KEY_PREFIX):
        found = fetch(connection, API_KEY, (hashed,))
        if not found:
            return None
        row = found[0]
        scopes = frozenset(row[1].split())
        terms = KeyTerms(bool(row[2]), row[3], row[4], row[5], bool(row[6]))
        return Caller(Actor(kind="integration", id=row[0], scopes=scopes), None, scopes, terms=terms)
    return None


def signed_in(services: Services, connection: Connection, credentials: Credentials) -> Caller:
    """The caller, also one who has to change their password first. Raises a 401."""
    found = find_caller(services, connection, credentials.credentials) if credentials is not None else None
    if found is None:
        raise Problem("unauthenticated", headers=CHALLENGE)
    return found


def past_second_factor(caller: Caller) -> Caller:
    """The caller; a 403 for one who still has to show their second factor."""
    if caller.awaits_code:
        raise Problem("second-factor-required")
    return caller


def in_full_right(caller: Caller) -> Caller:
    """The caller; a 403 for one whose second factor is awaited, or whose first password has to be changed."""
    past_second_factor(caller)
    if caller.must_change:
        raise Problem("password-change-required")
    return caller


async def half_signed_in(request: Request, services: ServicesDep, credentials: CredentialsDep) -> Caller:
    """The caller, also one who still owes the code of their second factor. Raises a 401, and what a key's
    terms refuse.
    """
    with services.reading() as connection:
        caller = signed_in(services, connection, credentials)
    await admitted(request, services, caller)
    return caller


async def any_caller(caller: Annotated[Caller, Depends(half_signed_in)]) -> Caller:
    """The caller, also one who has to change their password first. Raises a 401, or a 403 where the
    second factor is awaited.
    """
    return past_second_factor(caller)


async def current_caller(caller: Annotated[Caller, Depends(any_caller)]) -> Caller:
    """The caller, who may do everything their rights allow. Raises a 401, or a 403 for a first password."""
    return in_full_right(caller)


HalfSignedInDep = Annotated[Caller, Depends(half_signed_in)]
AnyCallerDep = Annotated[Caller, Depends(any_caller)]
CallerDep = Annotated[Caller, Depends(current_caller)]
