"""What happens to keys of integrations after they were issued, and what they were refused."""

from __future__ import annotations

from typing import Literal

from domain.event import Event

SignatureAlgorithm = Literal["ed25519", "hmac-sha256"]


class ApiKeyTermsSet(Event):
    """Under which terms a key works from now on. `requests_per_minute` None is what the installation gives
    every key. `verification_key` is the Ed25519 public key (32 bytes in base64), or, for HMAC, the salt from
    which the secret derives under the agency's sealing key: it tells nothing of the secret.
    """

    key_id: str
    requests_per_minute: int | None = None
    signature_algorithm: SignatureAlgorithm | None = None
    verification_key: str | None = None
    signature_required: bool = False


class RequestsRefused(Event):
    """A key sent what it may not, or what cannot be read: `code` as it was answered, `times` since the last
    such record of this process.
    """

    key_id: str
    code: str
    times: int
