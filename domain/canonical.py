"""Canonical JSON (RFC 8785) of the restricted profile that the ledger records.

The profile: objects with ASCII keys, strings, booleans, null and integers below 2^53; no floats.
Within it plain `json` with sorted keys writes the bytes of RFC 8785, and so does the faster
encoder of the ledger; `tests/ledger/test_canonical.py` holds all of them together.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

MAX_INTEGER = 2**53 - 1


class NotCanonical(ValueError):
    """The value is outside the recorded profile: float, big integer, non-ASCII or non-text key."""


def canonical_json(value: Any) -> bytes:
    """UTF-8 bytes of `value`; raises NotCanonical outside the profile."""
    check_profile(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text holds a lone surrogate") from error


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def check_profile(value: Any) -> None:
    """Raise NotCanonical unless `value` is inside the recorded profile."""
    if value is None or value is True or value is False:
        return
    kind = type(value)
    if kind is str:
        return
    if kind is int:
        if -MAX_INTEGER <= value <= MAX_INTEGER:
            return
        raise NotCanonical("integer beyond 2^53")
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str or not key.isascii():
                raise NotCanonical("object key is not ASCII text")
            check_profile(inner)
        return
    if kind is list or kind is tuple:
        for inner in value:
            check_profile(inner)
        return
    raise NotCanonical(f"{kind.__name__} has no canonical form here")
