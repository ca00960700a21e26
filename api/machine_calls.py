"""What is asked of every request that an integration's key sends: its quota, its signature, its limits.

Quotas are told in the fields of draft-ietf-httpapi-ratelimit-headers-10; signatures are those of RFC 9421.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from accounts import nonces
from accounts.api_keys import hmac_secret
from accounts.rate_limits import WINDOW_SECONDS, RateLimits, Standing
from api.problems import Problem
from api.wiring import Services
from integrations.request_signature import (
    Fields,
    SignatureRefused,
    SignedRequest,
    VerificationKey,
    verify,
)

if TYPE_CHECKING:
    from api.credentials import Caller, KeyTerms

POLICY = "minute"
SAFE = frozenset({"GET", "HEAD"})
# What a key that only tries things out may send.
TRIALS = frozenset({"/v1/personnel-actions", "/v1/personnel-actions:batch", "/v1/events"})


async def admitted(request: Request, services: Services, caller: Caller) -> None:
    """Nothing is asked of people. Raises a 401 for a signature that is missing, wrong or used before, a 403
    for what a sandbox key may not try, and a 429 over the quota.
    """
    terms = caller.terms
    if terms is None:
        return
    now, key_id = services.now(), caller.actor.id
    request.state.key_id = key_id
    quota = terms.requests_per_minute or services.installation.settings.key_requests_per_minute
    limits = _limits(request, services)
    standing = limits.at_hand(key_id, quota, now)
    if standing is None:
        standing = await run_in_threadpool(limits.take, key_id, quota, now)
    request.state.rate_limit = rate_limit_fields(standing)
    if not standing.allowed:
        over = Problem("quota-exceeded", headers={"Retry-After": str(standing.reset)})
        over.more["violated-policies"] = [POLICY]
        raise over
    if terms.sandbox and request.method not in SAFE and request.url.path not in TRIALS:
        raise Problem("sandbox-only")
    await _signed(request, services, key_id, terms, now)


def rate_limit_fields(standing: Standing) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit`, as structured fields (RFC 9651)."""
    return {
        "RateLimit-Policy": f'"{POLICY}";q={standing.quota};w={WINDOW_SECONDS}',
        "RateLimit": f'"{POLICY}";r={standing.remaining};t={standing.reset}',
    }


async def _signed(request: Request, services: Services, key_id: str, terms: KeyTerms, now: datetime) -> None:
    """A signature is checked where there is one, whether or not it is asked for."""
    there = "signature" in request.headers or "signature-input" in request.headers
    if not there:
        if terms.signature_required:
            raise Problem("signature-required", headers=_asks_for(key_id))
        return
    algorithm, known = terms.signature_algorithm, terms.verification_key
    if known is None or algorithm is None:
        why = "no signing key is registered for this key"
        raise Problem("signature-invalid", why=why, headers=_asks_for(key_id))
    material = base64.b64decode(known)
    if algorithm == "hmac-sha256":
        material = hmac_secret(services.installation.sealing_key, key_id, known).encode()
    key = VerificationKey(key_id, algorithm, material)
    try:
        verified = verify(_as_sent(request), key, now)
    except SignatureRefused as refused:
        raise Problem("signature-invalid", why=refused.why, headers=_asks_for(key_id)) from None
    engine = services.installation.writing_engine
    fresh = await run_in_threadpool(nonces.spend, engine, key_id, verified.nonce, verified.expires_at, now)
    if not fresh:
        raise Problem("signature-replayed", headers=_asks_for(key_id))


def _asks_for(key_id: str) -> dict[str, str]:
    """What a signature has to cover (RFC 9421 section 5.1), beside the challenge that a 401 has."""
    covered = '"@method" "@authority" "@path" "@query" "content-digest"'
    return {
        "WWW-Authenticate": 'Bearer realm="jenjang"',
        "Accept-Signature": f'sig1=({covered});created;expires;nonce;keyid="{key_id}"',
    }


def _as_sent(request: Request) -> SignedRequest:
    """The request as its sender signed it: path and query before they are decoded."""
    scope = request.scope
    path = scope.get("raw_path") or request.url.path.encode()
    query = scope.get("query_string", b"")
    target = path.partition(b"?")[0] + (b"?" + query if query else b"")
    url = f"{scope['scheme']}://{request.headers.get('host', '')}{target.decode('latin-1')}"
    return SignedRequest(request.method, url, Fields(scope["headers"]), getattr(request.state, "body", b""))


def _limits(request: Request, services: Services) -> RateLimits:
    state = request.app.state
    if not hasattr(state, "rate_limits"):
        state.rate_limits = RateLimits(services.installation.writing_engine)
    found: RateLimits = state.rate_limits
    return found
