"""How a sample is drawn so that nobody chose it and everybody can draw it again (decision 0069).

The auditor commits to a secret nonce by its hash; the ledger answers with a salt of its own in the recorded
request. The seed is made of the nonce and of the root of the tree that ends with the request: whoever knows
the nonce could not know that root, and whoever makes the root did not know the nonce.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from domain.canonical import digest

NONCE_BYTES = 32
DOMAIN = b"jenjang/sample/v1\x00"


def nonce_hash(nonce: bytes) -> str:
    """SHA-256 of the nonce's bytes, in hexadecimal: what the auditor shows before the request."""
    return hashlib.sha256(nonce).hexdigest()


def seed_of(sample_id: str, nonce: bytes, root: bytes) -> str:
    """SHA-256 of DOMAIN, the sample's id in ASCII, nonce and root (32 bytes each), in hexadecimal."""
    return hashlib.sha256(DOMAIN + sample_id.encode("ascii") + nonce + root).hexdigest()


def draw(seed: str, population: Iterable[int], size: int) -> tuple[int, ...]:
    """The `size` positions with the smallest SHA-256(seed bytes ‖ position as 8 bytes, big-endian), the
    smallest hash first; all of them where there are no more. Every subset is equally likely.
    """
    prefix = bytes.fromhex(seed)

    def ticket(position: int) -> tuple[bytes, int]:
        return hashlib.sha256(prefix + position.to_bytes(8, "big")).digest(), position

    return tuple(sorted(population, key=ticket)[:size])


def list_hash(items: Iterable[int] | Iterable[str]) -> str:
    """SHA-256 of the canonical JSON of a list: a population's positions, or the leaf hashes drawn."""
    return digest(list(items))
