"""The codes behind decrees' QR codes, derived from the agency's key: unguessable, stored nowhere."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.decree_codes import CODE_BYTES, written

KEY_BYTES = 32


def decree_code(sealing_key: bytes, action_id: str) -> str:
    """The code of an action's decree; the same whenever it is asked for."""
    return written(_derived(sealing_key, f"jenjang decree/{action_id}", CODE_BYTES))


def rank_code_key(sealing_key: bytes, list_id: str) -> str:
    """The key of a rank list, hexadecimal, from which each person's code follows (`domain.decree_codes`)."""
    return _derived(sealing_key, f"jenjang rank decrees/{list_id}", KEY_BYTES).hex()


def _derived(sealing_key: bytes, info: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=info.encode()).derive(sealing_key)
