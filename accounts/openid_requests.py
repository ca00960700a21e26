"""What is kept between leaving for an OpenID provider and coming back: sealed, and in the browser alone, so
that any process can go on and nothing has to be cleaned up.
"""

from __future__ import annotations

import base64
import json
import secrets
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from integrations.openid import Request

HOLDS = timedelta(minutes=10)
NONCE_BYTES = 12
PURPOSE = b"jenjang openid request"


class RequestLost(Exception):
    """No request of ours, one that is too old, or of another browser."""


class OpenIdRequests:
    """Requests of one installation, sealed under a key derived from the agency's."""

    def __init__(self, sealing_key: bytes) -> None:
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(sealing_key))

    def begin(self, now: datetime) -> tuple[Request, str]:
        """A fresh request, and the same sealed."""
        request = Request(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        told = json.dumps([request.state, request.nonce, request.verifier, now.timestamp()])
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, told.encode(), PURPOSE)
        return request, base64.urlsafe_b64encode(sealed).decode()

    def resumed(self, sealed: str, state: str, now: datetime) -> Request:
        """The request that `sealed` holds, if it is the one of `state`. Raises RequestLost."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            told = json.loads(self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], PURPOSE))
        except (ValueError, InvalidTag):
            raise RequestLost from None
        request, begun = Request(*told[:3]), datetime.fromtimestamp(told[3], now.tzinfo)
        if not secrets.compare_digest(request.state.encode(), state.encode()) or now > begun + HOLDS:
            raise RequestLost
        return request
