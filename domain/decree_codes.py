"""The codes behind decrees' QR codes: who holds one holds the decree; recorded is their hash."""

from __future__ import annotations

import base64
import hashlib
import hmac

CODE_BYTES = 16
CODE_LENGTH = 26  # letters of Base32


def written(code: bytes) -> str:
    """128 bits as 26 small letters and digits."""
    return base64.b32encode(code).decode().rstrip("=").lower()


def code_hash(code: str) -> str:
    """What the ledger records of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def rank_code(key: str, person_id: str) -> str:
    """The code of one person's decree on a list, under the list's key (hexadecimal)."""
    return written(hmac.digest(bytes.fromhex(key), person_id.encode(), "sha256")[:CODE_BYTES])
