"""Standard Webhooks: what a message is named by, its secrets, and its signatures (HMAC-SHA256, `v1`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
import uuid
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"


def secret_of(sealing_key: bytes, secret_id: str) -> bytes:
    """The 32 bytes of the secret with that id: derived whenever they are needed, and stored nowhere."""
    return hmac.digest(sealing_key, f"jenjang webhook secret\x00{secret_id}".encode(), "sha256")


def as_text(secret: bytes) -> str:
    """The secret as it is handed over."""
    return PREFIX + base64.b64encode(secret).decode()


def message_id(subscription_id: str, event_id: str) -> str:
    """The `webhook-id` of an event for a subscription: the same at every try and in every replay."""
    return f"msg_{uuid.uuid5(uuid.UUID(subscription_id), event_id).hex}"


def headers(secrets: Iterable[bytes], identifier: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers of one try, signed under each of the secrets."""
    at = int(now.timestamp())
    signed = f"{identifier}.{at}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(secret, signed, "sha256")).decode() for secret in secrets)
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
        "content-type": MEDIA_TYPE,
    }
