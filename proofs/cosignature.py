"""Cosignatures: a witness's word that a checkpoint continues all that it saw of the log before.

Format and words are those of C2SP tlog-cosignature (c2sp.org/tlog-cosignature), Ed25519 only: the signature
covers `cosignature/v1`, the moment, and the checkpoint's whole text.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from proofs.keys import Signer
from proofs.signed_note import EM_DASH, NoteSignature, VerifierKey, ed25519_signed

COSIGNATURE_V1 = 0x04
LATEST = (1 << 63) - 1

_TIMESTAMP_SIZE = 8


@dataclass(frozen=True, slots=True)
class WitnessKey(VerifierKey):
    """A witness's public key, written `<name>+<key id>+<base64(0x04 ‖ public key)>`."""

    SIGNATURE_TYPE: ClassVar[int] = COSIGNATURE_V1

    def signed(self, text: bytes, signature: bytes) -> bool:
        """Whether this witness cosigned `text`; `signature` is 8 bytes of time and 64 of Ed25519."""
        at = time_of(signature)
        message = _message(text, at)
        return 0 < at <= LATEST and ed25519_signed(self.public_key, message, signature[_TIMESTAMP_SIZE:])


@dataclass(frozen=True, slots=True)
class Cosignature:
    """`witness` saw the checkpoint as the newest of its log at `at`, in seconds since 1970."""

    witness: WitnessKey
    at: int


def witness_key(signer: Signer) -> WitnessKey:
    """The key under which `signer` cosigns. A key that cosigns must sign nothing else."""
    return WitnessKey(signer.name, signer.verifier_key.public_key)


def cosign(text: str, signer: Signer, at: int) -> str:
    """The signature line, with its newline, of a checkpoint's text at `at` seconds since 1970.

    Raises ValueError for a moment that the format cannot hold.
    """
    if not 0 < at <= LATEST:
        raise ValueError(f"{at} is no moment of a cosignature")
    signature = signer.sign(_message(text.encode(), at))
    payload = witness_key(signer).key_id + at.to_bytes(_TIMESTAMP_SIZE, "big") + signature
    return f"{EM_DASH} {signer.name} {base64.b64encode(payload).decode()}\n"


def read_cosignatures(
    text: str, lines: Iterable[NoteSignature], keys: Iterable[WitnessKey]
) -> tuple[list[Cosignature], list[WitnessKey]]:
    """The good cosignatures of `text` by known witnesses, and the witnesses whose line does not verify.

    Lines of others are ignored. Of several good ones by one witness the newest counts.
    """
    known = {(key.name, key.key_id): key for key in keys}
    good: dict[WitnessKey, int] = {}
    bad: dict[WitnessKey, None] = {}
    for line in lines:
        witness = known.get((line.name, line.key_id))
        if witness is None:
            continue
        if witness.signed(text.encode(), line.signature):
            good[witness] = max(time_of(line.signature), good.get(witness, 0))
        else:
            bad[witness] = None
    return [Cosignature(witness, at) for witness, at in good.items()], list(bad)


def time_of(signature: bytes) -> int:
    """The moment that a cosignature claims, in seconds since 1970."""
    return int.from_bytes(signature[:_TIMESTAMP_SIZE], "big")


def _message(text: bytes, at: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % at + text
