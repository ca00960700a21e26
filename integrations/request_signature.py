"""Is a request signed by its key, whole, in time? RFC 9421 (signatures), RFC 9530 (digests).

Strict where the standard leaves a choice: one signature, by the key's own id, over method, address and body,
created and expiring at most five minutes apart, with a nonce. Whether that was used is the caller's to ask.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
    algorithms,
)

LONGEST_LIFE = timedelta(minutes=5)
SKEW = timedelta(seconds=30)
LONGEST_NONCE = 255
# `@target-uri` says all of the other three and the scheme, which a proxy may have changed.
ADDRESS = (frozenset({'"@target-uri"'}), frozenset({'"@authority"', '"@path"', '"@query"'}))
METHOD, DIGEST = '"@method"', '"content-digest"'


class SignatureRefused(Exception):
    """The signature does not hold; `why` says in one English sentence what is wrong with it."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class VerificationKey:
    """By what a key's signatures are verified: the 32 bytes of an Ed25519 public key, or the HMAC secret."""

    key_id: str
    algorithm: Literal["ed25519", "hmac-sha256"]
    material: bytes


@dataclass(frozen=True)
class Verified:
    nonce: str
    expires_at: datetime


class Fields:
    """Header lines in order, repeated ones too."""

    def __init__(self, lines: Iterable[tuple[bytes, bytes]]) -> None:
        self._lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in lines]

    def items(self) -> Sequence[tuple[str, str]]:
        return self._lines


@dataclass(frozen=True)
class SignedRequest:
    """`url` absolute and as it was sent; `body` before it is decoded."""

    method: str
    url: str
    headers: Fields
    body: bytes


def verify(request: SignedRequest, key: VerificationKey, now: datetime) -> Verified:
    """The nonce of the request's signature, and until when it could be used. Raises SignatureRefused."""
    verifier = _Verifier(key, lambda: now)
    try:
        (found,) = verifier.verify(request, max_age=LONGEST_LIFE, body=request.body)
    except (HTTPMessageSignaturesException, InvalidSignature) as error:
        raise SignatureRefused(str(error)[:200] or "the signature does not verify") from None
    covered = set(found.covered_components)
    if METHOD not in covered or not any(way <= covered for way in ADDRESS):
        raise SignatureRefused("@method and @authority, @path, @query (or @target-uri) have to be signed")
    if request.body and DIGEST not in covered:
        raise SignatureRefused("content-digest has to be signed")
    created, expires = (found.parameters.get(name) for name in ("created", "expires"))
    if not isinstance(created, int) or not isinstance(expires, int):
        raise SignatureRefused("created and expires have to be signed")
    if not 0 < expires - created <= LONGEST_LIFE.total_seconds():
        raise SignatureRefused(f"a signature holds for {LONGEST_LIFE.total_seconds():.0f} seconds at most")
    if not found.nonce or len(found.nonce) > LONGEST_NONCE:
        raise SignatureRefused("a nonce has to be signed")
    return Verified(found.nonce, datetime.fromtimestamp(expires, UTC) + SKEW)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier by our clock."""

    max_clock_skew = SKEW

    def __init__(self, key: VerificationKey, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        used = algorithms.ED25519 if key.algorithm == "ed25519" else algorithms.HMAC_SHA256
        material = (
            Ed25519PublicKey.from_public_bytes(key.material)
            if used.algorithm_id == "ed25519"
            else key.material
        )
        known = MappingKeyResolver(public_keys={key.key_id: material}, private_keys={})
        super().__init__(signature_algorithm=used, key_resolver=known)

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        now = self._clock()
        created, expires = (sig_input.params.get(name) for name in ("created", "expires"))
        if type(created) is not int or type(expires) is not int:
            raise InvalidSignature("created and expires have to be signed, as integers")
        try:
            made, ends = datetime.fromtimestamp(created, UTC), datetime.fromtimestamp(expires, UTC)
        except (ValueError, OverflowError, OSError):
            raise InvalidSignature("created or expires is no moment") from None
        if made > now + self.max_clock_skew:
            raise InvalidSignature("created lies in the future")
        if ends < now - self.max_clock_skew:
            raise InvalidSignature("the signature has expired")
        if max_age is not None and made + max_age < now - self.max_clock_skew:
            raise InvalidSignature("the signature is too old")


def ed25519_material(text: str) -> bytes:
    """The bytes of a public key as it is registered (base64). Raises ValueError."""
    material = base64.b64decode(text, validate=True)
    Ed25519PublicKey.from_public_bytes(material)
    return material
