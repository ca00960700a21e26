"""Signing a request as another program does: RFC 9421 section 2.5 by hand, with no library of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

COVERED = ("@method", "@authority", "@path", "@query", "content-digest")


@dataclass(frozen=True)
class Signer:
    """Signs with `sign` under the API key's id."""

    key_id: str
    algorithm: str
    sign: Callable[[bytes], bytes]

    def headers(
        self,
        method: str,
        url: str,
        body: bytes,
        at: datetime,
        *,
        nonce: str,
        lives: int = 120,
        covered: tuple[str, ...] = COVERED,
    ) -> dict[str, str]:
        """The fields to send with the request."""
        parts = urlsplit(url)
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        values = {
            "@method": method,
            "@authority": parts.netloc,
            "@path": parts.path,
            "@query": f"?{parts.query}",
            "content-digest": digest,
        }
        made = int(at.timestamp())
        params = f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in covered)})"
        params += f';created={made};expires={made + lives};nonce="{nonce}"'
        params += f';keyid="{self.key_id}";alg="{self.algorithm}"'
        lines = [f'"{name}": {values[name]}' for name in covered]
        base = "\n".join([*lines, f'"@signature-params": {params}'])
        signature = base64.b64encode(self.sign(base.encode())).decode()
        return {
            "Content-Digest": digest,
            "Signature-Input": f"sig1={params}",
            "Signature": f"sig1=:{signature}:",
        }


def ed25519(key_id: str) -> tuple[Signer, str]:
    """A signer with a new key, and its public key as it is registered."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(key_id, "ed25519", private.sign), base64.b64encode(public).decode()


def hmac_sha256(key_id: str, secret: str) -> Signer:
    return Signer(key_id, "hmac-sha256", lambda text: hmac.digest(secret.encode(), text, "sha256"))
