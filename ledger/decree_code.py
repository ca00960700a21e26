"""The code behind a decree's QR code: unguessable, derived from the agency's key, recorded as its hash."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CODE_BYTES = 16
CODE_LENGTH = 26  # letters of Base32


def decree_code(sealing_key: bytes, action_id: str) -> str:
    """128 bits as 26 small letters and digits; the same for the same action whenever it is asked for."""
    info = f"jenjang decree/{action_id}".encode()
    derived = HKDF(SHA256(), CODE_BYTES, salt=None, info=info).derive(sealing_key)
    return base64.b32encode(derived).decode().rstrip("=").lower()


def code_hash(code: str) -> str:
    """What the ledger records of a code."""
    return hashlib.sha256(code.encode()).hexdigest()
